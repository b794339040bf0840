"""A server of the storage that hangs, under gunicorn: what does not need it is answered at once."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from ..support.process import Process
from ..support.projects import Variant, render, served
from ..support.servers import Server
from ..support.services import STORAGE_SERVERS

FIELDS = ("first_name", "last_name", "age")
WRITE = {
    "output": "myapp-profile-store.data",
    "outputs": {"id": "myapp-profile-store", "property": "data"},
    "inputs": [
        {"id": "profile--fields-store", "property": "data", "value": dict.fromkeys(FIELDS, 7)}
    ],
    "changedPropIds": ["profile--fields-store.data"],
    "state": [],
}
REPORT = {
    "output": "reports-table-store.data",
    "outputs": {"id": "reports-table-store", "property": "data"},
    "inputs": [{"id": "reports-asked-store", "property": "data", "value": 1}],
    "changedPropIds": ["reports-asked-store.data"],
    "state": [{"id": "reports-measure", "property": "value", "value": "population"}],
}
SECONDS = 12.0
VISITORS = 16


def ask(process: Process, path: str, body: Any = None) -> tuple[float, int, str]:
    """Return how long an answer takes, its status and its text."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"http://127.0.0.1:{process.port}{path}", data)
    request.add_header("Content-Type", "application/json")
    begin = time.monotonic()
    try:
        with urlopen(request, timeout=30) as answer:
            status, text = answer.status, answer.read().decode()
    except HTTPError as error:
        status, text = error.code, error.read().decode()
    return time.monotonic() - begin, status, text


@pytest.mark.parametrize(
    ("choice", "background"),
    [*((choice, "none") for choice in STORAGE_SERVERS), ("redis", "celery")],
)
def test_a_server_that_hangs_stalls_nothing_else(
    server: Server, tmp_path: Path, said: Callable[[str], None], choice: str, background: str
) -> None:
    variant = Variant(storage=choice, background=background, callbacks="clientside")
    project = render(tmp_path, variant)
    env = {
        "APP_STORAGE_URL": server.url,
        "APP_CELERY_BROKER_URL": server.url.replace("/0", "/1"),
        "APP_CELERY_RESULT_BACKEND": server.url.replace("/0", "/2"),
    }
    with served(project, log=tmp_path / "log", env=env) as process, ThreadPoolExecutor() as pool:
        for _ in range(8):  # both processes have connected
            assert '"revision"' in ask(process, "/_dash-update-component", WRITE)[2]
        over = Event()

        def visitor() -> list[float]:
            """Write, again and again."""
            waited = []
            while not over.is_set():
                seconds, status, text = ask(process, "/_dash-update-component", WRITE)
                waited.append(seconds)
                assert status in {200, 204}, text
                assert "revision" in text or "not available" in text
                if background == "celery":
                    seconds, status, text = ask(process, "/_dash-update-component", REPORT)
                    waited.append(seconds)
                    assert status == 200, text
                time.sleep(0.05)
            return waited

        server.pause()
        visitors = [pool.submit(visitor) for _ in range(VISITORS)]
        probes = [pool.submit(ask, process, "/ready") for _ in range(4)]
        other: list[float] = []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for path in ("/health", "/explore"):
                seconds, status, _ = ask(process, path)
                assert status == 200
                other.append(seconds)
            time.sleep(0.05)
        server.resume()
        back = time.monotonic()
        while '"revision"' not in ask(process, "/_dash-update-component", WRITE)[2]:
            assert time.monotonic() < back + 5
        back = time.monotonic() - back
        over.set()
        waited = sorted(seconds for one in visitors for seconds in one.result())
        ready = [probe.result()[:2] for probe in probes]
    said(
        f"{choice}, {background}: pages {max(other):.2f} s at most of {len(other)}, "
        f"writes {waited[-1]:.1f} s at most of {len(waited)}, "
        f"ready {max(ready)[0]:.1f} s, back in {back:.1f} s"
    )
    assert max(other) < 1
    assert waited[-1] < 10
    assert {status for _, status in ready} <= {200, 503}
    text = (tmp_path / "log").read_text()
    outages = text.count("ERROR")
    assert 1 <= outages <= 2 * (1 + (background == "celery")), "a line for each of the processes"
    assert "Traceback" not in text
