"""Pages that share one address: each gets a place, which is filled when it is first asked for."""

from typing import Any
from urllib.parse import parse_qsl

from dash import MATCH, Input, Output, State, callback, dcc, html, page_registry
from dash.development.base_component import Component

from . import ids
from .frame import follow_address, page_name


def place(page: dict[str, Any]) -> Component:
    """Return the empty place of a page, and the store in which the browser asks to fill it."""
    name = page_name(page)
    marks: dict[str, Any] = {"data-page": name, "aria-label": page["name"]}
    return html.Section(
        [
            dcc.Store(id={"type": "shell-section-asked", "page": name}),
            html.Div(id={"type": "shell-section-content", "page": name}),
        ],
        id={"type": "shell-section", "page": name},
        className="shell-section",
        **marks,
    )


@callback(
    Output({"type": "shell-section-content", "page": MATCH}, "children"),
    Input({"type": "shell-section-asked", "page": MATCH}, "data"),
    State({"type": "shell-section-content", "page": MATCH}, "id"),
    State(ids.SHELL_ADDRESS, "search"),
    prevent_initial_call=True,
)
def fill(_asked: bool, content: dict[str, str], search: str | None) -> Any:
    """Send a page's content, once. Until then, none of its callbacks runs."""
    page = next(page for page in page_registry.values() if page_name(page) == content["page"])
    layout = page["layout"]
    return layout(**dict(parse_qsl((search or "")[1:]))) if callable(layout) else layout


follow_address("sections")
