"""Records in the browser, in a `dcc.Store`: anyone at the browser can read and change them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Input, Output, Patch, State, clientside_callback, dcc
from dash.development.base_component import Component
from dash.types import RendererHooks
from flask import Flask

from .errors import UserError
from .settings import settings

APP = __name__.partition(".")[0]
RENDERER_HOOKS: RendererHooks = {}


class RecordTooLargeError(UserError):
    """A value is larger than what a browser should carry with each request."""


def install(server: Flask) -> None:
    """Do nothing: the server keeps no data, and so needs no session."""


class Record:
    """A record of named fields in the browser; it travels with each callback that asks for it."""

    def __init__(self, name: str) -> None:
        """Make a record; `name` tells it from the app's other records."""
        self.name = name
        # Apps that are served from one address share what the browser keeps, hence the app's name.
        self.id = f"{APP}-{name}-store"

    def component(self) -> Component:
        """Return what has to be in the layout, once; it needs data, or a Patch would fail."""
        return dcc.Store(id=self.id, data={}, storage_type=settings.storage_type)

    def load(
        self, data: Mapping[str, Any] | None, fields: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the fields asked for, or all; `data` is what the browser holds."""
        record = dict(data or {})
        return record if fields is None else {key: record[key] for key in fields if key in record}

    def save(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Put `record` in the place of what was stored; return the data for the browser."""
        return checked(record)

    def update(self, fields: Mapping[str, Any]) -> Patch:
        """Write some fields and leave the others; return the change for the browser."""
        patch = Patch()
        for key, value in checked(fields).items():
            patch[key] = value
        return patch

    def follow(self, source: str) -> None:
        """Update the record with what the store `source` holds, whenever it changes."""
        clientside_callback(
            "(fields, record) => Object.assign({}, record, fields)",
            Output(self.id, "data"),
            Input(source, "data"),
            State(self.id, "data"),
            prevent_initial_call=True,
        )


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return `fields` if they are JSON and not too large.

    Raises:
        TypeError: a value is not JSON; the text names its type and the key.
        RecordTooLargeError: the fields together are over the limit, `STORAGE_LIMIT` in bytes.
    """
    size = 0
    for key, value in fields.items():
        try:
            size += len(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise TypeError(f"{key!r} cannot be stored: {type(value).__name__} ({error})") from None
    if size > settings.storage_limit:
        raise RecordTooLargeError(
            f"This needs {size / 1e6:.1f} MB; the browser keeps at most "
            f"{settings.storage_limit / 1e6:.1f} MB. Choose a server-side storage for more."
        )
    return dict(fields)
