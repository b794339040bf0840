# mypy: ignore-errors
"""A page that somebody has added: one file and nothing else. It can make the record large."""

import secrets
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, callback, html, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from .profile.fields import record as profile

register_page(__name__, name="Extra", order=9)


def layout(**_query: str) -> Component:
    return html.Div(
        [
            html.H1("Extra"),
            dmc.Button("Greet", id="extra-greet"),
            html.P(id="extra-ready"),
            dmc.Button("Store a megabyte", id="extra-store"),
            html.P(id="extra-size"),
        ]
    )


@callback(Output("extra-ready", "children"), Input("extra-greet", "n_clicks"))
def greet(clicks: int | None) -> str:
    return "Hello" if clicks else "Nothing yet"


@callback(
    Output(profile.id, "data", allow_duplicate=True),
    Input("extra-store", "n_clicks"),
    prevent_initial_call=True,
)
def store(clicks: int | None) -> object:
    if not clicks:
        raise PreventUpdate
    return profile.update({"notes": secrets.token_hex(500_000)})  # random: nothing to compress


@callback(Output("extra-size", "children"), Input(profile.id, "data"))
def show_size(stored: dict[str, Any] | None) -> str:
    return f"{len(profile.load(stored, ['notes']).get('notes', ''))} characters"
