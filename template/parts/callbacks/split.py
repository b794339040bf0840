"""Keeps the record equal to the inputs, in the split style.

Each field has a small store and a callback of its own; one more callback assembles the stores and
is the only one to write the record. Dash calls it last, when all the stores are ready, so it never
sees half of a change. It costs one store and one request a field, and one request for the record.
"""

from dash import Input, Output, callback, dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from . import ids
from .fields import record

FIRST_NAME_STORE = "profile-first-name-store"
LAST_NAME_STORE = "profile-last-name-store"
AGE_STORE = "profile-age-store"


def components() -> list[Component]:
    """Return what this style needs in the page's layout: a store for each field."""
    return [dcc.Store(id=name) for name in (FIRST_NAME_STORE, LAST_NAME_STORE, AGE_STORE)]


@callback(
    Output(FIRST_NAME_STORE, "data"),
    Input(ids.FIRST_NAME, "value"),
    prevent_initial_call=True,
)
def keep_first_name(value: str | None) -> str | None:
    """Keep the first name; the place for what concerns this field alone."""
    return value


@callback(
    Output(LAST_NAME_STORE, "data"),
    Input(ids.LAST_NAME, "value"),
    prevent_initial_call=True,
)
def keep_last_name(value: str | None) -> str | None:
    """Keep the last name."""
    return value


@callback(
    Output(AGE_STORE, "data"),
    Input(ids.AGE, "value"),
    prevent_initial_call=True,
)
def keep_age(value: float | str | None) -> float | str | None:
    """Keep the age."""
    return value


@callback(
    Output(record.id, "data"),
    inputs={
        "first_name": Input(FIRST_NAME_STORE, "data"),
        "last_name": Input(LAST_NAME_STORE, "data"),
        "age": Input(AGE_STORE, "data"),
    },
    prevent_initial_call=True,
)
def assemble(**values: object) -> object:
    """Write the fields; a cleared one is "" and is written too, one never touched is None."""
    touched = {field: value for field, value in values.items() if value is not None}
    if not touched:
        raise PreventUpdate
    return record.update(touched)
