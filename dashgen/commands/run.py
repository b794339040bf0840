"""``dashgen new --run``: make a project's environment and serve its app until interrupted."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uv

from dashgen import system
from dashgen.errors import CommandLineError, RunError
from dashgen.project.environment import python

HOST = "127.0.0.1"
PREFERRED_PORT = 8050
START_SECONDS = 60.0
STOP_SECONDS = 5.0
TAIL_LINES = 5

# Variables that tie a process to dashgen's own environment or project.
FOREIGN_VARIABLES = (
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_ENV_FILE",
    "UV_FROZEN",
    "UV_LOCKED",
    "UV_NO_SYNC",
    "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY",
    "VIRTUAL_ENV",
)

Say = Callable[[str], None]


def preferred_port() -> int:
    """Return the port that the environment names for the app, otherwise the app's default.

    Raises:
        CommandLineError: `PORT` is not a port.
    """
    stated = os.environ.get("PORT", "").strip()
    if not stated:
        return PREFERRED_PORT
    if not system.is_port(stated):
        raise CommandLineError(f"PORT is {stated!r}", "set it to a number from 1 to 65535")
    return int(stated)


def run(project: Path, say: Say, port: int | None = None) -> None:
    """Serve a project's app on this machine, until it was interrupted and has ended.

    Args:
        project: The project's folder.
        say: Told what happens, one line a step.
        port: Used if it is free, and another one otherwise.

    Raises:
        RunError: Its environment cannot be made, or the app does not start or ends by itself.
        KeyboardInterrupt: Interrupted before the app was started.
    """
    environment = {k: v for k, v in os.environ.items() if k not in FOREIGN_VARIABLES}
    say("Making the project's environment with uv, which takes a minute the first time …")
    _sync(project, environment)
    wanted = port or PREFERRED_PORT
    port = _free_port(wanted)
    if port != wanted:
        say(f"Port {wanted} is in use. Using {port}")
    say("Starting the app …")
    app = _App(project, environment, port)
    with suppress(KeyboardInterrupt), app.running():
        app.wait_until_it_answers()
        say(f"Serving at http://{HOST}:{port} (press Ctrl-C to stop)")
        app.wait_until_it_ends()
    say("Stopped")


def _sync(project: Path, environment: dict[str, str]) -> None:
    # The packages of tests and linters would double the wait. `uv run pytest` adds them.
    command = [uv.find_uv_bin(), "sync", "--no-dev", "--inexact", "--python", sys.executable]
    # Its list of packages would push the next steps off the screen. It is kept for an error.
    process = subprocess.Popen(
        command,
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    try:
        _, words = process.communicate()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode:
        raise RunError(
            f"uv sync failed in {project}: {_tail(words.splitlines())}",
            "the project is written. Correct that and run 'uv sync' there",
        )


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with suppress(OSError):
            return system.free_port(HOST, port)
    raise RunError(f"no free port on {HOST}", "close a program that serves there")


class _App:
    """The app's process, in a process group of its own so that it ends with all its children."""

    def __init__(self, project: Path, environment: dict[str, str], port: int) -> None:
        self.port = port
        self.log: deque[str] = deque(maxlen=TAIL_LINES)
        self.echo = False
        self.process = subprocess.Popen(
            [python(project) or "python", "app.py"],
            cwd=project,
            env=environment | {"APP_HOST": HOST, "PORT": str(port), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **system.apart(),
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    @contextmanager
    def running(self) -> Iterator[None]:
        """End the app, however the block ends."""
        try:
            yield
        finally:
            # A user who stops the app needs no message about that.
            self.echo = False
            system.end_tree(self.process, STOP_SECONDS)

    def wait_until_it_answers(self) -> None:
        """Return once ``/health`` says OK.

        Raises:
            RunError: The app ended, or took too long.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._healthy():
            if self.process.poll() is not None:
                raise self._ended("ended before it answered")
            if time.monotonic() > deadline:
                raise self._ended(f"did not answer /health within {START_SECONDS:.0f} seconds")
            time.sleep(0.1)
        self.echo = True

    def wait_until_it_ends(self) -> None:
        """Wait for the app.

        Raises:
            RunError: It ended by itself.
        """
        # In small steps, because no Ctrl-C ends a long wait on Windows.
        while self.process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.5)
        raise self._ended("ended by itself")

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().read(64).strip() == b"OK"
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _read(self) -> None:
        """Keep the end of the app's log, and pass it on while the app serves."""
        for line in self.process.stdout or ():
            self.log.append(line)
            if self.echo:
                sys.stderr.write(line)

    def _ended(self, how: str) -> RunError:
        self.reader.join(timeout=1 if self.process.poll() is not None else 0)
        code = self.process.returncode
        exit_code = "" if code is None else f" (exit code {code})"
        return RunError(
            f"the app {how}{exit_code}: {_tail(self.log) or 'it printed nothing'}",
            "the project is written. Correct that and run 'uv run python app.py' there",
        )


def _tail(lines: "deque[str] | list[str]") -> str:
    return " | ".join(line.strip() for line in list(lines)[-TAIL_LINES:] if line.strip())
