"""Run one command for a test run, and end it when the test run ends, however that ends.

`process.py` starts this file as a script, or `warm.py` forks it, one guard for each command, in a
session of its own (so that Ctrl-C in a terminal reaches the test run only). Standard input carries
a JSON line that says what to run, then orders ("stop SECONDS", "kill"); standard output carries
"pid N" or "error TEXT", and at the end "exit CODE". The command writes to the guard's standard
error, which is the log file.

Standard input closes when the test run is gone, also after SIGKILL: then the guard ends the command
and removes its folders. It ends everything the command started too, on Linux even what moved to
another session (PostgreSQL's backends do). If the guard itself is killed, Linux kills the command.

Only the standard library: it is started without site-packages, to be quick.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Spec = dict[str, Any]
# Starts the command of a spec and returns its pid; what it gets beside that is called in the child.
Start = Callable[[Spec, Callable[[], None]], int]

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LEFTOVER_SECONDS = 1.0  # for what the command left behind, between its stop signal and SIGKILL


def descendants(pid: int) -> list[int]:
    """The live children of `pid`, their children and so on, parents before children."""
    children: dict[int, list[int]] = {}
    for child, parent in parents():
        children.setdefault(parent, []).append(child)
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, []))
    return found[1:]


def parents() -> Iterator[tuple[int, int]]:
    """Every running process of this machine and its parent. Zombies are left out."""
    if not Path("/proc/self/stat").exists():  # not Linux
        listing = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
        )
        for line in listing.stdout.splitlines():
            child, parent, state = line.split(maxsplit=2)
            if not state.startswith("Z"):
                yield int(child), int(parent)
        return
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                # "PID (NAME) STATE PPID ...", where NAME can hold anything.
                line = (folder / "stat").read_text(encoding="utf-8", errors="replace")
                state, parent = line.rpartition(")")[2].split()[:2]
                if state != "Z":
                    yield int(folder.name), int(parent)


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


class Guard:
    def __init__(self, start: Start | None = None) -> None:
        self.start = start or self.execute
        self.buffer = b""
        self.parent_gone = False
        self.libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        if self.libc is not None:  # adopt what the command leaves behind
            self.libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.wake, write = os.pipe()
        for end in (self.wake, write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)

    def run(self) -> None:
        spec = self.read_spec()
        if spec is None:
            return
        self.parent: int = spec["parent"]
        self.stop_signal: int = spec["stop_signal"]
        self.deadline: float | None = None
        try:
            self.pid = self.start(spec, self.die_with_guard)
        except (OSError, subprocess.SubprocessError) as error:
            self.tell(f"error {error}")
            return
        self.tell(f"pid {self.pid}")
        code = self.wait(spec["grace"])
        self.end_leftovers()
        if self.parent_gone:
            for folder in spec["remove"]:
                shutil.rmtree(folder, ignore_errors=True)
        self.tell(f"exit {code}")

    def execute(self, spec: Spec, in_child: Callable[[], None]) -> int:
        user: list[int] | None = spec["user"]
        command = subprocess.Popen(
            spec["command"],
            cwd=spec["cwd"],
            env=spec["env"],
            stdin=subprocess.DEVNULL,
            stdout=2,
            stderr=2,
            process_group=0,
            user=user[0] if user else None,
            group=user[1] if user else None,
            extra_groups=[] if user else None,
            preexec_fn=in_child,
        )
        command.returncode = 0  # its end is taken note of by `reap`
        return command.pid

    def die_with_guard(self) -> None:
        # Safe here: the guard has one thread, and the signal is tied to the thread that forks.
        # It runs after the change of user, which would reset it.
        if self.libc is not None:
            self.libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    def tell(self, line: str) -> None:
        with contextlib.suppress(OSError):
            os.write(1, line.replace("\n", " ").encode() + b"\n")

    def read_spec(self) -> Spec | None:
        while b"\n" not in self.buffer:
            if not (data := os.read(0, 65536)):
                return None
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        spec: Spec = json.loads(line)
        return spec

    def wait(self, grace: float) -> int:
        """Until the command has ended: do what the test run, or its end, asks for."""
        while (code := self.reap()) is None:
            if self.deadline is not None and time.monotonic() >= self.deadline:
                for pid in (self.pid, *descendants(os.getpid())):
                    send(pid, signal.SIGKILL)
            inputs = [self.wake] if self.parent_gone else [self.wake, 0]
            ready, _, _ = select.select(inputs, [], [], 0.1 if self.deadline else 0.5)
            if self.wake in ready and set(os.read(self.wake, 4096)) - {signal.SIGCHLD}:
                self.end(grace)
            if 0 in ready:
                self.listen(grace)
            if not self.parent_gone and os.getppid() != self.parent:
                # A child that the test run forked can hold the pipe open.
                self.parent_gone = True
                self.end(grace)
        return code

    def listen(self, grace: float) -> None:
        data = os.read(0, 65536)
        if not data:
            self.parent_gone = True
            self.end(grace)
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            order, _, seconds = line.partition(b" ")
            self.end(float(seconds or 0), kill=order == b"kill")

    def end(self, grace: float, *, kill: bool = False) -> None:
        deadline = time.monotonic() + (0 if kill else grace)
        self.deadline = deadline if self.deadline is None else min(deadline, self.deadline)
        if not kill:
            send(self.pid, self.stop_signal)
            for pid in (*descendants(self.pid), self.pid):  # may be paused
                send(pid, signal.SIGCONT)

    def reap(self) -> int | None:
        """The command's exit code, once it has one; adopted processes are reaped on the way."""
        code = None
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self.pid:
                    code = os.waitstatus_to_exitcode(found[1])
        return code

    def end_leftovers(self) -> None:
        start = time.monotonic()
        told: set[int] = set()
        while time.monotonic() < start + _LEFTOVER_SECONDS + 5:
            self.reap()
            left = self.leftovers()
            if not left:
                return
            late = time.monotonic() > start + _LEFTOVER_SECONDS
            for pid in left:
                if late:
                    send(pid, signal.SIGKILL)
                elif pid not in told:
                    told.add(pid)
                    send(pid, signal.SIGTERM)
                    send(pid, signal.SIGCONT)
            time.sleep(0.01)

    def leftovers(self) -> list[int]:
        if self.libc is not None:
            return descendants(os.getpid())
        left = []  # no adoption here: only the command's process group is known
        for pid, _ in parents():
            with contextlib.suppress(OSError):
                if os.getpgid(pid) == self.pid:
                    left.append(pid)
        return left


if __name__ == "__main__":
    Guard().run()
