"""With the storage away, a page says so once, and never that something was saved."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.process import free_port
from tests.support.projects import Variant, environment, render

# Calls each of the form's callbacks as the browser does, and prints what each answers.
CALL = """
import json
import re
from app import app

client = app.server.test_client()
end = json.loads(re.search('_dash-config"[^>]*>(.*?)</script>', client.get("/").text, re.S)[1])
values = {"n_clicks": 1, "value": "Ada", "data": {}, "id": "profile-form", "checked": True}

def filled(entries):
    return [{**entry, "value": values.get(entry["property"])} for entry in entries]

def named(output):
    name, _, prop = output.rpartition(".")
    return {"id": name, "property": prop}

found = []
for spec in client.get("/_dash-dependencies").get_json():
    ids = [entry["id"] for entry in spec["inputs"]]
    if spec["clientside_function"] or not any(name.startswith("profile-") for name in ids):
        continue
    several = spec["output"].startswith("..")
    outputs = [named(output) for output in spec["output"].strip(".").split("...")]
    body = {
        "output": spec["output"],
        "outputs": outputs if several else outputs[0],
        "inputs": filled(spec["inputs"]),
        "state": filled(spec["state"]),
        "changedPropIds": [f"{ids[0]}.{spec['inputs'][0]['property']}"],
        "parsedChangedPropsIds": [f"{ids[0]}.{spec['inputs'][0]['property']}"],
    }
    answer = client.post(f"/_dash-update-component?endId={end['end_id']}", json=body)
    found.append([spec["output"], answer.status_code, answer.get_json(silent=True)])
print(json.dumps(found))
"""


def test_all_callbacks_of_a_form_tell_the_same_and_thank_for_nothing(tmp_path: Path) -> None:
    project = render(tmp_path, Variant(storage="redis", background="none", callbacks="patch"))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CALL],
        cwd=project,
        env=environment(0, {"APP_STORAGE_URL": f"redis://127.0.0.1:{free_port()}/0"}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    assert {status for _, status, _ in answers} <= {200, 204}, answers
    text = json.dumps(answers)
    assert "Thank you" not in text
    notes = [
        (note["id"], note["message"])
        for _, _, answer in answers
        for props in ((answer or {}).get("sideUpdate") or {}).values()
        for note in props.get("sendNotifications", [])
    ]
    # One for each field, for Submit and for what shows the record, all under one id.
    assert len(notes) >= 5, answers
    assert len(set(notes)) == 1
    assert "The storage is not available" in notes[0][1]
