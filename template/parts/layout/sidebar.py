"""The frame around the pages: links at the left, folded into a menu on small screens."""

import dash_mantine_components as dmc
from dash import Input, Output, State, clientside_callback, dcc, page_container
from dash.development.base_component import Component

from .frame import frame, nav_id, pages, theme_toggle
from .settings import settings


def layout() -> Component:
    """Return the app's layout; Dash puts the current page in `page_container`."""
    links = [
        dmc.NavLink(id=nav_id(page), label=page["name"], href=page["relative_path"], active="exact")
        for page in pages()
    ]
    return frame(
        dcc.Location(id="shell-address", refresh=False),
        dmc.AppShell(
            [
                dmc.AppShellHeader(
                    dmc.Group(
                        [
                            dmc.Burger(
                                id="shell-menu",
                                hiddenFrom="sm",
                                size="sm",
                                **{"aria-label": "Menu"},
                            ),
                            dmc.Text(settings.app_name, fw=700, truncate=True, flex=1),
                            theme_toggle(),
                        ],
                        h="100%",
                        px="md",
                        wrap="nowrap",
                    )
                ),
                dmc.AppShellNavbar(links, p="xs"),
                dmc.AppShellMain(page_container),
            ],
            id="shell",
            header={"height": 56},
            navbar={"width": 220, "breakpoint": "sm", "collapsed": {"mobile": True}},
            padding="md",
        ),
    )


# On small screens the button opens the menu, and a new address closes it.
clientside_callback(
    """(opened, address, navbar) => {
        const open = opened && dash_clientside.callback_context.triggered_id === "shell-menu";
        return [Object.assign({}, navbar, {collapsed: {mobile: !open}}), open];
    }""",
    Output("shell", "navbar"),
    Output("shell-menu", "opened"),
    Input("shell-menu", "opened"),
    Input("shell-address", "pathname"),
    State("shell", "navbar"),
    prevent_initial_call=True,
)
