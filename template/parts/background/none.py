"""No background jobs: the request that starts a job waits for it."""

import socket
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from dash import Input, Output, callback
from flask import Flask

from .values import plain

manager = None


def install(server: Flask) -> None:
    """Do nothing: a job is over when its request is, so nobody can ask for another's."""


def start(_inherited: Sequence[socket.socket] = ()) -> None:
    """Do nothing: jobs need no process of their own."""


def ping() -> None:
    """Do nothing: no other server has to answer."""


def job(
    *args: Any,
    running: Sequence[tuple[Output, Any, Any]] = (),
    cancel: Sequence[Input] = (),
    progress: Sequence[Output] = (),
    progress_default: Sequence[Any] = (),
    **kwargs: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a callback with the arguments of a background callback.

    Progress goes nowhere, and the inputs that would cancel the job stay as they are in the layout:
    disabled.
    """
    stay = {trigger.component_id for trigger in cancel}
    register = callback(
        *args,
        running=[change for change in running if change[0].component_id not in stay] or None,
        prevent_initial_call=True,
        **kwargs,
    )

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*values: Any, **named: Any) -> Any:
            if progress:
                values = (lambda _progress: None, *values)
            return plain(function(*values, **named))

        register(run)
        return function

    return decorate
