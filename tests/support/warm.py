"""A process that has imported what apps import, and forks those that serve them.

Importing Dash and its libraries takes a second and a half, and each server of a test run has two or
three processes that would. Run as `python -m tests.support.warm`: each message on standard input,
which is a socket, brings a guard's three standard streams; the answer is the guard's pid. The guard
(`guard.py`) forks its command, too: a script, or a module as in `python -m`.

What starts from scratch is tested where a project runs in an environment of its own.
"""

from __future__ import annotations

import gc
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO

from .guard import Guard, Spec

ROOT = Path(__file__).parents[2]
AVAILABLE = sys.platform == "linux"
_PID = struct.Struct("i")

# What any variant imports. Not gunicorn: it takes note of the folder in which it is imported.
WARM = (
    "celery",
    "celery.backends.redis",
    "dash",
    "dash.testing",
    "dash_ag_grid",
    "dash_mantine_components",
    "diskcache",
    "flask",
    "flask.testing",
    "flask_compress",
    "kombu.transport.redis",
    "multiprocess",
    "pandas",
    "plotly.express",
    "plotly.graph_objects",
    "psycopg",
    "pydantic_settings",
    "pymongo",
    "redis",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
)


def warm_up() -> None:
    """Import what the variants import, and build a chart and an app, which import more by use."""
    for name in WARM:
        import_module(name)
    import dash
    import dash_ag_grid
    import dash_mantine_components as dmc

    px, pio = import_module("plotly.express"), import_module("plotly.io")
    default = pio.templates.default
    dmc.add_figure_templates()
    px.scatter(px.data.gapminder(), x="gdpPercap", y="lifeExp", template="mantine_dark").to_json()
    # A variant that forgets to add them must not find them.
    for name in ("mantine_light", "mantine_dark"):
        del pio.templates[name]
    pio.templates.default = default

    app = dash.Dash("warm", compress=True)
    app.layout = dmc.MantineProvider([dash_ag_grid.AgGrid(), dash.dcc.Graph()])
    client = app.server.test_client()
    for route in ("/", "/_dash-layout", "/_dash-dependencies"):
        client.get(route)
    # The collector would visit, and thereby copy, all that the children share.
    gc.collect()
    gc.freeze()


class _Forked(BaseException):
    """Leads a forked process out of the guard's code, from where it starts to be a command."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec


def fork(spec: Spec, in_child: Callable[[], None]) -> int:
    """Fork what becomes the command, and return its pid."""
    if pid := os.fork():
        return pid
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    in_child()
    raise _Forked(spec)


def become(spec: Spec) -> None:
    """Do what `python` does with the words of a command."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
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
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


def guard(streams: list[int]) -> None:
    """Be the guard of a command that is forked, too."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, max(streams) + 1)
    try:
        Guard(fork).run()
    except _Forked as forked:
        spec = forked.spec
    else:
        os._exit(0)  # there is much to take down, and none of it matters
    become(spec)  # outside of the block, so that the app's errors are not said to come from it


def main() -> None:
    """Fork a guard for each message until there are no more."""
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the guards
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the test run
    orders = socket.socket(fileno=os.dup(0))
    while (message := socket.recv_fds(orders, 1, 3))[1]:
        if not (pid := os.fork()):
            orders.detach()  # or it would close at its end what has got its number by then
            guard(message[1])
            return
        for stream in message[1]:
            os.close(stream)
        orders.send(_PID.pack(pid))


@cache
def _process() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the warm process of this test run; it ends with the socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", "tests.support.warm"]
        return subprocess.Popen(command, cwd=ROOT, stdin=theirs.fileno()), ours


class WarmGuard:
    """A guard of the warm process, used as one that `subprocess` has started."""

    def __init__(self, log: IO[bytes]) -> None:
        """Fork it; what it and its command print goes to `log`."""
        theirs, ours = os.pipe()
        self.stdin: IO[bytes] = os.fdopen(ours, "wb")
        ours, answers = os.pipe()
        self.stdout: IO[bytes] = os.fdopen(ours, "rb")
        process, orders = _process()
        self.parent = process.pid
        socket.send_fds(orders, [b"."], [theirs, answers, log.fileno()])
        os.close(theirs)
        os.close(answers)
        (pid,) = _PID.unpack(orders.recv(_PID.size))
        self._pidfd = os.pidfd_open(pid)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until it has ended.

        Raises:
            subprocess.TimeoutExpired: It has not, after `timeout` seconds.
        """
        if not select.select([self._pidfd], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("guard", timeout or 0)

    def poll(self) -> int | None:
        """Return a number once it has ended, as its own code is nobody's."""
        return 0 if select.select([self._pidfd], [], [], 0)[0] else None

    def kill(self) -> None:
        signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)


if __name__ == "__main__":
    main()
