"""Background jobs in processes of this machine, with their results on disk."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import multiprocess
import psutil
from dash import DiskcacheManager, callback
from diskcache import Cache, JSONDisk
from multiprocess.connection import wait

from ..settings import settings
from .jobs import KEEP_SECONDS, PolledManager, guarded, install, plain
from .settings import ROOT

__all__ = ["install", "job", "manager", "ping"]

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


def find(job: str) -> psutil.Process | None:
    """Return the job's process unless it has ended; its number may be another's by now."""
    number, _, started = job.partition("-")
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(int(number))
        same = abs(process.create_time() - int(started)) < 5
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


class ProcessManager(PolledManager, DiskcacheManager):
    """Dash's manager, with processes that cannot deadlock and that are never left behind."""

    def start(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Start a process; the job's name is its number and when it began."""
        function = next(name for name, known in self.func_registry.items() if known is job_fn)
        process = processes.Process(
            target=run_job,
            args=(function, key, self._make_progress_key(key), args, context),
            daemon=True,  # the server's orderly end does not wait for jobs
        )
        process.start()
        with suppress(psutil.NoSuchProcess):
            return f"{process.pid}-{psutil.Process(process.pid).create_time():.0f}"
        return f"{process.pid}-0"

    def at_work(self, job: str) -> bool | None:
        """Return whether the process lives; None if it was cancelled."""
        return None if self.handle.get(f"{job}-cancelled") else find(job) is not None

    def take(self, key: str) -> Any:
        """Return what the job has left under `key`, and forget it."""
        return self.handle.pop(key)

    def cancel(self, job: str) -> None:
        """Kill the job's process and all that it has started."""
        self.handle.set(f"{job}-cancelled", True, expire=60)
        if process := find(job):
            for one in [*process.children(recursive=True), process]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()


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
