"""Diskcache's jobs on the production server of Windows, where no process can be forked."""

import re
import signal
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.support.process import Process, free_port, running

from .stack import Stack, Visitor, alive, render_app, wait_until

SECONDS = 3
SERVE = "import sys; sys.path.insert(0, '.'); from sample_app.__main__ import waitress; waitress()"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    folder = tmp_path_factory.mktemp("waitress")
    app = Stack("spawned", render_app(folder, "diskcache"), folder, None)
    app.env["APP_BACKGROUND_SECONDS"] = str(SECONDS)
    return app


@pytest.fixture
def web(app: Stack) -> Iterator[Process]:
    port = free_port()
    env = app.env | {"PORT": str(port)}
    command = [sys.executable, "-c", SERVE]
    with running(command, log=app.web_log, cwd=app.project, env=env, port=port) as app.web:
        yield app.web


def test_a_job_is_stopped_after_its_time_and_the_next_one_runs(app: Stack, web: Process) -> None:
    visitor = Visitor(web.url)
    before, seen = app.runs(), app.web_log.read_text()
    assert visitor.fault("long", 30) is None
    (token,) = app.runs().keys() - before.keys()
    assert not app.ended(token)
    logged = app.web_log.read_text().removeprefix(seen)
    (taken,) = re.findall(r"Job: pages.faults.misbehave took (\d+)", logged)
    assert SECONDS <= int(taken) < 30
    following = visitor.fault("echo", 0)
    assert app.runs()[following] == app.runs()[token], "it was stopped rather than killed"


def test_processes_are_kept_for_the_next_job_and_end_with_the_server(
    app: Stack, web: Process
) -> None:
    wait_until(lambda: psutil.Process(web.pid).children(), 10, "one starts with the server")
    visitor = Visitor(web.url)
    own = [visitor.fault("echo", 0) for _ in range(3)]
    numbers = {app.runs()[token] for token in own}
    assert len(numbers) < 3, "a process runs one job after another"
    runners = psutil.Process(web.pid).children(recursive=True)
    assert 1 <= len(runners) <= 2, runners
    web.signal(signal.SIGINT)
    assert web.wait(20) == 0
    wait_until(lambda: not any(alive(one.pid) for one in runners), 10, "they have ended")


def test_an_app_that_no_longer_starts_is_not_ready(app: Stack, web: Process) -> None:
    entry = app.project / "app.py"
    text = entry.read_text()
    visitor = Visitor(web.url)
    try:
        entry.write_text("raise OSError('no room')")
        for process in psutil.Process(web.pid).children(recursive=True):
            process.kill()  # it was started with the server
        assert visitor.fault("echo", 0) is None
        with pytest.raises(OSError, match="503"):
            visitor.get("/ready")
    finally:
        entry.write_text(text)
    assert "ok" in visitor.get("/ready")
    assert isinstance(visitor.fault("echo", 0), str)


def test_an_answer_is_logged_without_its_query(app: Stack, web: Process) -> None:
    Visitor(web.url).get("/health?token=secret")
    time.sleep(0.1)
    log = app.web_log.read_text()
    assert '127.0.0.1 "GET /health" 200' in log
    assert "token=secret" not in log
    assert "Traceback" not in log.rpartition("Serving on")[2]
