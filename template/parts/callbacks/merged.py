"""Keeps the record equal to the inputs, in the merged style.

One callback takes all the fields and writes them together, so that no two callbacks race for one
record. It returns what `update` gives, never a record that it has read: what it read might be old.
It costs one request a change, and one function knows every field. Slow work has a callback of its
own, because this one is called again while the user types and then drops its earlier answer.
"""

from dash import Input, Output, callback
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from . import ids
from .fields import record


def components() -> list[Component]:
    """Return what this style needs in the page's layout: nothing."""
    return []


@callback(
    Output(record.id, "data"),
    inputs={
        "first_name": Input(ids.FIRST_NAME, "value"),
        "last_name": Input(ids.LAST_NAME, "value"),
        "age": Input(ids.AGE, "value"),
    },
    prevent_initial_call=True,
)
def write_fields(**values: object) -> object:
    """Write the fields; a cleared one is "" and is written too, one never touched is None."""
    touched = {field: value for field, value in values.items() if value is not None}
    if not touched:
        raise PreventUpdate
    return record.update(touched)
