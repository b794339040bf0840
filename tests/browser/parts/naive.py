# mypy: ignore-errors
"""What not to do, for the tests only: reads the record, changes a field, writes it all back."""

from typing import Any

from dash import Input, Output, State, callback
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from . import ids
from .fields import record as profile


def components() -> list[Component]:
    return []


def register(field: str, component: str) -> None:
    @callback(
        Output(profile.id, "data", allow_duplicate=True),
        Input(component, "value"),
        State(profile.id, "data"),
        prevent_initial_call=True,
    )
    def write(value: object, stored: dict[str, Any] | None) -> object:
        if value is None:
            raise PreventUpdate
        return profile.save({**profile.load(stored), field: value})


register("first_name", ids.FIRST_NAME)
register("last_name", ids.LAST_NAME)
register("age", ids.AGE)
