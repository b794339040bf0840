"""Background jobs in processes of this machine, with their results on disk."""

import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import psutil
from dash import DiskcacheManager, callback
from diskcache import Cache, JSONDisk

from ..settings import settings
from .errors import UserError
from .jobs import APP, KEEP_SECONDS, PolledManager, guarded, install, plain
from .security import visitor
from .settings import ROOT, make_folder, refusing

__all__ = ["install", "job", "manager", "ping", "start"]

log = logging.getLogger(__name__)

PARENT = f"{APP.upper()}_SERVER"
SERVER = os.environ.get(PARENT, "")  # in a helper and its jobs: the process with which they end


class Results(Cache):  # type: ignore[misc]
    """A cache on disk that holds JSON and nothing else, each entry for a day at most."""

    def set(self, key: str, value: Any, expire: float | None = None, **kwargs: Any) -> bool:
        """Store `value` until `expire` seconds have passed."""
        return bool(super().set(key, plain(value), expire=expire or KEEP_SECONDS, **kwargs))


class QueueFullError(UserError):
    """There are too many jobs already."""


class TooLongError(Exception):
    """Ends a job that has had its time."""


def stop(*_signal: Any) -> None:
    """End the job, wherever it is."""
    raise TooLongError


def leave_with_server() -> None:
    """End this process soon after the server that wants the result."""
    while find(SERVER):
        time.sleep(0.5)
    os._exit(1)


def run_job(function: str, key: str, progress_key: str, args: Any, context: Any) -> None:
    """Run one job; this is what the job's own process does."""
    threading.Thread(target=leave_with_server, daemon=True).start()
    os.nice(5)  # the web server comes first
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(settings.background_seconds)
    manager.func_registry[function](key, progress_key, args, context)


class Order(NamedTuple):
    """A job that waits for its turn: whose it is, its name, and the arguments of `run_job`."""

    visitor: str
    job: str
    work: list[Any]


class Helper:
    """The process from which the jobs of a web process are forked, when it is their turn.

    A job never starts as a fork of the web server: what the server's other threads hold at that
    moment would stay locked in the fork for ever. The helper has one thread and has imported the
    app once, so that its callbacks are known. Next is the job of who runs the fewest, and then of
    who came first. When the web process is replaced, the helper stays until its jobs are done.
    """

    def __init__(self, number: int) -> None:
        self._channel = socket.socket(fileno=number)
        self._web = True  # whether there is a web process
        self._received = b""
        self._waiting: list[Order] = []
        self._running: dict[int, Order] = {}

    def serve(self) -> None:
        """Do what the web process asks for."""
        with suppress(OSError):  # the web process may have gone already
            self._channel.sendall(b".")  # all is imported
        while (self._web or self._waiting or self._running) and find(SERVER):
            self._listen()
            while self._running and (ended := os.waitpid(-1, os.WNOHANG)[0]):
                if order := self._running.pop(ended, None):
                    manager.handle.set(order.job, "")
            while self._waiting and len(self._running) < settings.background_jobs:
                self._start(self._next())

    def _listen(self) -> None:
        busy = self._waiting or self._running
        channels = [self._channel] if self._web else []
        if not select.select(channels, [], [], 0.1 if busy else None)[0]:
            return
        read = b""
        with suppress(OSError):
            read = self._channel.recv(2**20)
        self._web = bool(read)
        *lines, self._received = (self._received + read).split(b"\n")
        for order in (Order(*json.loads(line)) for line in lines):
            own = sum(1 for waiting in self._waiting if waiting.visitor == order.visitor)
            limit = settings.background_queue
            if len(self._waiting) >= limit or own >= limit // 5:
                manager.handle.set(order.job, "full")
            else:
                self._waiting.append(order)

    def _next(self) -> Order:
        running = Counter(order.visitor for order in self._running.values())
        order = min(self._waiting, key=lambda order: running[order.visitor])
        self._waiting.remove(order)
        return order

    def _start(self, order: Order) -> None:
        if manager.handle.get(f"{order.job}-cancelled"):
            manager.handle.set(order.job, "")
            return
        if not (process := os.fork()):
            try:
                os.close(self._channel.detach())
                run_job(*order.work)
            except Exception:
                log.exception("A job failed")
            finally:
                sys.stdout.flush()
                os._exit(0)
        self._running[process] = order
        manager.handle.set(order.job, f"runs {name_of(psutil.Process(process))}")
        if manager.handle.get(f"{order.job}-cancelled"):  # just before it could be seen
            manager.cancel(order.job)


class Forked:
    """A child of this process, as `subprocess.Popen` has it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        if self._status is None and os.waitpid(self.pid, os.WNOHANG)[0]:
            self._status = 0
        return self._status


def become_helper(own_server: str) -> None:
    """Leave behind what a fork has of a web process: its signals and its terminal."""
    global SERVER
    SERVER = os.environ[PARENT] = own_server
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGABRT):
        signal.signal(number, signal.SIG_DFL)
    os.setpgid(0, 0)  # Ctrl-C in a terminal is for the server
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


class Queue:
    """The way from this web process to its helper, which starts with it.

    It is a pair of sockets without a name: nobody who tidies up can remove them. A helper that
    has gone is replaced with the next job.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._helper: subprocess.Popen[bytes] | Forked | None = None
        self._channel: socket.socket

    def start(self, inherited: Sequence[socket.socket] = ()) -> None:
        """Start the helper as a fork of this process, which has imported the app.

        There must not be a second thread yet. `inherited` are sockets that are not the helper's.
        """
        own_server = server()
        channel, theirs = socket.socketpair()
        if process := os.fork():
            theirs.close()
            self._use(Forked(process), channel)
            return
        try:
            for one in (channel, *inherited):
                one.close()
            become_helper(own_server)
            Helper(theirs.detach()).serve()
        except Exception:
            log.exception("The process that starts jobs has failed")
        finally:
            sys.stdout.flush()
            os._exit(0)

    def put(self, visitor: str, job: str, work: Sequence[Any]) -> None:
        """Let the helper run a job when it is the job's turn."""
        with self._lock:
            if self._helper is None or self._helper.poll() is not None:
                self._begin()
            assert self._helper
            # If the helper is lost, so is the job.
            manager.handle.set(job, f"waits {name_of(psutil.Process(self._helper.pid))}")
            self._channel.sendall(json.dumps([visitor, job, work]).encode() + b"\n")

    def check(self) -> None:
        """Raise if the helper has ended and another cannot be started."""
        with self._lock:
            if self._helper and self._helper.poll() is not None:
                self._begin()
                if not self._channel.recv(1):
                    raise ConnectionError("the process that starts jobs has ended")

    def _begin(self) -> None:
        # A fork of a process with several threads could stay locked for ever.
        if self._helper:
            self._channel.close()
        channel, theirs = socket.socketpair()
        number = theirs.fileno()
        words = f"import app; from {APP}.core.background import Helper; Helper({number}).serve()"
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", words],
                cwd=ROOT,
                env=os.environ | {PARENT: server()},
                stdin=subprocess.DEVNULL,
                pass_fds=[number],
                process_group=0,  # Ctrl-C in a terminal is for the server
            )
        self._use(process, channel)

    def _use(self, helper: "subprocess.Popen[bytes] | Forked", channel: socket.socket) -> None:
        channel.settimeout(60)
        self._helper, self._channel = helper, channel


queue = Queue()


def name_of(process: psutil.Process) -> str:
    """Return the number of a process and when it began: the number alone is another's one day."""
    return f"{process.pid}-{process.create_time():.0f}"


def server() -> str:
    """Return the process with which jobs end: gunicorn's first, as it replaces its others."""
    own = psutil.Process()
    is_gunicorn = os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn")
    return name_of((own.parent() if is_gunicorn else None) or own)


def find(name: str) -> psutil.Process | None:
    """Return the process of this name, unless it has ended."""
    number, _, started = name.partition("-")
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(int(number))
        same = abs(process.create_time() - int(started)) < 5
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


class ProcessManager(PolledManager, DiskcacheManager):
    """Dash's manager, with processes that cannot deadlock and that are never left behind."""

    def start(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Put the job into the queue of this web process."""
        function = next(name for name, known in self.func_registry.items() if known is job_fn)
        job = f"{APP}-job-{uuid.uuid4().hex}"
        queue.put(visitor(), job, (function, key, self._make_progress_key(key), args, context))
        return job

    def get_result(self, key: str, job: str) -> Any:
        """Return the result, unless there was no room for the job."""
        try:
            return super().get_result(key, job)
        except QueueFullError as error:
            return self.give_up(str(error))

    def at_work(self, job: str) -> bool | None:
        """Return whether the job waits or its process lives; None if it was cancelled."""
        if self.handle.get(f"{job}-cancelled"):
            return None
        state, _, process = (self.handle.get(job) or "").partition(" ")
        if state == "full":
            raise QueueFullError("Too many jobs are waiting. Please try again in a minute.")
        return bool(process) and find(process) is not None

    def take(self, key: str) -> Any:
        """Return what the job has left under `key`, and forget it."""
        return self.handle.pop(key)

    def cancel(self, job: str) -> None:
        """Kill the job's process and all that it has started."""
        self.handle.set(f"{job}-cancelled", True)
        state, _, name = (self.handle.get(job) or "").partition(" ")
        if state == "runs" and (process := find(name)):
            for one in [*process.children(recursive=True), process]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()


with refusing("background_cache"):
    make_folder(ROOT / settings.background_cache)
    manager = ProcessManager(
        Results(
            str(ROOT / settings.background_cache),
            disk=JSONDisk,
            size_limit=settings.background_cache_mb * 2**20,
        )
    )
    # SQLite's connections must not cross a fork, to a worker or a job. Each process opens its own.
    os.register_at_fork(before=manager.handle.close)


def start(inherited: Sequence[socket.socket] = ()) -> None:
    """Start with the server what jobs are forked from, so that the first job does not wait.

    It is a fork of the web process and shares its memory. `inherited` are the server's sockets.
    """
    if not settings.debug:  # the reloader's two processes would start it at each change
        queue.start(inherited)


def ping() -> None:
    """Raise unless results can be kept and jobs can be started."""
    manager.handle.set("ready", True)
    queue.check()


def job(*args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a callback that runs in the background; the arguments are those of `callback`."""
    register = callback(*args, background=True, interval=500, prevent_initial_call=True, **kwargs)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        register(guarded(function, TooLongError))
        return function

    return decorate
