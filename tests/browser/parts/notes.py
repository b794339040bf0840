# mypy: ignore-errors
"""A page for the tests only: makes the profile record large."""

import secrets
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, callback, html, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from ..state import profile

register_page(__name__, path="/notes", name="Notes", order=9)


def layout(**_query: str) -> Component:
    return html.Div([dmc.Button("Store a megabyte", id="notes-store"), html.Div(id="notes-size")])


@callback(
    Output(profile.id, "data", allow_duplicate=True),
    Input("notes-store", "n_clicks"),
    prevent_initial_call=True,
)
def store(clicks: int | None) -> object:
    if not clicks:
        raise PreventUpdate
    return profile.update({"notes": secrets.token_hex(500_000)})  # random: nothing to compress


@callback(Output("notes-size", "children"), Input(profile.id, "data"))
def show_size(stored: dict[str, Any] | None) -> str:
    return f"{len(profile.load(stored, ['notes']).get('notes', ''))} characters"
