"""Background jobs in processes of this machine, with their results on disk."""

import logging
import os
import signal
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import multiprocess
import psutil
from dash import DiskcacheManager, callback
from diskcache import Cache, JSONDisk
from multiprocess.connection import wait

from ..settings import settings
from .jobs import APP, KEEP_SECONDS, PolledManager, QueueFullError, guarded, install, plain
from .security import visitor
from .settings import ROOT, make_folder

__all__ = ["install", "job", "manager", "ping"]

log = logging.getLogger(__name__)

# A job never starts as a fork of the web server: what the server's other threads hold at that
# moment would stay locked in the fork for ever. It starts as a fork of a helper process that has
# one thread and has imported the app once, so that its callbacks are known. The helper starts with
# the first job, takes leave of those that have ended, and goes when its web process goes.
processes = multiprocess.get_context("forkserver")
processes.set_forkserver_preload(["app"])


class Results(Cache):  # type: ignore[misc]
    """A cache on disk that holds JSON and nothing else, each entry for a day at most."""

    def set(self, key: str, value: Any, expire: float | None = None, **kwargs: Any) -> bool:
        """Store `value` until `expire` seconds have passed."""
        return bool(super().set(key, plain(value), expire=expire or KEEP_SECONDS, **kwargs))


class TooLongError(Exception):
    """Ends a job that has had its time."""


def stop(*_signal: Any) -> None:
    """End the job, wherever it is."""
    raise TooLongError


def leave_with_server() -> None:
    """End this process as soon as the web process that wants the result is gone."""
    wait([multiprocess.parent_process().sentinel])
    os._exit(1)


def run_job(function: str, key: str, progress_key: str, args: Any, context: Any) -> None:
    """Run one job; this is what the job's own process does."""
    from .application import create_app

    threading.Thread(target=leave_with_server, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the server
    os.nice(5)  # the web server comes first
    create_app()
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(settings.background_seconds)
    manager.func_registry[function](key, progress_key, args, context)


class Turns:
    """Whose job is next in this web process: of who runs the fewest, and then of who came first."""

    def __init__(self, places: int, waiting: int) -> None:
        """Let `places` jobs run at once, and `waiting` jobs wait for that."""
        self._changed = threading.Condition()
        self._places, self._limit = places, waiting
        self._running: Counter[str] = Counter()
        self._queue: list[tuple[str, str]] = []

    def join(self, visitor: str, job: str) -> None:
        """Put a job into the queue.

        Raises:
            QueueFullError: Too many jobs wait, in all or of this visitor.
        """
        with self._changed:
            own = sum(1 for whose, _ in self._queue if whose == visitor)
            if len(self._queue) >= self._limit or own >= self._limit // 5:
                raise QueueFullError
            self._queue.append((visitor, job))

    @contextmanager
    def turn(self, visitor: str, job: str) -> Iterator[None]:
        """Wait until it is the job's turn, and take a place while the block runs."""
        with self._changed:
            self._changed.wait_for(lambda: self._next() == (visitor, job))
            self._queue.remove((visitor, job))
            self._running[visitor] += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._running[visitor] -= 1
                self._running += Counter()  # forgets who runs none
                self._changed.notify_all()

    def _next(self) -> tuple[str, str] | None:
        if self._running.total() >= self._places or not self._queue:
            return None
        return min(self._queue, key=lambda entry: self._running[entry[0]])


turns = Turns(settings.background_jobs, settings.background_queue)


def name_of(process: psutil.Process) -> str:
    """Return the number of a process and when it began: the number alone is another's one day."""
    return f"{process.pid}-{process.create_time():.0f}"


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
        """Put the job into the queue of this web process, where a thread waits for its turn."""
        function = next(name for name, known in self.func_registry.items() if known is job_fn)
        job = f"{APP}-job-{uuid.uuid4().hex}"
        turns.join(owner := visitor(), job)
        self.handle.set(job, f"waits {name_of(psutil.Process())}")  # and is lost with this one
        work = (function, key, self._make_progress_key(key), args, context)
        threading.Thread(target=self.run, args=(owner, job, work), daemon=True).start()
        return job

    def run(self, owner: str, job: str, work: tuple[Any, ...]) -> None:
        """Run the job in a process, when it is its turn; return when the process has ended."""
        try:
            with turns.turn(owner, job):
                if self.handle.get(f"{job}-cancelled"):
                    return
                # A daemon, so that the server's orderly end does not wait for jobs.
                process = processes.Process(target=run_job, args=work, daemon=True)
                process.start()
                with suppress(psutil.NoSuchProcess):
                    self.handle.set(job, f"runs {name_of(psutil.Process(process.pid))}")
                if self.handle.get(f"{job}-cancelled"):  # just before it could be seen
                    self.cancel(job)
                process.join()
        except Exception:
            log.exception("A job could not be started")
        finally:
            self.handle.set(job, "")

    def at_work(self, job: str) -> bool | None:
        """Return whether the job waits or its process lives; None if it was cancelled."""
        if self.handle.get(f"{job}-cancelled"):
            return None
        _, _, process = (self.handle.get(job) or "").partition(" ")
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


make_folder(ROOT / settings.background_cache)
manager = ProcessManager(
    Results(
        str(ROOT / settings.background_cache),
        disk=JSONDisk,
        size_limit=settings.background_cache_mb * 2**20,
    )
)


def ping() -> None:
    """Raise unless the results can be reached."""
    manager.handle.get("")


def job(*args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a callback that runs in the background; the arguments are those of `callback`."""
    register = callback(*args, background=True, interval=500, prevent_initial_call=True, **kwargs)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        register(guarded(function, TooLongError))
        return function

    return decorate
