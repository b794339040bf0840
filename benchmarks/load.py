"""Requests per second of a generated app against a hand-written minimal one, for an equal callback.

    python benchmarks/load.py [--rounds 7] [--seconds 4] [--storage memory]

Both are served by gunicorn with two processes of four threads and an access log, one at a time, and
take turns, so that whatever else the machine does falls on both. Needs `wrk` on the PATH.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from tests.support.process import Process, free_port, running
from tests.support.projects import Variant, environment, render

MINIMAL = """
from dash import Dash, Input, Output, State, callback, dcc, html

app = Dash(__name__)
app.layout = html.Div(
    [
        dcc.Input(id="profile-first-name"),
        dcc.Input(id="profile-last-name"),
        dcc.Input(id="profile-age"),
        html.Button("Submit", id="profile-submit"),
        html.Div(id="profile-message"),
    ]
)
server = app.server


@callback(
    Output("profile-message", "children"),
    Input("profile-submit", "n_clicks"),
    State("profile-first-name", "value"),
    State("profile-last-name", "value"),
    State("profile-age", "value"),
    prevent_initial_call=True,
)
def submit(_clicks, first_name, last_name, age):
    return f"Thank you, {first_name} {last_name} ({age})."


server.test_client().get("/")
"""
BODY = {
    "output": "profile-message.children",
    "outputs": {"id": "profile-message", "property": "children"},
    "inputs": [{"id": "profile-submit", "property": "n_clicks", "value": 1}],
    "changedPropIds": ["profile-submit.n_clicks"],
    "state": [
        {"id": "profile-first-name", "property": "value", "value": "Ada"},
        {"id": "profile-last-name", "property": "value", "value": "Lovelace"},
        {"id": "profile-age", "property": "value", "value": 36},
    ],
}
SCRIPT = f"""
wrk.method = "POST"
wrk.path = "/_dash-update-component"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{json.dumps(BODY)}]]
"""


class Round(NamedTuple):
    """What wrk tells: requests per second, and the latencies in milliseconds; and the servers' CPU.

    On a machine that does something else, too, the CPU that a request takes (in milliseconds, of
    all the app's processes) says more than the rate.
    """

    rate: float
    cpu: float
    median: float
    p99: float


def milliseconds(text: str) -> float:
    """Return a duration as wrk writes it, in milliseconds."""
    found = re.fullmatch(r"([\d.]+)(us|ms|s)", text)
    assert found, text
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def cpu_seconds(process: Process) -> float:
    """Return the CPU time that a server and its workers have had."""
    main = psutil.Process(process.pid)
    times = [one.cpu_times() for one in (main, *main.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def load(process: Process, script: Path, seconds: float) -> Round:
    """Let eight connections ask as fast as they get answers."""
    command = ["wrk", "-t1", "-c8", f"-d{seconds:g}s", "--latency", f"-s{script}", process.url]
    before = cpu_seconds(process)
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = cpu_seconds(process) - before
    assert "Non-2xx" not in text, text

    def find(pattern: str) -> str:
        found = re.search(pattern, text)
        assert found, text
        return found[1]

    return Round(
        float(find(r"Requests/sec: +([\d.]+)")),
        1000 * used / int(find(r"(\d+) requests in")),
        milliseconds(find(r"50% +(\S+)")),
        milliseconds(find(r"99% +(\S+)")),
    )


def main() -> None:
    """Measure, and print a line for each app."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--storage", default="memory")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "minimal").mkdir()
        (folder / "minimal/app.py").write_text(MINIMAL)
        script = folder / "post.lua"
        script.write_text(SCRIPT)
        apps = {
            "generated": render(folder, Variant(storage=given.storage, background="none")),
            "minimal": folder / "minimal",
        }
        rounds: dict[str, list[Round]] = {app: [] for app in apps}
        flags = ["-w", "2", "--threads", "4", "--access-logfile", "-", "--no-control-socket"]
        for _ in range(given.rounds):
            for app, project in apps.items():
                port = free_port()
                command = [sys.executable, "-m", "gunicorn", *flags, "-b", f"127.0.0.1:{port}"]
                with running(
                    [*command, "app:server"],
                    log=folder / f"{app}.log",
                    cwd=project,
                    env=environment(port),
                    port=port,
                    health="/",
                ) as process:
                    load(process, script, 1)
                    rounds[app].append(load(process, script, given.seconds))
    for app, all_rounds in rounds.items():
        rate, cpu, median, p99 = map(statistics.median, zip(*all_rounds, strict=True))
        latency = f"median {median:5.1f} ms  99 % {p99:5.1f} ms"
        print(f"{app:10} {rate:6.0f} requests/s  {latency}  CPU {cpu:.3f} ms a request")
    pairs = [*zip(rounds["generated"], rounds["minimal"], strict=True)]
    for what, ratios in {
        "requests/s": sorted(one.rate / other.rate for one, other in pairs),
        "requests/CPU": sorted(other.cpu / one.cpu for one, other in pairs),
    }.items():
        middle, low, high = statistics.median(ratios), ratios[0], ratios[-1]
        print(f"{what:12} generated / minimal: {middle:.2f} ({low:.2f} to {high:.2f})")
    least = {app: min(one.cpu for one in all_rounds) for app, all_rounds in rounds.items()}
    ratio = least["minimal"] / least["generated"]
    print(f"requests/CPU of the least disturbed rounds: {ratio:.2f}")


if __name__ == "__main__":
    main()
