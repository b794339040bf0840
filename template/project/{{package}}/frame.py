"""What surrounds the pages in every layout: theme, notifications, records, the list of pages."""

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, clientside_callback, dcc, html, page_registry
from dash.development.base_component import Component

from . import ids
from .settings import settings
from .state import RECORDS


def pages() -> list[dict[str, Any]]:
    """Return the registered pages in their order; what answers unknown addresses is none."""
    return [page for name, page in page_registry.items() if not name.endswith(".not_found_404")]


def complete_titles() -> None:
    """Give each page that states no title its name and the app's."""
    for page in page_registry.values():
        if page["supplied_title"] is None:
            page["title"] = f"{page['name']} · {settings.app_name}"


def nav_id(page: dict[str, Any]) -> str:
    """Return the id of the link, tab or anchor that leads to a page."""
    return ids.nav(page["module"].rpartition(".")[2])


def theme_toggle() -> Component:
    """Return the button that changes between light and dark."""
    return dmc.ActionIcon(
        html.Span(className="icon icon-theme"),
        id=ids.THEME_TOGGLE,
        variant="default",
        size="lg",
        **{"aria-label": "Change between light and dark"},
    )


def frame(*content: Component) -> Component:
    """Return the whole app's layout around `content`."""
    return dmc.MantineProvider(
        [
            dmc.NotificationContainer(id=ids.NOTIFICATIONS, position="bottom-right"),
            dcc.Store(id=ids.THEME_STORE),
            *[record.component() for record in RECORDS],
            *content,
        ],
        id=ids.THEME_PROVIDER,
        defaultColorScheme="auto",
    )


# The browser remembers the choice where Mantine looks for it; without one the system decides.
# Mantine colours its own components, the grid follows an attribute of the page, and the callbacks
# that draw figures take the store as an Input.
clientside_callback(
    """(clicks) => {
        const key = "mantine-color-scheme-value";
        const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
        let scheme = localStorage.getItem(key) ?? "auto";
        scheme = scheme === "auto" ? system : scheme;
        if (clicks) {
            scheme = scheme === "dark" ? "light" : "dark";
            localStorage.setItem(key, scheme);
        }
        document.documentElement.dataset.agThemeMode = scheme;
        return [scheme, scheme];
    }""",
    Output(ids.THEME_STORE, "data"),
    Output(ids.THEME_PROVIDER, "forceColorScheme"),
    Input(ids.THEME_TOGGLE, "n_clicks"),
)
