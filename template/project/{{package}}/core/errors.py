"""Turns an exception in a callback into a message for the user and a line in the log."""

import logging
import secrets
from typing import Any
from zlib import crc32

from dash import set_props

from . import ids, logs

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


def report(error: Exception) -> None:
    """Tell the user what happened. Dash calls this with the error of a callback.

    An error that is not a `UserError` may contain anything, so only the log gets it. The user gets
    a reference to the entry.
    """
    if isinstance(error, UserError):
        notify("That did not work", str(error))
        return
    reference = secrets.token_hex(4)
    log.error("Error %s in %s", reference, logs.callback.get(), exc_info=error)
    notify("Something went wrong", f"The log has the details under the reference {reference}.")
