"""Profile: a record that several inputs write, in the style of `callbacks.py`."""

import json
import time
from typing import Any

import dash_mantine_components as dmc
from dash import (
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    html,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from ...core import heading
from . import callbacks, ids
from .fields import FIELDS, record

register_page(
    __name__,
    path="/profile",
    name="Profile",
    order=2,
    description="A record that several inputs write at once, and that never disagrees with them.",
    icon="M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8M4.5 21c.6-4.5 3.6-6.5 7.5-6.5s6.9 2 7.5 6.5",
)

SECONDS = 2.0  # that the slow look-up takes: it stands for a service that takes its time
SAMPLES = [
    ("Ada", "Lovelace", 36),
    ("Florence", "Nightingale", 90),
    ("William", "Playfair", 63),
    ("Mary Eleanor", "Spear", 89),
    ("Hans", "Rosling", 68),
]


def layout(**_query: str) -> Component:
    """Return the page."""
    # No debounce: while it waits, an input that a callback changes can take back what was typed.
    form = [
        dmc.TextInput(id=ids.FIRST_NAME, label="First name"),
        dmc.TextInput(id=ids.LAST_NAME, label="Last name"),
        dmc.NumberInput(
            id=ids.AGE,
            label="Age",
            min=0,
            max=150,
            allowDecimal=False,
        ),
        dmc.Group(
            [
                dmc.Button("Load a sample", id=ids.LOAD, variant="default"),
                dmc.Button("Look up (slow)", id=ids.INFO, variant="default"),
                dmc.Button("Submit", id=ids.SUBMIT),
            ],
            gap="sm",
        ),
        html.Div(id=ids.MESSAGE, role="status", className="note"),
    ]
    stored = [
        dmc.Title("The record, as the store holds it", order=2, size="h5"),
        html.Pre(id=ids.RECORD, className="record"),
        dmc.Text(id=ids.SAVED, size="sm", c="dimmed"),
    ]
    return dmc.Stack(
        [
            heading("Profile", "Several inputs write one record, and never disagree with it."),
            dmc.SimpleGrid(
                [
                    dmc.Card(dmc.Stack(form), id=ids.FORM, withBorder=True),
                    dmc.Card(dmc.Stack(stored), withBorder=True),
                ],
                cols={"base": 1, "md": 2},
            ),
            *callbacks.components(),
        ]
    )


@callback(
    Output(ids.FIRST_NAME, "value"),
    Output(ids.LAST_NAME, "value"),
    Output(ids.AGE, "value"),
    Input(ids.LOAD, "n_clicks"),
    prevent_initial_call=True,
)
def fill(clicks: int) -> tuple[str, str, int]:
    """Fill all the fields at once with a sample; the record, maybe large, is not asked for."""
    return SAMPLES[(clicks - 1) % len(SAMPLES)]


@callback(
    # Duplicates of the above, harmless: this one runs before anybody can press the button.
    Output(ids.FIRST_NAME, "value", allow_duplicate=True),
    Output(ids.LAST_NAME, "value", allow_duplicate=True),
    Output(ids.AGE, "value", allow_duplicate=True),
    Input(ids.FORM, "id"),  # never changes: fires once, when the page appears
    State(record.id, "data"),
    prevent_initial_call="initial_duplicate",
)
def restore(_form: str, stored: dict[str, Any] | None) -> tuple[Any, ...]:
    """Fill the fields with the record when the page appears."""
    held = record.load(stored, FIELDS)
    if not held:
        raise PreventUpdate
    return tuple(held.get(field, no_update) for field in FIELDS[:3])


@callback(
    Output(record.id, "data", allow_duplicate=True),  # `info` is written here and nowhere else
    Input(ids.INFO, "n_clicks"),
    State(ids.AGE, "value"),
    running=[(Output(ids.INFO, "loading"), True, False)],
    prevent_initial_call=True,
)
def look_up(clicks: int | None, age: float | str | None) -> Any:
    """Fill a field of its own, slowly: the others can be written meanwhile."""
    if not clicks:  # the store is there before the page, so the page's arrival calls this, too
        raise PreventUpdate
    time.sleep(SECONDS)
    if not isinstance(age, int | float):
        return record.update({"info": "Enter an age to look it up."})
    return record.update({"info": f"{age:g} years are about {age * 365.25:,.0f} days."})


@callback(
    Output(ids.MESSAGE, "children"),
    Input(ids.SUBMIT, "n_clicks"),
    State(ids.FIRST_NAME, "value"),
    State(ids.LAST_NAME, "value"),
    State(ids.AGE, "value"),
    prevent_initial_call=True,
)
def submit(_clicks: int, first_name: str | None, last_name: str | None, age: Any) -> str:
    """Read the fields when the button says so; typing alone does not call this."""
    missing = [
        label
        for label, value in (("first name", first_name), ("last name", last_name), ("age", age))
        if value in (None, "")
    ]
    if missing:
        return f"Still missing: {', '.join(missing)}."
    return f"Thank you, {first_name} {last_name} ({age})."


@callback(
    Output(ids.RECORD, "children"),
    Input(record.id, "data"),
    # Without it, Dash leaves out the first call when what writes the record has nothing to write.
    Input(ids.FORM, "id"),
)
def show_record(stored: dict[str, Any] | None, _form: str) -> str:
    """Show what the store holds, read back from it."""
    held = record.load(stored, FIELDS)
    return json.dumps({field: held.get(field) for field in FIELDS}, indent=2, ensure_ascii=False)


# Only the event is needed, not the data: the timestamp alone is the Input.
clientside_callback(
    "(changed) => changed > 0 ? `Store changed at ${new Date(changed).toLocaleTimeString()}` : ''",
    Output(ids.SAVED, "children"),
    Input(record.id, "modified_timestamp"),
)
