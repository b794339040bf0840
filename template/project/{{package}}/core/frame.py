"""The parts around the pages in every layout: header, menu, theme, notifications, records."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, iscoroutinefunction, signature
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    clientside_callback,
    dcc,
    get_relative_path,
    html,
    page_registry,
)
from dash.development.base_component import Component

from .. import theme
from . import ids
from .values import RECORDS

THEME = {
    "primaryColor": theme.ACCENT,
    # White text on the primary colour, and the colour itself on white, must stay readable.
    "primaryShade": 8,
    "defaultRadius": "md",
    "respectReducedMotion": True,
    "components": {
        "Notification": {"defaultProps": {"closeButtonProps": {"aria-label": "Close"}}},
    },
    "colors": {
        # From the text to the shadows of the dark theme.
        "dark": [
            "#d7dae0",
            "#b8bec8",
            "#a4abb6",
            "#6b7380",
            "#343a44",
            "#2c313a",
            "#1f2229",
            "#16181d",
            "#111317",
            "#0c0d10",
        ]
    },
}

NOT_FOUND = "not-found-404"
KEPT: list[Component] = []


def pages() -> list[dict[str, Any]]:
    """Return the pages that the navigation shows, in their order.

    The page for unknown addresses is none of them, and neither is a page whose path has variables.
    """
    return [
        page
        for page in page_registry.values()
        if page_name(page) != NOT_FOUND and page["path_template"] is None
    ]


def complete_pages() -> None:
    """Give each page a title, and a layout that takes the query of any address."""
    for page in page_registry.values():
        if page["supplied_title"] is None:
            page["title"] = f"{page['name']} · {theme.NAME}"
        if callable(page["layout"]) and not iscoroutinefunction(page["layout"]):
            page["layout"] = with_own_parameters(page["layout"])


def with_own_parameters(layout: Callable[..., Any]) -> Callable[..., Any]:
    """Return a layout that ignores the parameters of others, such as `utm_source`."""
    known = signature(layout).parameters
    if any(one.kind is Parameter.VAR_KEYWORD for one in known.values()):
        return layout

    @wraps(layout)
    def called(**said: Any) -> Any:
        return layout(**{name: value for name, value in said.items() if name in known})

    return called


def page_name(page: dict[str, Any]) -> str:
    """Return the name of the page's folder or file, with hyphens, as in ids and addresses."""
    name = str(page["module"])
    # Pages of one file have names of their own.
    module = name.partition(".pages.")[2].removesuffix(".page") or name
    return module.replace(".", "-").replace("_", "-")


def nav_id(page: dict[str, Any]) -> str:
    """Return the id of the link, tab or anchor that leads to a page."""
    return f"shell-nav-{page_name(page)}"


def icon(path: str | None) -> Component:
    """Return a line drawing of 24 by 24 in the colour of the text, by default a plain sheet."""
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='black' "
        f"stroke-width='2' stroke-linecap='round' stroke-linejoin='round'><path d='{path}'/></svg>"
    )
    style = {"--icon": f'url("data:image/svg+xml,{quote(svg)}")'} if path else None
    return html.Span(className="app-icon", style=style)


def nav_icon(page: dict[str, Any]) -> Component:
    """Return the icon that a page states in `register_page(…, icon="M4 4v16h16")`."""
    return icon(page.get("icon"))


def cards() -> Component:
    """Return a card for each page but the first, with its icon and its description."""
    return dmc.SimpleGrid(
        [
            dmc.Anchor(
                dmc.Card(
                    [
                        dmc.Group(
                            [nav_icon(page), dmc.Text(page["name"], fw=600)],
                            gap="xs",
                            wrap="nowrap",
                            c="var(--app-link)",
                        ),
                        dmc.Text(page["description"], size="sm", c="dimmed", mt="xs"),
                    ],
                    withBorder=True,
                    className="app-page-card",
                ),
                href=page["relative_path"],
                underline="never",
                c="var(--mantine-color-text)",
            )
            for page in pages()
            if page["path"] != "/"
        ],
        cols={"base": 1, "xs": 2, "md": 3},
    )


def nav_links() -> list[Component]:
    """Return one link a page, for the layouts in which each page has an address of its own."""
    return [
        dmc.Anchor(
            [nav_icon(page), page["name"]],
            id=nav_id(page),
            href=page["relative_path"],
            className="shell-nav-link",
            underline="never",
        )
        for page in pages()
    ]


def theme_toggle() -> Component:
    """Return the button that changes between light and dark."""
    return dmc.ActionIcon(
        html.Span(className="app-icon app-icon-theme"),
        id=ids.THEME_TOGGLE,
        variant="subtle",
        color="gray",
        size="lg",
        **{"aria-label": "Change between light and dark"},
    )


def heading(title: str, lead: str) -> Component:
    """Return the head of a page."""
    return html.Div([dmc.Title(title, order=1, size="h2"), dmc.Text(lead, c="dimmed", mt=4)])


def keep(*components: Component) -> None:
    """Hold components beside the pages: they stay when the visitor goes to another page."""
    KEPT.extend(components)


def shell(navigation: Any, content: Any) -> list[Component]:
    """Return the header with the navigation, and the main part with the content."""
    known = {
        page_name(page): {
            "path": page["relative_path"],
            "title": page["title"]() if callable(page["title"]) else page["title"],
        }
        for page in page_registry.values()
        if page["path_template"] is None
    }
    menu = dmc.Burger(
        id=ids.SHELL_MENU,
        size="sm",
        **{"aria-label": "Menu", "aria-controls": ids.SHELL_NAV, "aria-expanded": "false"},
    )
    label: dict[str, Any] = {"aria-label": "Pages"}
    return [
        dcc.Location(id=ids.SHELL_ADDRESS, refresh=False),
        dcc.Store(id=ids.SHELL_PAGES, data={"base": get_relative_path("/"), "pages": known}),
        dcc.Store(id=ids.SHELL_CURRENT),
        html.A("Skip to the content", href=f"#{ids.SHELL_MAIN}", className="shell-skip-link"),
        html.Header(
            [
                menu,
                html.Span([icon(theme.LOGO), html.Span(theme.NAME)], className="shell-brand"),
                html.Nav(navigation, id=ids.SHELL_NAV, **label),
                theme_toggle(),
            ],
            className="shell-header",
        ),
        html.Main(content, id=ids.SHELL_MAIN, tabIndex="-1"),
    ]


def frame(*content: Component) -> Component:
    """Return the whole app's layout around `content`."""
    return dmc.MantineProvider(
        [
            dmc.NotificationContainer(id=ids.NOTIFICATIONS, position="bottom-right"),
            *[record.component() for record in RECORDS.values()],
            *KEPT,
            *content,
        ],
        id=ids.THEME_PROVIDER,
        defaultColorScheme="auto",
        theme=THEME,
    )


def follow_address(namespace: str) -> None:
    """Let `locate` in `assets/core/<namespace>.js` tell the page from the address, and mark it."""
    clientside_callback(
        ClientsideFunction(namespace, "locate"),
        Output(ids.SHELL_CURRENT, "data"),
        Input(ids.SHELL_ADDRESS, "pathname"),
        Input(ids.SHELL_ADDRESS, "hash"),
        State(ids.SHELL_PAGES, "data"),
        State(ids.SHELL_CURRENT, "data"),
    )


# On small screens the button opens the menu. Four events close it (`assets/core/shell.js`): Escape,
# a click on a link, a click beside the menu, and back or forward.
clientside_callback(
    ClientsideFunction("shell", "menu"),
    Output(ids.SHELL_MENU, "aria-expanded"),
    Output(ids.SHELL_NAV, "className"),
    Input(ids.SHELL_MENU, "opened"),
)

# Mantine colours its own components. `core.css` colours Dash's components and Plotly's figures.
clientside_callback(
    ClientsideFunction("shell_theme", "choose"),
    Output(ids.THEME_PROVIDER, "forceColorScheme"),
    Input(ids.THEME_TOGGLE, "n_clicks"),
)
