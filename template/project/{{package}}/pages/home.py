"""Home: the pages, and the next steps. This page is yours, like all in this folder."""

import dash_mantine_components as dmc
from dash import register_page
from dash.development.base_component import Component

from .. import theme
from ..core import cards, heading

register_page(__name__, path="/", name="Home", order=0, icon="M4 11l8-7 8 7v9h-5v-6H9v6H4z")

NEXT = [
    ("Make it yours", "The name, the colours and the logo are in", "theme.py"),
    ("Add a page", "The navigation shows each file that you put into", "pages/"),
    ("Learn the rest", "Data, tests and deployment are in", "README.md"),
]


def layout(**_query: str) -> Component:
    """Return the page."""
    steps = [
        dmc.ListItem([dmc.Text(what, fw=600), dmc.Text([f"{how} ", dmc.Code(where)], size="sm")])
        for what, how, where in NEXT
    ]
    return dmc.Stack(
        [
            heading(theme.NAME, theme.DESCRIPTION),
            cards(),
            dmc.Title("What to do next", order=2, size="h4", mt="md"),
            dmc.Card(dmc.List(steps, type="ordered", spacing="md"), withBorder=True),
        ]
    )
