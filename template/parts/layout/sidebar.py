"""The frame around the pages: links at the left."""

from dash import html, page_container
from dash.development.base_component import Component

from .frame import follow_address, frame, nav_links, shell


def layout() -> Component:
    """Return the app's layout. Dash puts the current page in `page_container`."""
    return frame(html.Div(shell(nav_links(), page_container), className="shell shell-sidebar"))


follow_address("shell")
