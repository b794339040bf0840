"""A background callback that never becomes a job still shows why."""

import json
from pathlib import Path

import pytest

from tests.support.projects import Variant, render, run

# The second error is one of the manager, as a full disk makes it.
CALL = """
import json
import app
from dash import Input, Output, callback
from myapp.core import background

@callback(Output("x", "children"), Input("y", "n_clicks"), background=True)
def never(clicks):
    return clicks

def full(*_):
    raise OSError("disk is full")

if background.manager:
    background.manager.build_cache_key = full
client = app.server.test_client()
client.get("/")
body = {
    "output": "x.children",
    "outputs": {"id": "x", "property": "children"},
    "inputs": [{"id": "y", "property": "n_clicks", "value": 1}],
    "changedPropIds": ["y.n_clicks"],
}
answer = client.post("/_dash-update-component", json=body)
print(json.dumps([answer.status_code, answer.get_json(silent=True)]))
"""


@pytest.mark.parametrize("background", ["none", "diskcache"])
def test_an_error_before_the_job_is_a_message(background: str, tmp_path: Path) -> None:
    project = render(tmp_path, Variant(background=background))
    code, said = run(project, "-c", CALL)
    assert code == 0, said
    status, answer = json.loads(said.splitlines()[-1])
    assert status == 200, said
    (note,) = answer["sideUpdate"]["shell-notifications"]["sendNotifications"]
    assert note["title"] == "Something went wrong"
    assert f"Error {note['message'].split()[-1].strip('.')}" in said
