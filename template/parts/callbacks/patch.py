"""Keeps the record equal to the inputs, in the patch style.

Each field has a callback of its own, which writes its own key and reads nothing, so that callbacks
that run at the same time cannot undo each other. What travels is one field, however large the
record is. It costs one request a field, and the check that no two callbacks share an output.
"""

from dash import Input, Output, callback
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from . import ids
from .fields import record

# Several callbacks write the record, each a key of its own: that makes the duplicates harmless.
RECORD = Output(record.id, "data", allow_duplicate=True)


def components() -> list[Component]:
    """Return what this style needs in the page's layout: nothing."""
    return []


@callback(RECORD, Input(ids.FIRST_NAME, "value"), prevent_initial_call=True)
def write_first_name(value: str | None) -> object:
    """Write the first name."""
    return write("first_name", value)


@callback(RECORD, Input(ids.LAST_NAME, "value"), prevent_initial_call=True)
def write_last_name(value: str | None) -> object:
    """Write the last name."""
    return write("last_name", value)


@callback(RECORD, Input(ids.AGE, "value"), prevent_initial_call=True)
def write_age(value: float | str | None) -> object:
    """Write the age."""
    return write("age", value)


def write(field: str, value: object) -> object:
    """Write one field; a cleared one is "" and is written too, one never touched is None."""
    if value is None:
        raise PreventUpdate
    return record.update({field: value})
