"""``--run`` serves the new app until it is told to stop, and says in one line what went wrong."""

import http.client
import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from .helpers import DASHGEN, copy_of_checkout

# Stands for a generated app: quick to set up, and as good or bad as a test wants it.
SERVER = """
import http.server, os, pathlib, signal, subprocess, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print("out of order", flush=True)
            os._exit(3)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK" if self.path == "/health" else repr(dict(os.environ)).encode())

{first}
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("pids").write_text(f"{{os.getpid()}} {{child.pid}}")
server = http.server.ThreadingHTTPServer((os.environ["APP_HOST"], int(os.environ["PORT"])), Handler)
server.serve_forever()
"""
PYPROJECT = '[project]\nname = "stub"\nversion = "0"\nrequires-python = ">=3.11"\n'
PIDS = "shop/pids"


def stub(folder: Path, first: str = "", pyproject: str = PYPROJECT) -> Path:
    """Return a checkout whose template is a small server without dependencies."""
    checkout = copy_of_checkout(folder)
    project = checkout / "template/project"
    for path in sorted(project.rglob("*"), reverse=True):
        if "answers_file" not in path.name:
            path.rmdir() if path.is_dir() else path.unlink()
    (project / "app.py").write_text(SERVER.format(first=first))
    (project / "pyproject.toml").write_text(pyproject)
    return checkout


class Running:
    """A `dashgen new shop --run` under way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self.errors: list[str] = []
        # Read all the time: a full pipe would stop the command.
        assert process.stderr
        self.reader = threading.Thread(target=self.errors.extend, args=(process.stderr,))
        self.reader.start()

    def line(self, pattern: str) -> re.Match[str]:
        """Wait for a line of output that matches."""
        for line in self.process.stdout or ():
            self.said.append(line)
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"{pattern} was not said: {self.said} {self.errors}")

    def end(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Send a signal, wait for the end, and return the exit code and what went to stderr."""
        if number:
            self.process.send_signal(number)
        code = self.process.wait(20)
        self.reader.join(10)
        return code, "".join(self.errors)


@contextmanager
def running(checkout: Path, **env: str) -> Iterator[Running]:
    with subprocess.Popen(
        [*DASHGEN, "new", "shop", "-y", "--no-git", "--run"],
        cwd=checkout,
        env=os.environ | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield Running(process)
        finally:
            if process.poll() is None:
                process.terminate()


def get(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def alive(pid: int) -> bool:
    """Say whether a process runs; one that only waits to be collected does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_serves_until_it_is_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    checkout = stub(tmp_path / "checkout")
    foreign = {"VIRTUAL_ENV": "/elsewhere", "UV_PROJECT_ENVIRONMENT": "/elsewhere/env"}
    with running(checkout, **foreign, PYTHONPATH=str(tmp_path)) as run:
        port = int(run.line(r"^Serving at http://127\.0\.0\.1:(\d+) \(press Ctrl-C to stop\)$")[1])
        environment = get(port, "/")
        assert "/elsewhere" not in environment
        assert "PYTHONPATH" not in environment
        pids = [int(word) for word in (checkout / PIDS).read_text().split()]
        assert all(map(alive, pids))
        code, errors = run.end(number)
    assert code == 0
    assert "error" not in errors
    assert "Traceback" not in errors
    assert not any(map(alive, pids))


def test_a_taken_port_is_avoided_and_that_is_said(tmp_path: Path) -> None:
    checkout = stub(tmp_path / "checkout")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8050))
        except OSError:
            # Somebody else holds it already, which is as good.
            pass
        else:
            taken.listen()
        with running(checkout) as run:
            said = int(run.line(r"Port 8050 is in use. Using (\d+)")[1])
            port = int(run.line(r"Serving at http://127\.0\.0\.1:(\d+)")[1])
            assert port == said != 8050
            assert get(port, "/health") == "OK"
            assert run.end(signal.SIGINT)[0] == 0


def test_the_port_of_the_environment_is_used(tmp_path: Path) -> None:
    checkout = stub(tmp_path / "checkout")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        wanted = probe.getsockname()[1]
    with running(checkout, PORT=str(wanted)) as run:
        assert int(run.line(r"Serving at http://127\.0\.0\.1:(\d+)")[1]) == wanted
        assert run.end(signal.SIGINT)[0] == 0


def test_an_app_that_ignores_the_signals_is_ended(tmp_path: Path) -> None:
    deaf = "for n in (signal.SIGINT, signal.SIGTERM): signal.signal(n, signal.SIG_IGN)"
    checkout = stub(tmp_path / "checkout", first=deaf)
    source = checkout / "dashgen/commands/run.py"
    source.write_text(source.read_text().replace("STOP_SECONDS = 5.0", "STOP_SECONDS = 0.3"))
    with running(checkout) as run:
        run.line("Serving at")
        pids = [int(word) for word in (checkout / PIDS).read_text().split()]
        assert run.end(signal.SIGINT)[0] == 0
    assert not any(map(alive, pids))


def test_an_app_that_does_not_start_is_one_line_with_the_end_of_its_log(tmp_path: Path) -> None:
    checkout = stub(tmp_path / "checkout", first="raise SystemExit('no database')")
    with running(checkout) as run:
        code, errors = run.end()
    assert code == 1
    assert errors.startswith("error: the app ended before it answered (exit code 1): no database;")
    assert errors.count("\n") == 1
    assert (checkout / "shop/app.py").is_file()


def test_an_app_that_ends_by_itself_is_one_line(tmp_path: Path) -> None:
    checkout = stub(tmp_path / "checkout")
    with running(checkout) as run:
        port = int(run.line(r"Serving at http://127\.0\.0\.1:(\d+)")[1])
        with pytest.raises((http.client.HTTPException, OSError)):
            get(port, "/die")
        code, errors = run.end()
    assert code == 1
    line = errors.splitlines()[-1]
    assert line.startswith("error: the app ended by itself (exit code 3): ")
    assert "out of order" in line


def test_an_environment_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    checkout = stub(tmp_path / "checkout", pyproject="[project\n")
    with running(checkout) as run:
        code, errors = run.end()
    assert code == 1
    assert errors.startswith("error: uv sync failed in ")
    assert errors.count("\n") == 1
