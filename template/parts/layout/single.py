"""The frame around the pages: one page that scrolls, each of them a section of it."""

from dash import get_relative_path, html, page_registry
from dash.development.base_component import Component

from .frame import frame, nav_icon, nav_id, page_name, pages, shell
from .sections import place


def layout() -> Component:
    """Return the app's layout. `single.js` asks for the sections that come into view."""
    # Plain anchors: a `dcc.Link` would scroll to the top first.
    links = [
        html.A(
            [nav_icon(page), page["name"]],
            id=nav_id(page),
            href=f"{get_relative_path('/')}#{page_name(page)}",
            className="shell-nav-link",
        )
        for page in pages()
    ]
    sections = [place(page) for page in page_registry.values()]
    return frame(html.Div(shell(links, sections), className="shell shell-single"))
