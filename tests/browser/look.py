"""Photographs a page of each kind, light and dark, wide and narrow, to be looked at.

python -m tests.browser.look FOLDER
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.support.browser import Tab, alone
from tests.support.projects import Variant, render, served

WIDTHS = {"wide": {"width": 1280, "height": 860}, "narrow": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
FIELDS = [
    {"name": "customer"},
    {"name": "amount", "type": "number"},
    {"name": "tier", "type": "choice", "options": ["gold", "silver"]},
    {"name": "due", "type": "date"},
    {"name": "paid", "type": "yesno"},
]
PAGES: list[dict[str, Any]] = [
    {"name": "explore", "kind": "data"},
    {"name": "profile", "kind": "form"},
    {"name": "orders", "kind": "form", "fields": FIELDS},
    {"name": "reports", "kind": "job"},
    {"name": "notes", "kind": "blank"},
]
# What is done on a page before it is photographed, and what shows that it is done.
ACTS = {
    "home": (None, "h1"),
    "explore": (None, "#explore-table .ag-row"),
    "profile": ("#profile-load", "#profile-record:has-text('Lovelace')"),
    "orders": ("#orders-load", "#orders-record:has-text('gold')"),
    "reports": (None, "#reports-run"),
    "reports-done": ("#reports-run", "#reports-result table"),
    "notes": (None, "h1"),
    "nowhere": (None, "h1"),
}


def shot(browser: Browser, url: str, file: Path, act: str, width: str, scheme: str) -> None:
    """Photograph a page once it is quiet, and say what it complains about."""
    context = browser.new_context(
        viewport=WIDTHS[width],  # type: ignore[arg-type]
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    tab = Tab(context, url)
    tab.go(f"/{act.partition('-')[0]}".removesuffix("home"))
    press, done = ACTS[act]
    if press:
        tab.page.click(press)
    tab.page.wait_for_selector(done)
    tab.settle()
    tab.page.wait_for_timeout(300)
    tab.photograph(file)
    context.close()


def main(folder: Path) -> None:
    """Photograph them all, and an empty app."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, alone() as browser:
        apps: dict[str, list[dict[str, Any]]] = {"": PAGES, "empty-": []}
        for label, pages in apps.items():
            place = Path(name) / f"{label}app"
            with served(render(place, Variant(), pages=pages), log=place / "log") as process:
                for act in ACTS if pages else ("home",):
                    for width in WIDTHS:
                        for scheme in SCHEMES:
                            file = folder / f"{label}{act}-{width}-{scheme}.png"
                            shot(browser, process.url, file, act, width, scheme)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
