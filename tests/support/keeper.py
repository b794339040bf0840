"""Starts the commands of a test run, and ends each with all it started, however the run ends.

`process.py` runs this module once for each process of the test run, in a session of its own, so
that Ctrl-C reaches the test run only. An order on standard input, which is a socket, brings another
socket and a log file; for it a keeper is forked. That reads one JSON line from its socket, which
says what to run, answers "pid N" or "error TEXT", and waits for the first of these: the command's
end, "stop SECONDS", "kill", or the socket's end, which is the test run's. Its last word is
"exit CODE".

On Linux a keeper adopts what the command leaves behind, also in another session (as PostgreSQL's
backends are); and what imports Dash and its libraries (`warm`) is forked from here instead, where
they have been imported once: that takes a second and a half each time.
"""

from __future__ import annotations

import ctypes
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import psutil

Spec = dict[str, Any]

_ON_LINUX = sys.platform == "linux"
_LIBC = ctypes.CDLL(None) if _ON_LINUX else None
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LEFTOVER_SECONDS = 1.0  # between SIGTERM and SIGKILL


def execute(spec: Spec, log: int) -> int:
    """Start a command, and return its pid."""
    user, group = spec["user"] or (None, None)
    process = subprocess.Popen(
        spec["command"],
        cwd=spec["cwd"],
        env=spec["env"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        process_group=0,
        user=user,
        group=group,
        extra_groups=[] if spec["user"] else None,
        preexec_fn=_end_with_the_keeper,  # after the change of user, which would reset it
    )
    process.returncode = 0  # its end is taken note of by `reap`
    return process.pid


def become(spec: Spec, log: int) -> None:
    """Do in this forked process what `python` does with the words of a command."""
    os.setpgid(0, 0)
    _end_with_the_keeper()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.closerange(3, 1000)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(spec["env"])
    os.chdir(spec["cwd"])
    sys.path[0] = spec["cwd"]
    _python, *words = spec["command"]
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        exec(words[1], {"__name__": "__main__"})
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


def _end_with_the_keeper() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def reap(pid: int) -> int | None:
    """Return the exit code of `pid` once it has one; what was adopted is reaped on the way."""
    with suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            if found[0] == pid:
                return os.waitstatus_to_exitcode(found[1])
    return None


def end(pid: int, code: int | None, order: str, spec: Spec) -> int:
    """End the command, unless it has a code, and what it leaves behind; return its exit code.

    What has not ended in time is killed: the command after the seconds of the order, the rest a
    second after the command.
    """
    own = psutil.Process()
    if code is None and order != "kill":
        grace = float(order.partition(" ")[2] or spec["grace"])
        deadline = time.monotonic() + grace
        os.kill(pid, spec["stop_signal"])
        for process in own.children(recursive=True):
            with suppress(psutil.Error):
                process.resume()  # it may be paused
        while (code := reap(pid)) is None and time.monotonic() < deadline:
            time.sleep(0.01)
    deadline = time.monotonic() + (0 if code is None else _LEFTOVER_SECONDS)
    told: set[psutil.Process] = set()
    while (left := own.children(recursive=True)) or code is None:
        for process in left:
            with suppress(psutil.Error):
                if time.monotonic() >= deadline:
                    process.kill()
                elif process not in told:
                    told.add(process)
                    process.terminate()
                    process.resume()
        time.sleep(0.01)
        ended = reap(pid)
        code = ended if code is None else code
    if not _ON_LINUX:  # nothing was adopted: only the command's process group is known
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    return code


def keep(channel: socket.socket, log: int) -> None:
    """Be the keeper of one command. In a process that has become the command, this returns."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    spec: Spec = json.loads(channel.makefile().readline())
    if spec["warm"] and _ON_LINUX:
        if not (pid := os.fork()):
            channel.detach()  # `become` closes it
            become(spec, log)
            return
    else:
        try:
            pid = execute(spec, log)
        except (OSError, subprocess.SubprocessError) as error:
            channel.sendall(f"error {error}".replace("\n", " ").encode() + b"\n")
            os._exit(0)
    with suppress(OSError):  # the test run may be gone, as below
        channel.sendall(f"pid {pid}\n".encode())
    code = None
    while code is None and not select.select([channel], [], [], 0.1)[0]:
        code = reap(pid)
    code = end(pid, code, "" if code is not None else channel.recv(100).decode(), spec)
    try:
        channel.sendall(f"exit {code}\n".encode())
    except OSError:
        for folder in spec["remove"]:
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # there is much to take down, and none of it matters


def main() -> None:
    """Fork a keeper for each order until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    orders = socket.socket(fileno=os.dup(0))
    warmed = False
    while True:
        order, streams, *_ = socket.recv_fds(orders, 1, 2)
        if not order:
            return
        if order == b"w" and not warmed and _ON_LINUX:
            from .warm import warm_up

            warm_up()
            warmed = True
        if not os.fork():
            orders.detach()  # or it would close at its end what has got its number by then
            keep(socket.socket(fileno=streams[0]), streams[1])
            return
        for stream in streams:
            os.close(stream)


if __name__ == "__main__":
    main()
