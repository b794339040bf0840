"""Background jobs in processes of this machine, with their results on disk."""

import json
import logging
import os
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import psutil
from dash import DiskcacheManager
from diskcache import Cache, JSONDisk, Timeout

from ..settings import settings
from . import jobs
from .jobs import KEEP_SECONDS, PolledManager, install
from .security import visitor
from .settings import APP, ROOT, make_folder, refusing
from .values import plain

__all__ = ["install", "job", "manager", "ping", "start"]

log = logging.getLogger(__name__)

PARENT = f"{APP.upper()}_SERVER"
REFUSALS = (sqlite3.Error, Timeout, OSError)  # such as those of a full disk
GRACE_SECONDS = 15  # after its time, for a job that ignores that
SERVER = os.environ.get(PARENT, "")  # in a helper and its jobs: the process with which they end


class Results(Cache):  # type: ignore[misc]
    """A cache on disk that holds JSON and nothing else, each entry for a day at most."""

    def set(self, key: str, value: Any, expire: float | None = None, **kwargs: Any) -> bool:
        """Store `value` until `expire` seconds have passed."""
        return bool(super().set(key, plain(value), expire=expire or KEEP_SECONDS, **kwargs))


class TooLongError(Exception):
    """Ends a job that has had its time."""


def stop(*_signal: Any) -> None:
    """End the job, if it waits or if it runs."""
    raise TooLongError


def leave_with_server() -> None:
    """End this process soon after the server that wants the result."""
    while find(SERVER):
        time.sleep(0.5)
    os._exit(1)


def run_job(function: str, key: str, progress_key: str, args: Any, context: Any) -> None:
    """Run one job, in the job's own process."""
    threading.Thread(target=leave_with_server, daemon=True).start()
    if sys.platform != "win32":
        os.nice(5)  # the web server comes first
        signal.signal(signal.SIGALRM, stop)
        signal.alarm(settings.background_seconds)
    manager.func_registry[function](key, progress_key, args, context)


def run_jobs() -> None:
    """Run one job after another, as they come. A `Runner` starts this."""
    threading.Thread(target=leave_with_server, daemon=True).start()
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(5)
    signal.signal(signal.SIGINT, stop)
    # The output of jobs goes to the log. The processes that jobs start cannot read the orders.
    orders, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    told.write(b".")
    for line in orders:
        function, key, progress_key, args, context = json.loads(line)
        # From a thread, since Windows has no alarm. It wakes a job that sleeps, as Ctrl-C does.
        limit = threading.Timer(settings.background_seconds, signal.raise_signal, [signal.SIGINT])
        limit.start()
        try:
            manager.func_registry[function](key, progress_key, args, context)
        except Exception:
            log.exception("A job failed")
        finally:
            limit.cancel()
            limit.join()
        told.write(b".")


def fork() -> int:
    """Return 0 in a copy of this process, and the number of the copy in this one."""
    if sys.platform != "win32":
        return os.fork()
    raise NotImplementedError


def reaped(process: int = -1) -> int:
    """Return the number of a copy that has ended, this one or any. Return 0 if none has."""
    if sys.platform != "win32":
        return os.waitpid(process, os.WNOHANG)[0]
    raise NotImplementedError


class Order(NamedTuple):
    """A job that waits for its turn: whose it is, its name, and the arguments of `run_job`."""

    visitor: str
    job: str
    work: list[Any]


class States:
    """The states of jobs, for the polls of pages. A full disk gets them when it has room again."""

    def __init__(self) -> None:
        self._due: dict[str, str] = {}
        self._refused = False

    def __len__(self) -> int:
        """Return how many are to be written."""
        return len(self._due)

    def set(self, job: str, state: str) -> None:
        """Write the state of a job, or try to."""
        self._due[job] = state
        self.write()

    def write(self) -> None:
        """Write the states that are due."""
        try:
            for job, state in list(self._due.items()):
                manager.handle.set(job, state)
                del self._due[job]
        except REFUSALS:
            if not self._refused:
                log.exception("The state of a job cannot be written")
            self._refused = True
        else:
            self._refused = False


states = States()


class Orders:
    """The jobs of a web process that wait. Next is that of who runs the fewest, then the oldest."""

    def __init__(self) -> None:
        self._waiting: list[Order] = []

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def add(self, order: Order) -> None:
        """Let a job wait, if there is room for it."""
        own = sum(1 for waiting in self._waiting if waiting.visitor == order.visitor)
        limit = settings.background_queue
        if len(self._waiting) >= limit or own >= max(1, limit // 5):
            states.set(order.job, "full")
        else:
            self._waiting.append(order)

    def next(self, running: Iterable[Order]) -> Order:
        """Return the job whose turn it is, which waits no more."""
        count = Counter(order.visitor for order in running)
        order = min(self._waiting, key=lambda order: count[order.visitor])
        self._waiting.remove(order)
        return order

    def lose(self) -> None:
        """Tell all that wait that they are not going to run."""
        for order in self._waiting:
            states.set(order.job, "")
        self._waiting.clear()


class Helper:
    """The process from which the jobs of a web process are forked, when it is their turn.

    A job never starts as a fork of the web server. The locks of the server's other threads would
    stay locked in the fork for ever. The helper has one thread and has imported the app once, so
    that its callbacks are known. When the web process is replaced, the helper stays until its jobs
    are done.
    """

    def __init__(self, number: int) -> None:
        self._channel = socket.socket(fileno=number)
        self._web = True  # whether there is a web process
        self._received = b""
        self._waiting = Orders()
        self._running: dict[int, tuple[Order, float]] = {}  # and when to kill it

    def serve(self) -> None:
        """Follow the orders of the web process."""
        with suppress(OSError):  # the web process may have gone already
            self._channel.sendall(b".")  # all is imported
        while (self._web or self._waiting or self._running) and find(SERVER):
            self._listen()
            states.write()
            for process, (_, end) in self._running.items():
                if time.monotonic() > end:
                    kill(name_of(psutil.Process(process)))
            while self._running and (ended := reaped()):
                if gone := self._running.pop(ended, None):
                    states.set(gone[0].job, "")
            while self._waiting and len(self._running) < settings.background_jobs:
                self._start(self._waiting.next(order for order, _ in self._running.values()))

    def _listen(self) -> None:
        busy = self._waiting or self._running or states
        channels = [self._channel] if self._web else []
        if not select.select(channels, [], [], 0.1 if busy else None)[0]:
            return
        read = b""
        with suppress(OSError):
            read = self._channel.recv(2**20)
        self._web = bool(read)
        *lines, self._received = (self._received + read).split(b"\n")
        for order in (Order(*json.loads(line)) for line in lines):
            self._waiting.add(order)

    def _start(self, order: Order) -> None:
        if is_cancelled(order.job):
            states.set(order.job, "")
            return
        if not (process := fork()):
            try:
                os.close(self._channel.detach())
                run_job(*order.work)
            except Exception:
                log.exception("A job failed")
            finally:
                sys.stdout.flush()
                os._exit(0)
        self._running[process] = order, last_moment()
        name = name_of(psutil.Process(process))
        states.set(order.job, f"runs {name}")
        if is_cancelled(order.job):  # just before it could be seen
            kill(name)


def become_helper(own_server: str) -> None:
    """Drop the signals and the terminal that a fork inherits from a web process."""
    global SERVER
    SERVER = os.environ[PARENT] = own_server
    if sys.platform != "win32":
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.setpgid(0, 0)  # Ctrl-C in a terminal is for the server
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


class Runner:
    """A process that has imported the app and runs one job after another."""

    def __init__(self) -> None:
        words = f"import app; from {APP}.core.background import run_jobs; run_jobs()"
        apart: dict[str, Any] = {"process_group": 0}  # Ctrl-C in a terminal is for the server
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        self._process = subprocess.Popen(
            [sys.executable, "-c", words],
            cwd=ROOT,
            env=os.environ | {PARENT: server()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **apart,
        )
        self.name = name_of(psutil.Process(self._process.pid))
        self.order: Order | None = None  # what it runs
        self.free = False  # whether it has imported the app and runs nothing
        self.end = 0.0

    def wait(self) -> bool:
        """Wait until it is free, and return True. Return False if it has ended."""
        assert self._process.stdout
        if self._process.stdout.read(1):
            return True
        self._process.wait()
        return False

    def run(self, order: Order) -> None:
        """Let it run a job."""
        self.order, self.free = order, False
        self.end = last_moment()
        states.set(order.job, f"runs {self.name}")
        self.write(json.dumps(order.work).encode() + b"\n")

    def write(self, words: bytes) -> None:
        """Send it an order. No words let it end."""
        assert self._process.stdin
        with suppress(OSError):  # it has ended, and `wait` is about to say so
            self._process.stdin.write(words)
            if words:
                self._process.stdin.flush()
            else:
                self._process.stdin.close()


class Spawner:
    """Runs jobs in processes of their own on systems that cannot fork, such as Windows.

    A new process takes a second or two to import the app. So one is always kept in reserve, and
    takes the next job after its own. A job that is cancelled ends with its process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._events: SimpleQueue[Order | tuple[Runner, bool]] = SimpleQueue()
        self._waiting = Orders()
        self._runners: list[Runner] = []
        self._broken = False  # whether the last process ended before it was free

    def start(self, _inherited: Sequence[socket.socket] = ()) -> None:
        """Start the process in reserve."""
        self._begin()

    def put(self, visitor: str, job: str, work: Sequence[Any]) -> None:
        """Let a job run when it is the job's turn."""
        manager.handle.set(job, f"waits {name_of(psutil.Process())}")
        self._begin()
        self._events.put(Order(visitor, job, list(work)))

    def check(self) -> None:
        """Raise if the last process did not start and another does not, either."""
        if self._broken:
            runner = Runner()
            if not runner.wait():
                raise ConnectionError("the process that runs jobs has ended")
            runner.write(b"")
            self._broken = False

    def _begin(self) -> None:
        # Not at import: a thread is not there any more in a process that is forked then.
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                states.write()
                self._stop()
                self._start()
                busy = self._waiting or states or any(runner.order for runner in self._runners)
                with suppress(Empty):
                    self._hear(self._events.get(timeout=0.1 if busy else None))
            except Exception:
                log.exception("Jobs could not be looked after")

    def _hear(self, event: Order | tuple[Runner, bool]) -> None:
        if isinstance(event, Order):
            self._waiting.add(event)
            return
        runner, lives = event
        if runner not in self._runners:  # one too many, which was let go
            return
        if runner.order:
            states.set(runner.order.job, "")
        elif not runner.free:
            self._broken = not lives
        runner.order, runner.free = None, lives
        if not lives:
            self._runners.remove(runner)
        if self._broken:
            self._waiting.lose()

    def _stop(self) -> None:
        """End jobs that were cancelled, or that go on after their time."""
        for runner in self._runners:
            if runner.order and (time.monotonic() > runner.end or is_cancelled(runner.order.job)):
                kill(runner.name)

    def _start(self) -> None:
        running = [runner.order for runner in self._runners if runner.order]
        free = [runner for runner in self._runners if runner.free]
        while self._waiting and free and len(running) < settings.background_jobs:
            order = self._waiting.next(running)
            if is_cancelled(order.job):
                states.set(order.job, "")
            else:
                free.pop().run(order)
                running.append(order)
        for spare in free[1:]:
            self._runners.remove(spare)
            spare.write(b"")
        coming = sum(1 for one in self._runners if not one.free and not one.order)
        reserve = not free and not self._broken
        wanted = min(len(self._waiting) or reserve, settings.background_jobs - len(running))
        for _ in range(wanted - coming):
            self._add()

    def _add(self) -> None:
        runner = Runner()
        self._runners.append(runner)

        def listen() -> None:
            lives = True
            while lives:
                lives = runner.wait()
                self._events.put((runner, lives))

        threading.Thread(target=listen, daemon=True).start()


class Queue:
    """The way from this web process to its helper, which starts with it.

    It is a pair of sockets without a name: nobody who tidies up can remove them. A helper that
    has gone is replaced with the next job.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._helper: psutil.Process | None = None
        self._channel: socket.socket

    def start(self, inherited: Sequence[socket.socket] = ()) -> None:
        """Start the helper as a fork of this process, which has imported the app.

        There must not be a second thread yet. `inherited` are sockets that are not the helper's.
        """
        own_server = server()
        channel, theirs = socket.socketpair()
        if process := fork():
            theirs.close()
            self._use(psutil.Process(process), channel)
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
            if self._helper is None or has_ended(self._helper):
                self._begin()
            assert self._helper
            # If the helper is lost, so is the job.
            manager.handle.set(job, f"waits {name_of(self._helper)}")
            self._channel.sendall(json.dumps([visitor, job, work]).encode() + b"\n")

    def check(self) -> None:
        """Raise if the helper has ended and another cannot be started."""
        with self._lock:
            if self._helper and has_ended(self._helper):
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
            process = psutil.Popen(
                [sys.executable, "-c", words],
                cwd=ROOT,
                env=os.environ | {PARENT: server()},
                stdin=subprocess.DEVNULL,
                pass_fds=[number],
                process_group=0,  # Ctrl-C in a terminal is for the server
            )
        self._use(process, channel)

    def _use(self, helper: psutil.Process, channel: socket.socket) -> None:
        channel.settimeout(60)
        self._helper, self._channel = helper, channel


# With the variable, tests run the way of Windows on every system.
SPAWNED = sys.platform == "win32" or "JOBS_ARE_SPAWNED" in os.environ
queue: Spawner | Queue = Spawner() if SPAWNED else Queue()


def last_moment() -> float:
    """Return when a job that begins now is killed, as it ignores the end of its time."""
    return time.monotonic() + settings.background_seconds + GRACE_SECONDS


def is_cancelled(job: str) -> bool:
    """Return whether the user has cancelled a job."""
    with suppress(*REFUSALS):
        return bool(manager.handle.get(f"{job}-cancelled"))
    return False


def has_ended(child: psutil.Process) -> bool:
    """Return whether a process that this one has started has ended, and take leave of it."""
    with suppress(psutil.TimeoutExpired):
        child.wait(0)
        return True
    return False


def kill(name: str) -> None:
    """Kill a process and all that it has started."""
    if process := find(name):
        for one in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                one.kill()


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

    def at_work(self, job: str) -> bool | None:
        """Return whether the job waits or its process lives, or None if it is not to run."""
        if is_cancelled(job):
            return None
        state, _, process = (self.handle.get(job) or "").partition(" ")
        if state == "full":
            self.give_up("Too many jobs are waiting. Please try again in a minute.")
            return None
        return bool(process) and find(process) is not None

    def take(self, key: str, default: Any = None) -> Any:
        """Return and forget the value that the job has left under `key`, or `default`."""
        return self.handle.pop(key, default)

    def cancel(self, job: str) -> None:
        """Kill the job's process and all that it has started."""
        self.handle.set(f"{job}-cancelled", True)
        state, _, name = (self.handle.get(job) or "").partition(" ")
        if state == "runs" and not SPAWNED:  # such a process may run the next job by now
            kill(name)


with refusing("background_cache"):
    make_folder(ROOT / settings.background_cache)
    manager = ProcessManager(
        Results(
            str(ROOT / settings.background_cache),
            disk=JSONDisk,
            size_limit=settings.background_cache_mb * 2**20,
        )
    )
    if sys.platform != "win32":
        # SQLite's connections must not cross a fork, to a worker or a job.
        os.register_at_fork(before=manager.handle.close)
job = partial(jobs.job, TooLongError)


def start(inherited: Sequence[socket.socket] = ()) -> None:
    """Start the processes for jobs together with the server, so that the first job does not wait.

    `inherited` are the server's sockets.
    """
    if not settings.debug:  # the reloader's two processes would start it at each change
        queue.start(inherited)


def ping() -> None:
    """Raise unless results can be kept and jobs can be started."""
    manager.handle.set("ready", True)
    queue.check()
