"""Home: the pages, and the next steps. This page is yours, like all in this folder."""

import dash_mantine_components as dmc
from dash import register_page
from dash.development.base_component import Component

from .. import theme
from ..core import cards, heading

register_page(__name__, path="/", name="Home", order=0, icon="M4 11l8-7 8 7v9h-5v-6H9v6H4z")

NEXT = [
    ("Make it yours", "The name, the colours and the logo are in one file.", "theme.py"),
    ("Add a page", "Put a file into pages/, or let a command do it.", "dashgen add page notes"),
    ("Learn the rest", "The README explains data, tests and deployment.", "README.md"),
]


def layout(**_query: str) -> Component:
    """Return the page."""
    steps = [
        dmc.Card(
            [
                dmc.Text(f"{number}. {what}", fw=600),
                dmc.Text(how, size="sm", c="dimmed", my="xs"),
                dmc.Code(where, block=True, mt="auto", bg="var(--app-ground)"),
            ],
            withBorder=True,
        )
        for number, (what, how, where) in enumerate(NEXT, start=1)
    ]
    return dmc.Stack(
        [
            heading(theme.NAME, theme.DESCRIPTION),
            cards(),
            dmc.Title("What to do next", order=2, size="h4", mt="md"),
            dmc.SimpleGrid(steps, cols={"base": 1, "xs": 2, "md": 3}),
        ]
    )
