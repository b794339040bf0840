"""The processes of the diskcache manager, however the app is started and ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import connect, free_port

from .stack import Stack, Visitor, alive, family, stack, wait_until

GUNICORN = "-m gunicorn -w 2 --threads 4 --no-control-socket -b 127.0.0.1:{port}"
STARTS = {
    "python app.py": "app.py",
    "debug reloader": "app.py",
    "gunicorn": f"{GUNICORN} app:server",
    "gunicorn --preload": f"{GUNICORN} --preload app:server",
}
ENDS = {"TERM": signal.SIGTERM, "INT": signal.SIGINT, "KILL": signal.SIGKILL}
LONG = {"fault-run.n_clicks": 1, "fault-kind-store.data": {"kind": "long", "seconds": 60}}


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An app whose own server is not used."""
    with stack("diskcache", tmp_path_factory.mktemp("processes")) as app:
        yield app


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("start", STARTS)
def test_no_process_is_left(idle: Stack, start: str, end: str, tmp_path: Path) -> None:
    port = free_port()
    env = idle.env | {"PORT": str(port), "APP_DEBUG": str(start == "debug reloader")}
    command = [sys.executable, *STARTS[start].format(port=port).split()]
    # Not below the guard of the other tests, which would tidy up by itself.
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            command,
            cwd=idle.project,
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    pids: set[int] = {server.pid}
    try:

        def ready() -> Visitor | None:
            try:
                connect(port)
                return Visitor(f"http://127.0.0.1:{port}")
            except OSError:
                return None

        visitor = wait_until(ready, 20, "the server answers")
        assert isinstance(visitor.fault("echo", 0), str)
        before = idle.runs()
        visitor.post("fault-result.children", LONG)
        _, job = idle.new_run(before)
        pids |= family(server.pid).keys()
        assert job in pids
        if start == "debug reloader" and end == "KILL":
            # Killing the reloader's parent alone is nobody's way to end it: the child goes on.
            os.killpg(server.pid, signal.SIGKILL)
        elif end == "INT":
            os.killpg(server.pid, signal.SIGINT)  # as Ctrl-C in a terminal does
        else:
            os.kill(server.pid, ENDS[end])
        server.wait(45)  # gunicorn gives a worker that is at work 30 s
        wait_until(lambda: not any(map(alive, pids)), 10, f"{pids} are gone")
        if end != "KILL":
            assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        for pid in filter(alive, pids):
            os.kill(pid, signal.SIGKILL)
        server.wait(5)
