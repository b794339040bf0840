"""The page for unknown addresses. Dash finds it by its name."""

import dash_mantine_components as dmc
from dash import get_relative_path, register_page
from dash.development.base_component import Component

register_page(__name__, path="/404", name="Not found")


def layout(**_query: str) -> Component:
    """Return the page."""
    return dmc.Stack(
        [
            dmc.Title("Nothing is here", order=1, size="h2"),
            dmc.Text("The address may be mistyped, or the page has moved."),
            dmc.Anchor("Back to the start", href=get_relative_path("/")),
        ],
        align="center",
        ta="center",
        mt="10vh",
    )
