"""Sets Dash up once: after the whole of `app.py`, and before the first answer."""

import gc
from collections.abc import Callable
from threading import Lock
from typing import Any

from dash import Dash

from . import frame, security

lock = Lock()
steps: list[Callable[[], Any]] = []  # those that are still to do


def install(app: Dash) -> None:
    """Let requests wait until Dash is set up.

    Dash sets itself up at its first request, and answers parallel ones half-ready.
    """
    hooks = app.server.before_request_funcs[None]
    own = [hook for hook in hooks if hook.__module__.partition(".")[0] == "dash"]
    steps.extend([frame.complete_pages, *map(app.server.ensure_sync, own)])
    # Pages may have hooks, too, since Dash has imported them by now.
    hooks[:] = [set_up, *(hook for hook in hooks if hook not in own)]


def set_up() -> None:
    """Take the steps, or wait for the request that takes them."""
    if steps:
        with lock:
            while steps:
                steps[0]()
                del steps[0]  # one that fails is tried again


def warm_up(app: Dash) -> None:
    """Set Dash up and render the index page before there is a request.

    No request reaches the hooks of `app.py`. They may open connections, which must not cross the
    fork to a worker.
    """
    with app.server.test_request_context(app.config.requests_pathname_prefix):
        set_up()
    security.policy(app)  # renders the index page
    gc.freeze()  # as in `create_app`: workers share this memory
