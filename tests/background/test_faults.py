"""Processes that are killed and servers that go away: no page waits for ever."""

import base64
import json
import os
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.support.process import free_port
from tests.support.projects import choices

from .conftest import Open, Row
from .pages import message, messages, run, wait_idle
from .stack import Stack, Visitor, alive, stack, wait_until

WAIT = 60.0  # what a page may wait for at most

# What ends with a server ends in the same way, whatever has started it.
ON_EACH = pytest.mark.parametrize("app", choices("background"), indirect=True, scope="session")
ON_CELERY = pytest.mark.parametrize("app", ["celery"], indirect=True, scope="session")


def works(app: Stack) -> float:
    """Run a job to see that the app has recovered; return how long that took."""
    start = time.monotonic()

    def one_more() -> bool:
        return isinstance(Visitor(app.web.url).fault("echo", 0), str)

    wait_until(one_more, WAIT, "the app has recovered")
    return time.monotonic() - start


def all_know(app: Stack, seen: str) -> str:
    """Run jobs until each web process that lost Redis has it back; return the log after `seen`.

    One that no job has come to since would not report the next outage: it never saw this one end.
    """

    def said() -> str:
        works(app)
        logged = app.web_log.read_text().removeprefix(seen)
        return logged if logged.count("is back") == logged.count("ERROR") else ""

    return str(wait_until(said, WAIT, "each process has Redis back"))


def test_the_process_of_a_job_is_killed(app: Stack, visit: Open, row: Row) -> None:
    page = visit("/faults?kind=echo&seconds=3")
    before = app.runs()
    run(page)
    token, pid = app.new_run(before)
    page.wait_for_timeout(500)
    start = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    wait_idle(page, WAIT)
    after = time.monotonic() - start
    second = page.text_content("#fault-result")
    if app.manager == "celery" or (app.manager == "none" and second):
        # Without a manager it is Chromium that sends a request again when its connection breaks.
        assert second in app.runs().keys() - {token}
        assert messages(page) == 0
        row(app.manager, "the job's process is killed", "the result, from a second try", after)
    else:
        row(app.manager, "the job's process is killed", message(page), after)
        assert page.text_content("#fault-result") == ""
    assert not app.ended(token)
    works(app)


@pytest.mark.parametrize("manager", ["diskcache", "spawned", "celery"])
def test_a_job_that_ignores_the_end_of_its_time_is_killed(manager: str, tmp_path: Path) -> None:
    with stack(manager, tmp_path, APP_BACKGROUND_SECONDS="1") as app:
        assert Visitor(app.web.url).fault("stubborn", 120) is None
        ((token, pid),) = app.runs().items()
        assert not app.ended(token)
        wait_until(lambda: not alive(pid), 5, "its process is gone")
        works(app)


@ON_EACH
def test_the_web_server_restarts_in_mid_job(app: Stack, visit: Open, row: Row) -> None:
    with app.serving(port=free_port()) as web:
        usual, app.web = app.web, web
        try:
            page = visit("/faults?kind=echo&seconds=4")
            before = app.runs()
            run(page)
            app.new_run(before)
            start = time.monotonic()
            web.kill()
            if app.manager == "none":
                wait_idle(page, WAIT)  # before the message has gone by itself
                after, sees = time.monotonic() - start, message(page)
            with app.serving(port=web.port):
                if app.manager != "none":
                    wait_idle(page, WAIT)
                    after = time.monotonic() - start
                    sees = "the result" if app.manager == "celery" else message(page)
                    assert bool(page.text_content("#fault-result")) == (app.manager == "celery")
        finally:
            app.web = usual
    row(app.manager, "the web server is killed and started again", sees, after)


@ON_EACH
def test_the_web_server_is_gone(app: Stack, visit: Open, row: Row) -> None:
    with app.serving(port=free_port()) as web:
        usual, app.web = app.web, web
        try:
            page = visit("/faults?kind=echo&seconds=2")
            before = app.runs()
            run(page)
            app.new_run(before)
            page.wait_for_timeout(500)
            start = time.monotonic()
            web.kill()
            wait_idle(page, WAIT)
            row(app.manager, "the web server is gone", message(page), time.monotonic() - start)
        finally:
            app.web = usual


@ON_CELERY
def test_the_worker_is_killed(app: Stack, visit: Open, row: Row) -> None:
    assert app.worker is not None
    page = visit("/faults?kind=long&seconds=60")
    before = app.runs()
    run(page)
    _, pid = app.new_run(before)
    start = time.monotonic()
    app.worker.kill()
    wait_idle(page, WAIT)
    row("celery", "the worker is killed", message(page), time.monotonic() - start)
    assert not alive(pid)
    late = visit("/faults?kind=echo&seconds=0.5")
    start = time.monotonic()
    run(late)
    wait_idle(late, WAIT)
    row("celery", "no worker runs", message(late), time.monotonic() - start)
    before = app.runs()
    with app.working():
        works(app)
        assert len(app.runs()) == len(before) + 1, "what was given up is not run"


@ON_CELERY
def test_redis_is_away_when_a_job_is_started(app: Stack, visit: Open, row: Row) -> None:
    redis = app.redis
    assert redis is not None
    with app.working():
        works(app)
        for fault in ("Redis is stopped", "Redis answers nothing"):
            page = visit("/faults?kind=echo&seconds=0.5")
            seen = app.web_log.read_text()
            (redis.stop if fault == "Redis is stopped" else redis.pause)()
            try:
                start = time.monotonic()
                for _ in range(2):  # a second click, perhaps to the other process
                    run(page)
                    wait_idle(page, 12)
                    after = time.monotonic() - start
                    start = time.monotonic()
                    assert after < 10
                with urllib.request.urlopen(f"{app.web.url}/health", timeout=5) as answer:
                    assert answer.read() == b"OK"
                row("celery", f"{fault}, then the click", message(page), after)
            finally:
                (redis.start if fault == "Redis is stopped" else redis.resume)()
            row("celery", f"… and is back ({fault})", "jobs run again", works(app))
            logged = all_know(app, seen)
            assert 1 <= logged.count("ERROR") <= 2, logged  # one for each web process
            assert f"redis://127.0.0.1:{redis.port}/0" in logged
            assert "Traceback" not in logged


@ON_CELERY
def test_redis_goes_away_in_mid_job(app: Stack, visit: Open, row: Row) -> None:
    redis = app.redis
    assert redis is not None
    with app.working():
        works(app)
        seen = app.web_log.read_text()
        page = visit("/faults?kind=echo&seconds=4")
        before = app.runs()
        run(page)
        app.new_run(before)
        start = time.monotonic()
        redis.kill()
        page.wait_for_timeout(1500)
        redis.start()
        wait_idle(page, WAIT)
        row("celery", "Redis restarts in mid-job", "the result", time.monotonic() - start)
        assert page.text_content("#fault-result")
        assert messages(page) == 0
        works(app)

        page = visit("/faults?kind=echo&seconds=4")
        before = app.runs()
        run(page)
        app.new_run(before)
        start = time.monotonic()
        redis.kill()
        wait_idle(page, WAIT)
        row("celery", "Redis stays away in mid-job", message(page), time.monotonic() - start)
        redis.start()
        row("celery", "… and is back in the end", "jobs run again", works(app))
        all_know(app, seen)


@ON_CELERY
def test_redis_comes_after_all_others(app: Stack, visit: Open, row: Row) -> None:
    redis = app.redis
    assert redis is not None
    redis.stop()
    with app.serving(port=free_port()) as web:
        usual, app.web = app.web, web
        try:
            page = visit("/faults?kind=echo&seconds=0.5")
            start = time.monotonic()
            run(page)
            wait_idle(page, 10)
            row(
                "celery",
                "the web app starts without Redis",
                message(page),
                time.monotonic() - start,
            )
            redis.start()
            with app.working():
                works(app)
        finally:
            app.web = usual


@ON_CELERY
def test_what_is_no_job_does_not_end_the_worker(app: Stack) -> None:
    assert app.redis is not None
    assert app.worker is not None
    empty = base64.b64encode(b"[[], {}, {}]").decode()
    properties = {
        "delivery_tag": "1",
        "delivery_info": {"exchange": "", "routing_key": "sample_app"},
    }
    message = {"body": empty, "headers": {}, "properties": properties}
    parts: list[dict[str, Any]] = [
        {"headers": {"task": "no.such"}},  # without an id: this ended the worker
        {"headers": {"task": "no.such", "id": "1"}},  # Celery says by itself that it has no such
        {"headers": []},
        {"properties": []},
        {"body": 1},
    ]
    junk = [b"junk", b"\xff", b"1", b"null", b"[]", b"{}"]
    junk += [json.dumps(message | part).encode() for part in parts]
    with app.working() as working, redis.Redis(port=app.redis.port) as client:
        works(app)
        client.lpush("sample_app", *junk)
        works(app)
        assert client.llen("sample_app") == 0
        assert working.poll() is None
        assert app.worker_log.read_text().count("is no job and was thrown away") == len(junk) - 1
