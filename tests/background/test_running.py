"""How the app keeps running: what is tidied up, replaced or killed under it loses no job."""

import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.process import free_port, running

from .stack import Stack, Visitor, alive, stack, wait_until

LONG = {"fault-run.n_clicks": 1, "fault-kind-store.data": {"kind": "echo", "seconds": 5}}
RESULT = "fault-result.children"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack("diskcache", tmp_path_factory.mktemp("running")) as app:
        yield app


def ready(url: str) -> int:
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def helpers(pid: int) -> list[psutil.Process]:
    """Return what jobs are forked from, one for each web process."""
    return [
        process
        for process in psutil.Process(pid).children(recursive=True)
        # One that was killed stays a zombie until its web process has another job.
        if alive(process.pid) and os.getpgid(process.pid) == process.pid
    ]


def kill_helpers(pid: int) -> list[psutil.Process]:
    """Kill them, and wait until they have ended."""
    killed = helpers(pid)
    for process in killed:
        process.kill()
    wait_until(lambda: all(has_ended(process.pid) for process in killed), 5, "they have ended")
    return killed


def has_ended(pid: int) -> bool:
    """Tell whether a process has ended with its threads: before that, its parent hears nothing."""
    try:
        return not alive(pid) and len(os.listdir(f"/proc/{pid}/task")) <= 1  # noqa: PTH208
    except FileNotFoundError:
        return True


def jobs_run(app: Stack) -> None:
    """Run as many jobs as reach every web process."""
    for _ in range(8):
        assert isinstance(Visitor(app.web.url).fault("echo", 0), str)


def test_a_cleaner_of_temporary_files_and_a_long_name_of_theirs_stop_no_job(
    app: Stack, tmp_path: Path
) -> None:
    """See nixpkgs#555428 and cpython#132124."""
    temporary = tmp_path / ("long" * 40)
    temporary.mkdir()
    usual, app.env = (app.web, app.env), app.env | {"TMPDIR": str(temporary)}
    try:
        with app.serving(port=free_port()) as app.web:
            jobs_run(app)
            shutil.rmtree(temporary)
            jobs_run(app)
            assert ready(app.web.url) == 200
    finally:
        app.web, app.env = usual


@pytest.mark.parametrize("server", ["gunicorn", "app.py"])
def test_what_jobs_are_forked_from_starts_with_the_server(
    app: Stack, server: str, tmp_path: Path
) -> None:
    port = free_port()
    with ExitStack() as stack:
        if server == "gunicorn":
            web = stack.enter_context(app.serving("-w", "1", port=port))
        else:
            web = stack.enter_context(
                running(
                    [sys.executable, server],
                    log=tmp_path / "log",
                    cwd=app.project,
                    env=app.env | {"PORT": str(port)},
                    port=port,
                )
            )
        (helper,) = wait_until(lambda: helpers(web.pid), 20, "it has started, without any job")
        assert isinstance(Visitor(web.url).fault("echo", 0), str)
        assert helpers(web.pid) == [helper]


def test_a_helper_that_is_killed_is_replaced(app: Stack) -> None:
    jobs_run(app)
    killed = kill_helpers(app.web.pid)
    assert killed
    jobs_run(app)
    assert not {*killed} & {*helpers(app.web.pid)}
    assert ready(app.web.url) == 200


def test_whether_jobs_can_be_started_is_part_of_readiness(app: Stack) -> None:
    entry = app.project / "app.py"
    text = entry.read_text()
    with app.serving("-w", "1", port=free_port()) as web:
        assert ready(web.url) == 200
        try:
            entry.write_text("raise OSError('no room')")
            kill_helpers(web.pid)
            assert Visitor(web.url).fault("echo", 0) is None
            assert ready(web.url) == 503
        finally:
            entry.write_text(text)
        assert ready(web.url) == 200, "by itself, or nobody would be sent here again"
        assert isinstance(Visitor(web.url).fault("echo", 0), str)


@pytest.mark.parametrize("how", ["forked", "spawned"])
def test_a_full_disk_ends_no_job_but_those_that_write_then(app: Stack, how: str) -> None:
    usual, full = app.env, app.faults / "full"
    app.env = usual | {"APP_BACKGROUND_JOBS": "2"}
    if how == "spawned":
        app.env["JOBS_ARE_SPAWNED"] = "1"
    seen = app.web_log.read_text()
    try:
        with app.serving("-w", "1", port=free_port()) as web:
            assert isinstance(Visitor(web.url).fault("echo", 0), str)
            before = app.runs()
            with ThreadPoolExecutor() as pool:

                def begin(name: str) -> Future[Any]:
                    return pool.submit(Visitor(web.url).fault, f"until {name} {how}", 0)

                def end(name: str) -> None:
                    (app.faults / f"until {name} {how}").touch()

                failing, first = begin("failing"), begin("first")
                wait_until(lambda: len(app.runs()) == len(before) + 2, 30, "two jobs run")
                second = begin("second")
                time.sleep(2)  # it is known to wait
                full.touch()
                end("failing")
                wait_until(
                    lambda: len(app.runs()) == len(before) + 3,
                    30,
                    "one has ended, so the next runs",
                )
                time.sleep(1)
                full.unlink()
                end("first")
                end("second")
                own = app.runs().keys() - before.keys()
                assert {first.result(), second.result()} < own
                assert failing.result() is None, "its result could not be written"
            assert isinstance(Visitor(web.url).fault("echo", 0), str)
    finally:
        app.env = usual
        full.unlink(missing_ok=True)
    logged = app.web_log.read_text().removeprefix(seen)
    assert logged.count("The state of a job cannot be written") == 1, logged
    assert "has failed" not in logged


def test_a_web_worker_that_is_recycled_loses_no_job(app: Stack) -> None:
    """See robotoff#1469."""
    seen = len(app.web_log.read_text())
    with app.serving("-w", "1", "--max-requests", "10", port=free_port()) as web:
        before = app.runs()
        result = Visitor(web.url).job(RESULT, LONG)
        (run,) = app.runs().keys() - before.keys()
        assert result == run
        assert app.web_log.read_text()[seen:].count("Autorestarting worker") > 1


def test_a_web_worker_that_is_killed_loses_no_job_that_runs(app: Stack) -> None:
    with app.serving("-w", "1", port=free_port()) as web:
        visitor = Visitor(web.url)
        before = app.runs()
        started = visitor.post(RESULT, LONG)
        run, _ = app.new_run(before)
        (worker,) = psutil.Process(web.pid).children()
        worker.send_signal(signal.SIGKILL)
        query = f"&cacheKey={started['cacheKey']}&job={started['job']}"
        answer = wait_until(
            lambda: visitor.post(RESULT, LONG, query).get("response"), 30, "the result is there"
        )
        assert answer["fault-result"]["children"] == run
