"""Keeps the record equal to the inputs, in the chained style.

Each field's callback also writes a store that is an Input of the next one, so that they run one
after another when several fields change at once. A link writes its own field and reads no other.
It costs the time of the requests in a row, and a change in one field calls the links after it.
"""

import time

from dash import Input, Output, callback, dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from . import ids
from .fields import record

FIRST_NAME_WRITTEN = "profile-first-name-written-store"
LAST_NAME_WRITTEN = "profile-last-name-written-store"


def components() -> list[Component]:
    """Return what this style needs in the page's layout: the stores between the links."""
    return [dcc.Store(id=FIRST_NAME_WRITTEN), dcc.Store(id=LAST_NAME_WRITTEN)]


@callback(
    Output(record.id, "data", allow_duplicate=True),  # each link writes a key of its own
    Output(FIRST_NAME_WRITTEN, "data"),
    Input(ids.FIRST_NAME, "value"),
    prevent_initial_call=True,
)
def write_first_name(value: str | None) -> tuple[object, float]:
    """Write the first name, then call the next link."""
    return write("first_name", value), time.time()


@callback(
    Output(record.id, "data", allow_duplicate=True),  # another key than the link before
    Output(LAST_NAME_WRITTEN, "data"),
    Input(ids.LAST_NAME, "value"),
    Input(FIRST_NAME_WRITTEN, "data"),
    prevent_initial_call=True,
)
def write_last_name(value: str | None, _before: float | None) -> tuple[object, float]:
    """Write the last name, then call the next link."""
    return write("last_name", value), time.time()


@callback(
    Output(record.id, "data", allow_duplicate=True),  # a third key
    Input(ids.AGE, "value"),
    Input(LAST_NAME_WRITTEN, "data"),
    prevent_initial_call=True,
)
def write_age(value: float | str | None, _before: float | None) -> object:
    """Write the age: the last link."""
    return write("age", value)


def write(field: str, value: object) -> object:
    """Write one field; a cleared one is "" and is written too, one never touched is None.

    A link writes also when only the link before has called it: if its own field changed a moment
    ago, that call is still under way, and Dash drops the answer of a callback that is called again.
    """
    if value is None:
        raise PreventUpdate
    return record.update({field: value})
