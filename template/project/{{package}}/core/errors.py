"""Turns an exception in a callback into a message for the user and a line in the log."""

import logging
import secrets
from typing import Any
from zlib import crc32

from dash import ctx, set_props
from dash._callback_context import context_value
from dash.exceptions import BackgroundCallbackError
from flask import abort, g, jsonify

from ..settings import settings
from . import ids, logs

UNKNOWN = -1  # as AG Grid has it for the number of rows
log = logging.getLogger(__name__)


class UserError(Exception):
    """An error whose text is meant for the user."""


def notification(title: str, message: str, color: str = "red") -> dict[str, Any]:
    """Return the properties that make the notification container show a message."""
    note = {
        "action": "show",
        # The same for the same cause, which is told once while it shows.
        "id": f"note-{crc32((title + message).encode()):08x}",
        "title": title,
        "message": message,
        "color": color,
        "autoClose": 8000,
    }
    return {"sendNotifications": [note]}


def notify(title: str, message: str, color: str = "red") -> None:
    """Show a notification, inside any callback."""
    set_props(ids.NOTIFICATIONS, notification(title, message, color))


def handle(error: Exception) -> None:
    """Report the error of a callback to the user. Dash calls this.

    In debug mode the error goes on to Dash, which shows it in the browser.
    """
    report(error)
    if settings.debug and not isinstance(error, UserError):
        raise error
    release(ctx.outputs_list)
    if g.get("in_background") and not isinstance(error, BackgroundCallbackError):
        # The error is not the job's. Dash would answer with nothing, and the user see no message.
        sent = context_value.get()["updated_props"]
        abort(jsonify(multi=True, response={}, sideUpdate=sent))


def release(outputs: Any) -> None:
    """Give the tables among the outputs rows without values.

    A table of AG Grid waits for its rows and asks for no others.
    """
    match outputs:
        case list():
            for output in outputs:
                release(output)
        case {"id": table, "property": name} if name.partition("@")[0] == "getRowsResponse":
            set_props(table, {"getRowsResponse": {"rowData": [], "rowCount": UNKNOWN}})


def report(error: Exception) -> None:
    """Tell the user what happened.

    An error that is not a `UserError` may contain anything, so only the log gets it. The user gets
    a reference to the entry.
    """
    if isinstance(error, UserError):
        notify("That did not work", str(error))
        return
    reference = secrets.token_hex(4)
    log.error("Error %s in %s", reference, logs.callback.get(), exc_info=error)
    notify("Something went wrong", f"The log has the details under the reference {reference}.")
