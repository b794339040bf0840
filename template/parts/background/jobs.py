"""What the background managers share: results are JSON, and every page hears how its job ended."""

import json
import logging
import secrets
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from dash.background_callback.managers import BaseBackgroundCallbackManager
from dash.exceptions import PreventUpdate
from flask import g
from plotly.io.json import to_json_plotly

from . import errors, ids, logs

log = logging.getLogger(__name__)

KEEP_SECONDS = 24 * 3600  # progress and results that no page has asked for
NOT_STARTED = "not-started"
NO_UPDATE = {"_dash_no_update": "_dash_no_update"}  # how Dash's managers spell it in JSON


def plain(value: Any) -> Any:
    """Return `value` as what JSON makes of it.

    Raises:
        TypeError: it is not JSON; the text names the type.
    """
    return json.loads(to_json_plotly(value))


def guarded(
    function: Callable[..., Any], time_limit: type[Exception] | tuple[()] = ()
) -> Callable[..., Any]:
    """Return `function` as a manager runs it: errors are told from where the job runs.

    There the log gets the traceback, once, and the page gets the message with its next poll.
    `time_limit` is the exception by which the manager stops a job that takes too long.
    """

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with logs.job(function):
            try:
                return plain(function(*args, **kwargs))
            except PreventUpdate:
                raise
            except time_limit as error:
                errors.report(errors.UserError("The job took too long and was stopped."))
                raise PreventUpdate from error
            except Exception as error:
                errors.report(error)
                raise PreventUpdate from error

    return run


class PolledManager(BaseBackgroundCallbackManager):
    """A manager that answers each poll of a page: still at work, the result, or what went wrong.

    Dash's own managers go silent where a job is gone and has left no result.
    """

    lost = "The job ended before it was done. Please run it again."
    not_started = "The job could not be started. The log says why."

    @abstractmethod
    def start(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Start the job and return its name."""

    @abstractmethod
    def at_work(self, job: str) -> bool | None:
        """Return whether the job waits or runs; None says that the user has cancelled it."""

    @abstractmethod
    def take(self, key: str) -> Any:
        """Return what the job has left under `key` and forget it; None where there is nothing."""

    def build_cache_key(self, *_args: Any) -> str:
        """Return a key of its own for each job: equal arguments never share progress or result."""
        return secrets.token_hex(16)

    def call_job_fn(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Start the job; if that fails, the next poll says so: this answer has no room for it."""
        try:
            return self.start(key, job_fn, args, context)
        except errors.UserError:
            return NOT_STARTED
        except Exception:
            log.exception("A job could not be started")
            return NOT_STARTED

    def get_result(self, key: str, job: str) -> Any:
        """Return the result, or UNDEFINED while the page has to go on asking."""
        if job == NOT_STARTED:
            return self.give_up(self.not_started)
        at_work = self.at_work(job)  # asked first: a job that ends now has left its result
        result = self.take(key)
        if result is not None:
            return result
        if at_work:
            return self.keep_waiting()
        return NO_UPDATE if at_work is None else self.give_up(self.lost)

    def keep_waiting(self) -> Any:
        """Let the page ask again."""
        g.at_work = True
        return self.UNDEFINED

    def give_up(self, message: str) -> Any:
        """Let the page go idle, with a message."""
        g.message = message
        return NO_UPDATE

    def job_running(self, _job: str) -> bool:
        """Return what `get_result` has found in this request; Dash asks right after it."""
        return bool(g.get("at_work"))

    def get_progress(self, key: str) -> Any:
        """Return the progress since the last poll."""
        with suppress(errors.UserError):  # `get_result` comes next, and deals with an outage
            return self.take(self._make_progress_key(key))

    def get_updated_props(self, key: str) -> dict[str, Any]:
        """Return what the job has set beside its outputs, and the message of `give_up`."""
        props: dict[str, Any] = {}
        with suppress(errors.UserError):
            props |= self.take(self._make_set_props_key(key)) or {}
        if message := g.get("message"):
            props |= {ids.NOTIFICATIONS: errors.notification("That did not work", message)}
        return props
