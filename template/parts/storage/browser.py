"""Records in the browser, in a `dcc.Store`: anyone at the browser can read and change them."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Input, Output, Patch, State, clientside_callback, dcc
from dash.development.base_component import Component
from dash.types import RendererHooks
from flask import Flask

from ..settings import settings
from .errors import UserError
from .settings import APP
from .values import RECORDS, to_json

RENDERER_HOOKS: RendererHooks = {}
log = logging.getLogger(__name__)


class RecordTooLargeError(UserError):
    """Values are too large for a browser to carry with each request."""


def install(server: Flask) -> None:
    """Do nothing: the server keeps no data, and so needs no session."""


def ping() -> None:
    """Do nothing: no other server has to answer."""


class Record:
    """A record of named fields in the browser. It travels with each callback that asks for it."""

    def __init__(self, name: str) -> None:
        """Make a record. `name` tells it from the app's other records."""
        self.name = name
        # Apps that are served from one address share the browser's storage, hence the app's name.
        self.id = f"{APP}-{name}-store"
        RECORDS[name] = self

    def component(self) -> Component:
        """Return the store for the layout, once. It needs data, or a Patch would fail."""
        return dcc.Store(id=self.id, data={}, storage_type=settings.storage_type)

    def load(
        self, data: Mapping[str, Any] | None, fields: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the fields asked for, or all. `data` is the browser's data."""
        held: Any = data or {}  # whatever it is: the browser's user can change it
        if not isinstance(held, Mapping):
            log.warning("%s holds no record and is treated as empty", self.id)
            held = {}
        record = dict(held)
        return record if fields is None else {key: record[key] for key in fields if key in record}

    def save(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Put `record` in the place of all fields, and return the data for the browser."""
        return checked(record)

    def update(self, fields: Mapping[str, Any]) -> Patch:
        """Write some fields and leave the others. Return the change for the browser."""
        patch = Patch()
        for key, value in checked(fields).items():
            patch[key] = value
        return patch

    def follow(self, source: str) -> None:
        """Update the record with the fields in the store `source` after each change."""
        clientside_callback(
            """(fields, record) => Object.keys(fields ?? {}).length
                ? Object.assign({}, record, fields)
                : dash_clientside.no_update""",
            Output(self.id, "data"),
            Input(source, "data"),
            State(self.id, "data"),
            prevent_initial_call=True,
        )


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return `fields` if they are JSON and not too large.

    Raises:
        TypeError: a value is not JSON. The text names its type and the key.
        RecordTooLargeError: the fields together are over the limit, `APP_STORAGE_LIMIT` in bytes.
    """
    size = sum(len(to_json(key, value)) for key, value in fields.items())
    if size > settings.storage_limit:
        raise RecordTooLargeError(
            f"This needs {size:,} bytes, and the browser is given at most "
            f"{settings.storage_limit:,}. It was not saved. A storage on the server takes more."
        )
    return dict(fields)
