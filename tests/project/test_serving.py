"""A generated app under gunicorn, with its own configuration: what it serves, logs and refuses."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.process import Process, free_port
from tests.support.projects import Variant, environment, render, served
from tests.support.servers import redis_server
from tests.support.variants import one_for_each


class Answer(NamedTuple):
    """What a server has answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(process: Process, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """Send one request."""
    connection = HTTPConnection("127.0.0.1", process.port, timeout=30)
    try:
        text = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, text, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def report(measure: str) -> dict[str, Any]:
    """Return what the browser sends when somebody runs a report."""
    return {
        "output": "reports-table-store.data",
        "outputs": {"id": "reports-table-store", "property": "data"},
        "inputs": [{"id": "reports-asked-store", "property": "data", "value": 1}],
        "changedPropIds": ["reports-asked-store.data"],
        "state": [{"id": "reports-measure", "property": "value", "value": measure}],
    }


UPDATE = "/_dash-update-component"
FAULTS = """
# Dash imports what has register_page in it.
from dash import get_app
from flask import request


def fail() -> str:
    raise ValueError(request.args["text"])


get_app().server.add_url_rule("/fault", view_func=fail)
"""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Serve an app in which a report is an ordinary, slow callback."""
    folder = tmp_path_factory.mktemp("serving")
    project = render(folder, Variant(storage="memory", background="none"), {"reports": 0.4})
    env = {
        "APP_LOG_FORMAT": "json",
        "APP_SLOW_SECONDS": "0.3",
        "APP_REQUEST_LIMIT_MB": "1",
        "WEB_CONCURRENCY": "2",
    }
    with served(project, log=folder / "log", env=env) as process:
        yield process


@pytest.fixture
def logged(process: Process) -> Callable[..., list[dict[str, str]]]:
    """Return what waits for the last line about a request, and returns its lines in the log."""

    def read(request_id: str) -> list[dict[str, str]]:
        end = time.monotonic() + 10
        while True:
            lines = [json.loads(line) for line in process.log.read_text().splitlines()]
            own = [line for line in lines if line.get("request_id") == request_id]
            if own and own[-1]["logger"] == "gunicorn.access":  # the last one of each request
                return own
            assert time.monotonic() < end, own
            time.sleep(0.02)

    return read


def test_the_servers_own_lines_name_no_request(process: Process) -> None:
    """The app has answered one request before there was a server."""
    lines = process.log.read_text().splitlines()
    (started,) = (line for line in map(json.loads, lines) if "Starting gunicorn" in line["message"])
    assert not started.get("request_id")


def test_health_and_readiness(process: Process) -> None:
    assert ask(process, "GET", "/health").body == b"OK"
    ready = ask(process, "GET", "/ready")
    assert (ready.status, json.loads(ready.body)) == (200, {"storage": "ok", "background": "ok"})


def test_first_requests_succeed_all_at_once(process: Process) -> None:
    paths = ["/", "/_dash-layout", "/_dash-dependencies", "/explore"] * 5
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda path: ask(process, "GET", path), paths))
    assert [answer.status for answer in answers] == [200] * 20


def test_a_proxys_request_id_is_kept_and_a_hostile_one_replaced(process: Process) -> None:
    assert ask(process, "GET", "/", X_Request_ID="abc-1").headers["X-Request-ID"] == "abc-1"
    made = ask(process, "GET", "/", X_Request_ID="x" * 65).headers["X-Request-ID"]
    assert len(made) == 16


def test_a_slow_callback_is_logged_with_its_name_and_its_request(
    process: Process, logged: Callable[..., list[dict[str, str]]]
) -> None:
    assert ask(process, "POST", UPDATE, report("population"), X_Request_ID="slow").status == 200
    slow, access = logged("slow")
    assert (slow["level"], slow["callback"]) == ("WARNING", "pages.reports.page.run_report")
    said = r"Slow: pages\.reports\.page\.run_report took \d+\.\d\d s"
    assert re.fullmatch(said, slow["message"])
    assert (access["logger"], '"POST /_dash-update' in access["message"]) == (
        "gunicorn.access",
        True,
    )


def test_an_error_is_logged_once_with_the_callbacks_name(
    process: Process, logged: Callable[..., list[dict[str, str]]]
) -> None:
    ask(process, "POST", UPDATE, report("no such measure"), X_Request_ID="error")
    (error,) = [line for line in logged("error") if line["level"] == "ERROR"]
    assert error["message"].endswith("in pages.reports.page.run_report")
    assert "KeyError" in error["exception"]


def test_nobody_says_that_a_visitor_came_by_https(process: Process) -> None:
    answer = ask(process, "GET", "/health", X_Forwarded_Proto="https", X_Forwarded_Host="evil")
    assert "Strict-Transport-Security" not in answer.headers


def test_nobody_says_where_the_app_is(process: Process) -> None:
    usual = ask(process, "GET", "/_dash-layout").body
    for name in ("SCRIPT_NAME", "SCRIPT-NAME", "PATH_INFO"):
        connection = HTTPConnection("127.0.0.1", process.port, timeout=30)
        connection.request("GET", "/_dash-layout", headers={name: "/evil"})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, usual)
        connection.close()


def send(process: Process, line: bytes) -> None:
    """Send what may be no request, and wait until the server has hung up."""
    with socket.create_connection(("127.0.0.1", process.port or 0), timeout=10) as connection:
        connection.sendall(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        while connection.recv(4096):
            pass


def test_a_line_about_no_request_names_none(process: Process) -> None:
    for number in range(24):  # more than there are threads
        ask(process, "GET", "/health", X_Request_ID=f"before-{number}")
    for _ in range(24):
        send(process, b"GET / HTTP/7.5")
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    invalid = [line for line in lines if "Invalid" in line["message"]]
    assert invalid
    assert not [line for line in invalid if "request_id" in line]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_visitor_writes_lines_into_the_log(tmp_path: Path, log_format: str) -> None:
    project = render(tmp_path, Variant(storage="memory", background="none"))
    page = project / "myapp/pages/faults.py"
    page.write_text(FAULTS)
    env = {"APP_LOG_FORMAT": log_format}
    # Not forked from where an app is: `get_app` of the page would find that one.
    with served(project, log=tmp_path / "log", env=env, warm=False) as process:
        for path in ("/%0aFORGED", "/%0d%0aFORGED", "/%1b[2J", "/%c2%9b2J", "/?a=%0aFORGED"):
            ask(process, "GET", path)
        send(process, b"GET /\x1b[2J HTTP/1.1")
        assert ask(process, "GET", "/fault?text=%0aFORGED%1b").status == 500
        assert ask(process, "GET", "/health?secret=handle").body == b"OK"
    text = process.log.read_text()
    assert "FORGED" in text
    assert not re.search("^FORGED", text, re.MULTILINE)
    assert not [sign for sign in text if not sign.isprintable() and sign != "\n"]
    assert "secret" not in text, "addresses name jobs and what people look for"


def test_a_request_that_is_too_large_is_refused(process: Process) -> None:
    large = b'{"output": "' + b"x" * 2**20 + b'"}'
    assert ask(process, "POST", UPDATE, large).status == 413


def test_sigterm_lets_a_running_request_finish(tmp_path: Path) -> None:
    project = render(tmp_path, Variant(storage="memory", background="none"), {"reports": 2})
    env = {"APP_SLOW_SECONDS": "60"}
    with served(project, log=tmp_path / "log", env=env) as process, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, process, "POST", UPDATE, report("population"))
        time.sleep(0.7)  # the request is under way, and far from done
        assert not answer.done()
        process.signal(signal.SIGTERM)
        assert answer.result(20).status == 200
        assert process.wait(40) == 0


def test_ready_says_which_server_is_away_and_health_does_not_mind(tmp_path: Path) -> None:
    project = render(tmp_path, Variant(storage="redis", background="celery"))
    with redis_server() as redis:
        url = redis.url.removesuffix("/0")
        env = {
            "APP_STORAGE_URL": f"{url}/0",
            "APP_CELERY_BROKER_URL": f"{url}/1",
            "APP_CELERY_RESULT_BACKEND": f"{url}/2",
        }
        with served(project, log=tmp_path / "log", env=env) as process:
            assert ask(process, "GET", "/ready").status == 200
            redis.stop()
            away = ask(process, "GET", "/ready")
            assert away.status == 503
            assert set(json.loads(away.body).values()) == {"unavailable"}
            assert ask(process, "GET", "/health").body == b"OK"
            redis.start()
            assert ask(process, "GET", "/ready").status == 200


CROSSING = """
import json, os, threading
import psutil
import app
from myapp.core.start import warm_up
warm_up(app.app)
if not os.fork():
    own = psutil.Process()
    print(json.dumps({
        "connections": [repr(one) for one in own.net_connections("all")],
        "files": [one.path for one in own.open_files() if "instance" in one.path],
    }), flush=True)
    os._exit(0)
os.wait()
print(threading.active_count())
"""


@pytest.mark.parametrize("variant", one_for_each("storage", "background"), ids=str)
def test_nothing_that_two_processes_must_not_share_crosses_the_fork_to_the_workers(
    variant: Variant, tmp_path: Path
) -> None:
    """The app is imported before gunicorn forks: no thread, connection or database is open then."""
    project = render(tmp_path, variant)
    done = subprocess.run(
        [sys.executable, "-c", CROSSING],
        cwd=project,
        env=environment(free_port()),
        capture_output=True,
        text=True,
        check=True,
    )
    found, threads = done.stdout.splitlines()
    assert json.loads(found) == {"connections": [], "files": []}
    assert threads == "1"
