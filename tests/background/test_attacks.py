"""Nobody reaches another session's job, whether or not Dash itself signs what names it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from diskcache import Cache, JSONDisk  # type: ignore[import-untyped]
from redis import Redis

from .stack import Stack, Visitor, alive, wait_until

OUTPUT = "fault-result.children"
CANCEL = "fault-cancel.id"

pytestmark = pytest.mark.parametrize("app", ["diskcache", "celery"], indirect=True, scope="session")


@pytest.fixture(params=["Dash 4.4.1", "Dash 4.4.0"])
def url(request: pytest.FixtureRequest, app: Stack) -> Iterator[str]:
    """Serve with handles that Dash signs, and as it was before that."""
    if request.param == "Dash 4.4.1":
        yield app.web.url
        return
    app.env["UNSIGNED_HANDLES"] = "1"
    try:
        with app.serving() as web:
            yield web.url
    finally:
        del app.env["UNSIGNED_HANDLES"]


@pytest.fixture(params=["another session", "no session"])
def thief(request: pytest.FixtureRequest, url: str) -> Visitor:
    """Return somebody who is not the job's owner."""
    visitor = Visitor(url)
    if request.param == "no session":
        visitor.open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
    return visitor


def values(seconds: float) -> dict[str, Any]:
    """Return what the page sends when somebody presses Run."""
    return {"fault-run.n_clicks": 1, "fault-kind-store.data": {"kind": "echo", "seconds": seconds}}


def poll(answer: dict[str, Any]) -> str:
    """Return the query by which a page asks for its job."""
    return f"&cacheKey={answer['cacheKey']}&job={answer['job']}"


def test_a_logged_address_gives_nobody_else_the_result(
    app: Stack, url: str, thief: Visitor
) -> None:
    owner = Visitor(url)
    before = app.runs()
    started = owner.post(OUTPUT, values(0.2))
    token, _ = app.new_run(before)
    wait_until(lambda: app.ended(token), 15, "the job ends")
    thief.end_id = owner.end_id  # it stands in the address, too
    for _ in range(3):
        assert token not in json.dumps(thief.post(OUTPUT, values(0), poll(started)))
    seen = wait_until(
        lambda: owner.post(OUTPUT, values(0), poll(started)).get("response"), 10, "the result"
    )
    assert seen == {"fault-result": {"children": token}}


def test_nobody_else_ends_a_job(app: Stack, url: str, thief: Visitor) -> None:
    owner = Visitor(url)
    before = app.runs()
    started = owner.post(OUTPUT, values(2))
    token, pid = app.new_run(before)
    thief.end_id = owner.end_id
    thief.post(CANCEL, {"fault-cancel.n_clicks": 1}, f"&cancelJob={started['job']}")
    thief.post(OUTPUT, values(0), f"{poll(started)}&oldJob={started['job']}")
    assert alive(pid)
    wait_until(lambda: app.ended(token), 15, "the job ends")


def test_the_owner_ends_a_job(app: Stack, url: str) -> None:
    owner = Visitor(url)
    before = app.runs()
    started = owner.post(OUTPUT, values(30))
    _, pid = app.new_run(before)
    owner.post(CANCEL, {"fault-cancel.n_clicks": 1}, f"&cancelJob={started['job']}")
    wait_until(lambda: not alive(pid), 10, "the process of the job is gone")


@pytest.mark.parametrize("parameter", ["cancelJob", "oldJob", "job"])
def test_no_number_ends_a_process(url: str, app: Stack, thief: Visitor, parameter: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        try:
            born = psutil.Process(process.pid).create_time()
            for job in (f"{process.pid}-{born:.0f}", str(process.pid)):
                query = f"&cacheKey=0&{parameter}={job}"
                if parameter == "cancelJob":
                    thief.post(CANCEL, {"fault-cancel.n_clicks": 1}, query)
                else:
                    thief.post(OUTPUT, values(0), query)
            assert process.poll() is None
        finally:
            process.kill()


SECRET = "what another app keeps there"


@pytest.fixture
def foreign(app: Stack) -> Iterator[Any]:
    """Put an entry of another app where the results are; return what tells what is there now."""
    if app.redis is not None:
        redis = Redis.from_url(app.env["APP_CELERY_RESULT_BACKEND"], decode_responses=True)
        redis.set("foreign", json.dumps(SECRET))
        with redis:
            yield lambda: redis.get("foreign")
            redis.delete("foreign")
        return
    folder = Path(app.project / "instance/background")
    with Cache(str(folder), disk=JSONDisk) as cache:
        cache.set("foreign", SECRET)
        yield lambda: cache.get("foreign")
        cache.delete("foreign")


def test_no_key_but_the_sessions_own_is_read_or_deleted(
    url: str, app: Stack, thief: Visitor, foreign: Any
) -> None:
    own = thief.post(OUTPUT, values(0))
    there = foreign()
    assert there is not None
    for key in ("foreign", "foreign-progress", "foreign-set_props"):
        for job in (own["job"], "x"):
            answer = thief.post(OUTPUT, values(0), f"&cacheKey={key}&job={job}")
            assert SECRET not in json.dumps(answer)
    assert foreign() == there


def test_a_poll_without_a_job_is_no_error(url: str, app: Stack, thief: Visitor) -> None:
    started = thief.post(OUTPUT, values(0))
    log = app.web_log.stat().st_size
    thief.post(OUTPUT, values(0), f"&cacheKey={started['cacheKey']}")
    assert b"Traceback" not in app.web_log.read_bytes()[log:]
