"""What stands in `app.py` below `server = app.server` counts, whatever serves the app."""

import base64
import hashlib
import json
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import Process, free_port, running
from tests.support.projects import Variant, environment, render, run

# Plain Dash and Flask, as their documentation shows it.
OWN = """
import os

from dash import Input, Output, callback, html, register_page
from flask import g

from {package}.core import job


@server.route("/own")
def own() -> str:
    return str(server.config["OWN"])


@server.before_request
def greet() -> None:
    g.greeting = "own hook"
    print("own hook", flush=True)


@server.after_request
def thank(response):
    response.headers["X-Own"] = g.greeting
    return response


@app.callback(Output("own-a", "children"), Input("own-in", "value"))
def first(value: str) -> str:
    return value


@callback(Output("own-b", "children"), Input("own-in", "value"))
def second(value: str) -> str:
    return value


@job(Output("own-c", "children"), Input("own-in", "value"))
def third(value: str) -> str:
    return value


register_page("own_page", path="/own-page", name="Own page", layout=lambda: html.P("own layout"))
app.index_string = app.index_string.replace("</head>", "<script>let own = 1</script></head>")
server.config["OWN"] = "own setting"
inner = app.layout


def layout():
    print(f"layout in process {{os.getpid()}}", flush=True)
    return inner()


app.layout = layout
"""
MAIN = '\n\nif __name__ == "__main__":'
WAITRESS = "import sys; sys.path.insert(0, '.'); from myapp.__main__ import waitress; waitress()"
SERVERS = {
    "development": ["app.py"],
    "gunicorn": ["-m", "gunicorn", "-w", "2", "--no-control-socket", "app:server"],
    "waitress": ["-c", WAITRESS],
}
# The layout is slow, so Dash sets itself up for a second while other requests come.
TOGETHER = """
import json, time
from concurrent.futures import ThreadPoolExecutor
import app

def slow():
    time.sleep(1)
    return shown()

shown, app.app.layout = app.app.layout, slow
with ThreadPoolExecutor(8) as pool:
    ask = lambda _: len(app.server.test_client().get("/_dash-dependencies").get_json())
    print(json.dumps([*pool.map(ask, range(8))]))
"""
WARM = """
import app
from myapp.core.start import warm_up
warm_up(app.app)
print("warm", flush=True)
assert app.server.test_client().get("/own").text == "own setting"
"""


def extend(project: Path, lines: str) -> None:
    """Put lines into `app.py` where users put theirs."""
    entry = project / "app.py"
    above, below = entry.read_text().split(MAIN)
    entry.write_text(f"{above}{lines.format(package=project.name)}{MAIN}{below}")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = render(tmp_path_factory.mktemp("entry"), Variant())
    extend(project, OWN)
    return project


@pytest.fixture(scope="module", params=SERVERS)
def process(
    request: pytest.FixtureRequest, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    port = free_port()
    command = [sys.executable, *SERVERS[request.param]]
    log = tmp_path_factory.mktemp(request.param) / "log"
    env = environment(port, {"APP_DEBUG": "false"})
    with running(command, log=log, cwd=project, env=env, port=port, warm=True) as process:
        yield process


def hash_of(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def get(process: Process, path: str) -> tuple[str, dict[str, str]]:
    with urllib.request.urlopen(f"{process.url}{path}", timeout=30) as answer:
        return answer.read().decode(), dict(answer.headers)


def test_routes_hooks_and_settings_of_the_server_count(process: Process) -> None:
    text, headers = get(process, "/own")
    assert text == "own setting"
    assert headers["X-Own"] == "own hook"


def test_callbacks_count(process: Process) -> None:
    text, _ = get(process, "/_dash-dependencies")
    outputs = {one["output"] for one in json.loads(text)}
    assert outputs >= {"own-a.children", "own-b.children", "own-c.children"}


def test_a_page_and_the_html_around_it_count(process: Process) -> None:
    text, headers = get(process, "/own-page?utm_source=x")
    assert "Own page · myapp" in text, "in the tags for search engines"
    assert "let own = 1" in text
    assert hash_of("let own = 1") in headers["Content-Security-Policy"]
    layout, _ = get(process, "/_dash-layout")
    assert "own-page" in layout, "in the navigation"


@pytest.mark.parametrize("process", ["gunicorn"], indirect=True)
def test_gunicorn_sets_the_app_up_before_it_forks(process: Process) -> None:
    lines = process.log.read_text().splitlines()
    first = next(line for line in lines if line.startswith("layout in process"))
    assert first == f"layout in process {process.pid}"


def test_the_start_calls_no_hook_of_ones_own(project: Path) -> None:
    """It could open a connection, which must not cross the fork to a worker."""
    code, said = run(project, "-c", WARM)
    assert code == 0, said
    before, _, after = said.partition("warm\n")
    assert "layout in process" in before
    assert "own hook" not in before
    assert "own hook" in after


@pytest.mark.parametrize("debug", ["true", "false"])
def test_no_request_meets_an_app_that_is_half_set_up(project: Path, debug: str) -> None:
    code, said = run(project, "-c", TOGETHER, env={"APP_DEBUG": debug})
    assert code == 0, said
    counts = json.loads(next(line for line in said.splitlines() if line.startswith("[")))
    assert len(set(counts)) == 1, counts


def test_a_layout_that_fails_ends_the_start(project: Path, tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    extend(project, "\napp.layout = lambda: [][0]\n")
    code, said = run(project, *SERVERS["gunicorn"])
    assert code == 1, said
    assert "IndexError" in said


def test_a_worker_knows_the_jobs_of_the_entry(tmp_path: Path) -> None:
    project = render(tmp_path, Variant(background="celery"))
    words = "import worker; print([*worker.celery_app.tasks])"
    _, before = run(project, "-c", words)
    extend(project, OWN)
    code, after = run(project, "-c", words)
    assert code == 0, after
    assert after.count("background_callback_") == before.count("background_callback_") + 1
