"""The frame around the pages: a tab for each, all at one address."""

import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, clientside_callback, page_registry
from dash.development.base_component import Component

from . import ids
from .frame import frame, nav_icon, nav_id, page_name, pages, shell
from .sections import place


def layout() -> Component:
    """Return the app's layout. A tab's content comes when the tab is first chosen, and stays."""
    tabs = [
        dmc.TabsTab(
            page["name"],
            id=nav_id(page),
            value=page_name(page),
            leftSection=nav_icon(page),
            className="shell-nav-link",
        )
        for page in pages()
    ]
    panels = [dmc.TabsPanel(place(page), value=page_name(page)) for page in page_registry.values()]
    return frame(
        dmc.Tabs(
            shell(dmc.TabsList(tabs, className="shell-tab-list"), panels),
            id="shell-tabs",
            className="shell shell-tabs",
            unstyled=True,
        )
    )


clientside_callback(
    ClientsideFunction("sections", "choose"),
    Output("shell-tabs", "value"),
    Input("shell-tabs", "value"),
    Input(ids.SHELL_CURRENT, "data"),
    State(ids.SHELL_PAGES, "data"),
)
