"""Profile: a record that several inputs write, in the style of `profile_callbacks.py`."""

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

from .. import data, ids, profile_callbacks
from ..frame import heading
from ..settings import settings
from ..state import profile

register_page(
    __name__,
    path="/profile",
    name="Profile",
    order=2,
    description="A record that several inputs write at once, and that never disagrees with them.",
)

FIELDS = ["first_name", "last_name", "age", "info"]
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
        dmc.TextInput(id=ids.PROFILE_FIRST_NAME, label="First name"),
        dmc.TextInput(id=ids.PROFILE_LAST_NAME, label="Last name"),
        dmc.NumberInput(
            id=ids.PROFILE_AGE,
            label="Age",
            min=0,
            max=150,
            allowDecimal=False,
        ),
        dmc.Group(
            [
                dmc.Button("Load a sample", id=ids.PROFILE_LOAD, variant="default"),
                dmc.Button("Look up (slow)", id=ids.PROFILE_INFO, variant="default"),
                dmc.Button("Submit", id=ids.PROFILE_SUBMIT),
            ],
            gap="sm",
        ),
        html.Div(id=ids.PROFILE_MESSAGE, role="status", className="note"),
    ]
    record = [
        dmc.Title("The record, as the store holds it", order=2, size="h5"),
        html.Pre(id=ids.PROFILE_RECORD, className="record"),
        dmc.Text(id=ids.PROFILE_SAVED, size="sm", c="dimmed"),
    ]
    return dmc.Stack(
        [
            heading("Profile", "Several inputs write one record, and never disagree with it."),
            dmc.SimpleGrid(
                [
                    dmc.Card(dmc.Stack(form), id=ids.PROFILE_FORM, withBorder=True),
                    dmc.Card(dmc.Stack(record), withBorder=True),
                ],
                cols={"base": 1, "md": 2},
            ),
            *profile_callbacks.components(),
        ]
    )


@callback(
    Output(ids.PROFILE_FIRST_NAME, "value"),
    Output(ids.PROFILE_LAST_NAME, "value"),
    Output(ids.PROFILE_AGE, "value"),
    Input(ids.PROFILE_LOAD, "n_clicks"),
    prevent_initial_call=True,
)
def fill(clicks: int) -> tuple[str, str, int]:
    """Fill all the fields at once with a sample; the record, maybe large, is not asked for."""
    return SAMPLES[(clicks - 1) % len(SAMPLES)]


@callback(
    # Duplicates of the above, harmless: this one runs before anybody can press the button.
    Output(ids.PROFILE_FIRST_NAME, "value", allow_duplicate=True),
    Output(ids.PROFILE_LAST_NAME, "value", allow_duplicate=True),
    Output(ids.PROFILE_AGE, "value", allow_duplicate=True),
    Input(ids.PROFILE_FORM, "id"),  # never changes: fires once, when the page appears
    State(profile.id, "data"),
    prevent_initial_call="initial_duplicate",
)
def restore(_form: str, stored: dict[str, Any] | None) -> tuple[Any, ...]:
    """Fill the fields with the record when the page appears."""
    record = profile.load(stored, FIELDS)
    if not record:
        raise PreventUpdate
    return tuple(record.get(field, no_update) for field in FIELDS[:3])


@callback(
    Output(profile.id, "data", allow_duplicate=True),  # `info` is written here and nowhere else
    Input(ids.PROFILE_INFO, "n_clicks"),
    State(ids.PROFILE_AGE, "value"),
    running=[(Output(ids.PROFILE_INFO, "loading"), True, False)],
    prevent_initial_call=True,
)
def look_up(clicks: int | None, age: float | str | None) -> Any:
    """Fill a field of its own, slowly: the others can be written meanwhile."""
    if not clicks:  # the store is there before the page, so the page's arrival calls this, too
        raise PreventUpdate
    time.sleep(settings.info_seconds)  # stands for a service that takes its time
    if not isinstance(age, int | float):
        return profile.update({"info": "Enter an age to learn what it once meant."})
    count = data.countries_below(age)
    year = data.years()[-1]
    return profile.update({"info": f"In {year}, people in {count} countries lived less than that."})


@callback(
    Output(ids.PROFILE_MESSAGE, "children"),
    Input(ids.PROFILE_SUBMIT, "n_clicks"),
    State(ids.PROFILE_FIRST_NAME, "value"),
    State(ids.PROFILE_LAST_NAME, "value"),
    State(ids.PROFILE_AGE, "value"),
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
    Output(ids.PROFILE_RECORD, "children"),
    Input(profile.id, "data"),
    # Without it, Dash leaves out the first call when what writes the record has nothing to write.
    Input(ids.PROFILE_FORM, "id"),
)
def show_record(stored: dict[str, Any] | None, _form: str) -> str:
    """Show what the store holds, read back from it."""
    record = profile.load(stored, FIELDS)
    return json.dumps({field: record.get(field) for field in FIELDS}, indent=2, ensure_ascii=False)


# Only the event is needed, not the data: the timestamp alone is the Input.
clientside_callback(
    "(changed) => changed > 0 ? `Store changed at ${new Date(changed).toLocaleTimeString()}` : ''",
    Output(ids.PROFILE_SAVED, "children"),
    Input(profile.id, "modified_timestamp"),
)
