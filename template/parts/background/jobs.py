"""Common to the background managers: owners of jobs, results in JSON, and how jobs end."""

import hashlib
import logging
import secrets
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from dash import callback
from dash._callback_context import context_value
from dash.background_callback.managers import BaseBackgroundCallbackManager
from dash.exceptions import BackgroundCallbackError, PreventUpdate
from flask import Flask, current_app, g
from itsdangerous import BadSignature, Signer

from . import errors, logs, security
from .settings import APP
from .values import plain

log = logging.getLogger(__name__)

KEEP_SECONDS = 24 * 3600  # progress and results that no page has asked for
NOT_STARTED = "not-started"
NO_UPDATE = {"_dash_no_update": "_dash_no_update"}  # how Dash's managers spell it in JSON


def install(server: Flask) -> None:
    """Give every visitor a session: the jobs belong to it."""
    security.open_sessions(server)


# The browser holds two texts for a job: its handle, and the key of its result. Dash signs them for
# a page load, from 4.4.1 on, and both stand in addresses, which proxies log. So here they are
# signed for the session, too: somebody who reads or guesses one can do nothing with it.
def signer(kind: str) -> Signer:
    """Return the signer of a kind of texts for this session."""
    salt = f"{APP}-{kind}-{security.visitor()}"
    return Signer(str(current_app.secret_key), salt=salt, digest_method=hashlib.sha256)


def signed(kind: str, name: str) -> str:
    """Return a text for the browser."""
    return signer(kind).sign(name).decode()


def name_in(kind: str, text: str | None) -> str | None:
    """Return the name in this session's text, or None for a forged or foreign text."""
    try:
        return signer(kind).unsign(text or "").decode()
    except BadSignature:
        return None


def job(
    time_limit: type[Exception], *args: Any, **kwargs: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a callback that runs in the background. The arguments are those of `callback`.

    Errors are told from where the job runs. There the log gets the traceback, once, and the page
    gets the message with its next poll. `time_limit` is the exception by which the manager stops a
    job that takes too long.
    """
    register = callback(*args, background=True, interval=500, prevent_initial_call=True, **kwargs)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*values: Any, **named: Any) -> Any:
            with logs.job(function):
                try:
                    return plain(function(*values, **named))
                except PreventUpdate:
                    raise
                except time_limit as error:
                    errors.report(errors.UserError("The job took too long and was stopped."))
                    raise PreventUpdate from error
                except Exception as error:
                    errors.report(error)
                    raise PreventUpdate from error

        register(run)
        return function

    return decorate


def has_outputs() -> bool:
    """Tell whether the callback of this request has outputs."""
    return bool(context_value.get()["outputs_list"])


def no_update() -> Any:
    """Return the result that leaves the outputs as they are."""
    return NO_UPDATE if has_outputs() else None


def without_outputs(result: Any) -> Any:
    """Return the result of a callback without outputs, and report its error.

    Dash answers such a callback with 500 if it has failed or prevents an update.
    """
    match result:
        case {"background_callback_error": {"msg": message, "tb": traceback}}:
            errors.handle(BackgroundCallbackError(f"{message}\n{traceback}"))
            return None
    return None if result == NO_UPDATE else result


class PolledManager(BaseBackgroundCallbackManager):
    """A manager that answers each poll of a page: still at work, the result, or the failure.

    Dash's own managers go silent where a job is gone and has left no result.
    """

    lost = "The job ended before it was done. Please run it again."
    not_started = "The job could not be started. The log says why."
    not_yours = "The job belongs to another session. Please reload the page and run it again."

    @abstractmethod
    def start(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Start the job and return its name."""

    @abstractmethod
    def at_work(self, job: str) -> bool | None:
        """Return whether the job waits or runs, or None if it is not to run, as when cancelled."""

    @abstractmethod
    def cancel(self, job: str) -> None:
        """End the job."""

    @abstractmethod
    def take(self, key: str, default: Any = None) -> Any:
        """Return and forget the value that the job has left under `key`, or `default`."""

    def build_cache_key(self, *_args: Any) -> str:
        """Return a key of its own for each job: equal arguments never share progress or result."""
        return signed("result", f"{APP}-result-{secrets.token_hex(16)}")

    def call_job_fn(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Start the job. This answer cannot report a failure, so the next poll does."""
        try:
            job = self.start(key, job_fn, args, context)
        except errors.UserError:
            job = NOT_STARTED
        except Exception:
            log.exception("A job could not be started")
            job = NOT_STARTED
        return signed("job", job)

    def terminate_job(self, handle: str) -> None:
        """End a job of this session."""
        if job := name_in("job", handle):
            self.cancel(job)
        else:
            log.warning("Somebody wanted to cancel a job that is not theirs")

    def get_result(self, key: str, handle: str) -> Any:
        """Return the result, or UNDEFINED while the page has to go on asking."""
        job = name_in("job", handle)
        if job is None or not name_in("result", key):
            log.warning("Somebody asked for a job that is not theirs")
            return self.give_up(self.not_yours)
        if job == NOT_STARTED:
            return self.give_up(self.not_started)
        at_work = self.at_work(job)  # asked first: a job that ends now has left its result
        result = self.take(key, self.UNDEFINED)  # a result may be None
        if result is not self.UNDEFINED:
            return result if has_outputs() else without_outputs(result)
        if at_work:
            return self.keep_waiting()
        return no_update() if at_work is None else self.give_up(self.lost)

    def keep_waiting(self) -> Any:
        """Let the page ask again."""
        g.at_work = True
        return self.UNDEFINED

    def give_up(self, message: str) -> Any:
        """Let the page go idle, with a message."""
        g.message = message
        return no_update()

    def job_running(self, _job: str) -> bool:
        """Return the finding of `get_result` in this request. Dash asks right after it."""
        return bool(g.get("at_work"))

    def get_progress(self, key: str) -> Any:
        """Return the progress since the last poll."""
        if not name_in("result", key):
            return None
        with suppress(errors.UserError):  # `get_result` comes next, and deals with an outage
            return self.take(self._make_progress_key(key))

    def get_updated_props(self, key: str) -> dict[str, Any]:
        """Return the side updates of the job and of this request.

        Those of the request come from `give_up`, and from `on_error` after a job that has failed.
        Dash would send the job's alone.
        """
        if message := g.get("message"):
            errors.notify("That did not work", message)
        props: dict[str, Any] = {}
        if name_in("result", key):
            with suppress(errors.UserError):
                props |= self.take(self._make_set_props_key(key)) or {}
        for name, change in context_value.get()["updated_props"].items():
            props[name] = props.get(name, {}) | change
        return props
