"""Background jobs in processes of this machine, with their results on disk."""

import logging
from collections.abc import Callable
from typing import Any

import multiprocess
from dash import DiskcacheManager, callback
from diskcache import Cache

from .settings import ROOT, settings

log = logging.getLogger(__name__)

# A job never starts as a fork of the web server: what the server's other threads hold at that
# moment would stay locked in the fork for ever. It starts as a fork of a helper process that has
# one thread and has imported the app once, so that its callbacks are known.
processes = multiprocess.get_context("forkserver")
processes.set_forkserver_preload(["app"])


def run_job(function: str, key: str, progress_key: str, args: Any, context: Any) -> None:
    """Run one job; this is what the job's own process does."""
    from .application import create_app

    create_app()
    manager.func_registry[function](key, progress_key, args, context)


class ProcessManager(DiskcacheManager):
    """Dash's manager, with processes that cannot deadlock."""

    def call_job_fn(self, key: str, job_fn: Any, args: Any, context: Any) -> int:
        """Start the job and return its process id."""
        function = next(name for name, known in self.func_registry.items() if known is job_fn)
        process = processes.Process(
            target=run_job,
            args=(function, key, self._make_progress_key(key), args, context),
            daemon=False,
        )
        process.start()
        return int(process.pid)


manager = ProcessManager(
    Cache(str(ROOT / settings.background_cache), size_limit=settings.background_cache_mb * 2**20),
    expire=24 * 3600,
)


def job(*args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a callback that runs in the background; the arguments are those of `callback`."""
    return callback(*args, background=True, prevent_initial_call=True, **kwargs)
