"""Start a process for a test, wait until it is ready, and end all of it afterwards.

Every process has a keeper (`keeper.py`) that ends it with the test run, also when that is killed.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
READY_SECONDS = 30.0
STOP_SECONDS = 5.0
_KILL_SECONDS = 60.0  # after which something is wrong with the keeper

# Below the ports that systems give to outgoing connections, so that a stopped server finds its port
# free when it comes back.
_PORTS = range(15_000, 32_000)
_reserved: deque[socket.socket] = deque(maxlen=64)


class ProcessError(RuntimeError):
    """A process did not start, did not get ready or did not end."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on.

    Test runs on one machine do not get each other's ports: each holds the UDP port of the same
    number for those it handed out (the last 64).
    """
    for port in random.SystemRandom().sample(_PORTS, 500):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            with socket.socket() as tcp:
                tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
        except OSError:
            udp.close()
            continue
        if len(_reserved) == _reserved.maxlen:
            _reserved.popleft().close()
        _reserved.append(udp)
        return port
    raise ProcessError("no free port on 127.0.0.1")


@cache
def _keepers() -> socket.socket:
    """Start what starts the keepers of this process; it ends with the socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", "tests.support.keeper"]
        process = subprocess.Popen(command, cwd=ROOT, stdin=theirs.fileno(), start_new_session=True)
        process.returncode = 0  # nobody waits for it
    return ours


class Process:
    """A command that runs below its own keeper. `running` is the usual way to get one."""

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        *,
        log: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        port: int | None = None,
        user: tuple[int, int] | None = None,
        stop_signal: int = signal.SIGTERM,
        grace: float = STOP_SECONDS,
        remove: Sequence[Path] = (),
        warm: bool = False,
    ) -> None:
        """Start `command`. Its output is appended to `log`.

        `env` is the whole environment (default: this process's). `user` is a user's and a group's
        number, for root only. `stop()` sends `stop_signal` and kills after `grace` seconds. The
        folders in `remove` are removed if the test run is gone before the command. A `warm` command
        is this Python with words: on Linux it is forked from what has imported all that apps do.
        """
        self.command = [os.fspath(part) for part in command]
        self.name = Path(self.command[0]).name
        self.log = log
        self.port = port
        self.grace = grace
        self._code: int | None = None
        spec = {
            "command": self.command,
            "cwd": str(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "user": user,
            "stop_signal": int(stop_signal),
            "grace": grace,
            "remove": [str(folder) for folder in remove],
            "warm": warm,
        }
        self._channel, theirs = socket.socketpair()
        with theirs, log.open("ab") as file:
            streams = [theirs.fileno(), file.fileno()]
            socket.send_fds(_keepers(), [b"w" if warm else b"."], streams)
        self._lines = self._channel.makefile()
        self._send(json.dumps(spec) + "\n")
        word, _, rest = self._lines.readline().strip().partition(" ")
        if word != "pid":
            self._channel.close()
            raise ProcessError(f"{self.name} did not start: {rest or self.tail()}")
        self.pid = int(rest)
        """The command's own process, which leads a process group."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def poll(self) -> int | None:
        """The exit code (-N for signal N) once all of it has ended, else None."""
        return self._last_word(0)

    def wait(self, timeout: float) -> int:
        """Wait for the command to end by itself."""
        if (code := self._last_word(timeout)) is None:
            raise ProcessError(f"{self.name} still runs after {timeout:g} s\n{self.tail()}")
        return code

    def signal(self, number: int) -> None:
        """Send a signal to the command's own process."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def pause(self) -> None:
        """Stop every process of it in the middle of what it does, until `resume`."""
        paused: set[psutil.Process] = set()
        while new := [process for process in self._family() if process not in paused]:
            for process in new:  # what they started meanwhile is in the next round
                with suppress(psutil.NoSuchProcess):
                    process.suspend()
            paused.update(new)

    def resume(self) -> None:
        for process in reversed(self._family()):
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def stop(self, grace: float | None = None) -> int:
        """End the command and all it started: the stop signal, and SIGKILL after `grace` seconds.

        A paused command is resumed for it. Returns the exit code; once ended, does nothing more.
        """
        grace = self.grace if grace is None else grace
        self._send(f"stop {grace}")
        return self.wait(grace + _KILL_SECONDS)

    def kill(self) -> int:
        """SIGKILL for the command and all it started, as a crash."""
        self._send("kill")
        return self.wait(_KILL_SECONDS)

    def tail(self, lines: int = 40) -> str:
        """The end of the log."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 16_000))
                text = file.read().decode(errors="replace")
        except OSError as error:
            return f"(no log: {error})"
        last = [f"  | {line[:400]}" for line in text.splitlines()[-lines:]]
        return "\n".join([f"the end of {self.log}:", *(last or ["  (empty)"])])

    def wait_ready(self, ready: Callable[[], object], timeout: float = READY_SECONDS) -> None:
        """Call `ready` until it raises nothing. Fails at once when the command ends before that."""
        deadline = time.monotonic() + timeout
        while True:
            wrong = ""
            try:
                ready()
            except Exception as error:
                wrong = f"{type(error).__name__}: {error}"
            if (code := self.poll()) is not None:
                wrong = f"ended with code {code} before it was ready"
            elif not wrong:
                return
            elif time.monotonic() > deadline:
                wrong = f"was not ready after {timeout:g} s ({wrong})"
            else:
                time.sleep(0.03)
                continue
            raise ProcessError(f"{self.name} {wrong}\n{self.tail()}")

    def _family(self) -> list[psutil.Process]:
        """Return all of it that runs, parents before children."""
        with suppress(psutil.NoSuchProcess):
            own = psutil.Process(self.pid)
            return [] if self.poll() is not None else [own, *own.children(recursive=True)]
        return []

    def _send(self, order: str) -> None:
        with suppress(OSError):  # it may have ended
            self._channel.sendall(order.encode())

    def _last_word(self, timeout: float) -> int | None:
        """Return the exit code if it is known within `timeout` seconds."""
        if self._code is None and select.select([self._channel], [], [], timeout)[0]:
            word, _, code = self._lines.readline().strip().partition(" ")
            self._code = int(code) if word == "exit" else -signal.SIGKILL
            self._lines.close()
            self._channel.close()
        return self._code


@contextmanager
def running(
    command: Sequence[str | os.PathLike[str]],
    *,
    log: Path,
    port: int | None = None,
    health: str = "/health",
    ready: Callable[[Process], object] | None = None,
    timeout: float = READY_SECONDS,
    **options: Any,
) -> Iterator[Process]:
    """Run `command` while the block runs; `options` are those of `Process`.

    With a `port`, the block starts once `GET health` answers with a 2xx status there. `ready` is
    another test for that, for what speaks no HTTP: called until it raises nothing. Without either,
    the block starts at once. Raises `ProcessError`, with the end of the log, when it is not ready
    in time or ends before that, and when somebody else has the port. Afterwards the command and all
    it started have ended.
    """
    if port is not None:
        _refuse_taken(port)
    process = Process(command, log=log, port=port, **options)
    try:
        if ready is not None:
            process.wait_ready(lambda: ready(process), timeout)
        elif port is not None:
            process.wait_ready(lambda: _get(port, health), timeout)
        yield process
    finally:
        process.stop()


def wait_for_line(text: str) -> Callable[[Process], None]:
    """A `ready` for `running`: the log holds `text` (say, `" ready."` for a Celery worker)."""

    def ready(process: Process) -> None:
        if text not in process.log.read_text(encoding="utf-8", errors="replace"):
            raise LookupError(f"no {text!r} in the log")

    return ready


def connect(port: int) -> None:
    """Raise unless something listens on `port`."""
    socket.create_connection(("127.0.0.1", port), timeout=2).close()


def _refuse_taken(port: int) -> None:
    """Raise if something listens on `port`, which would answer in place of what is started."""
    with suppress(OSError):
        connect(port)
        raise ProcessError(f"something else listens on port {port} already")


def _get(port: int, path: str) -> None:
    connect(port)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(200)
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise ConnectionError(f"GET {path}: {answer.status} {body.decode(errors='replace')}")
