"""Photographs the pages and states of an app, light and dark, wide and narrow, to be looked at.

python -m tests.browser.look FOLDER [WORD …]

A word selects pictures by their names. `python -m benchmarks.screenshots FOLDER --look` has the
pages of a user's own data.
"""

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.support.browser import Tab, alone
from tests.support.process import free_port
from tests.support.projects import Variant, choices, render, served

WIDTHS = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 390, "height": 844}}
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
# What is done on a page before it is photographed, and what shows that it is done. `#id=text` fills
# an input, anything else is clicked.
ROW = "#explore-table .ag-row [col-id=country]"
ACTS: dict[str, tuple[list[str], str]] = {
    "home": ([], "h1"),
    "explore": ([], ROW),
    "explore-row": ([ROW], "#explore-detail :text('Life expectancy')"),
    "explore-nothing": (["#explore-search=nowhere"], "#explore-summary :text('No country')"),
    "profile": (["#profile-load"], "#profile-record:has-text('Lovelace')"),
    "profile-missing": (["#profile-submit"], "#profile-message:has-text('missing')"),
    "orders": (["#orders-load"], "#orders-record:has-text('gold')"),
    "reports": ([], "#reports-run"),
    "reports-running": (["#reports-run"], "#reports-progress [aria-valuenow='40']"),
    "reports-cancelled": (["#reports-run", "#reports-cancel:enabled"], "#reports-run:enabled"),
    "reports-done": (["#reports-run"], "#reports-result table"),
    "notes": ([], "h1"),
    "nowhere": ([], "h1"),
    "menu": (["#shell-menu"], "#shell-nav.shell-open"),
}
ALL = [act for act in ACTS if act != "menu"]


@dataclass
class App:
    """An app, and what of it is photographed."""

    variant: Variant = field(default_factory=Variant)
    pages: list[dict[str, Any]] | None = None
    acts: list[str] = field(default_factory=lambda: ["home", "explore"])
    env: dict[str, str] = field(default_factory=dict)


def apps() -> dict[str, App]:
    """Return the apps, by the beginning of their pictures' names."""
    gone = {"APP_STORAGE_URL": f"redis://127.0.0.1:{free_port()}/0"}
    layouts = {layout: App(Variant(layout=layout)) for layout in choices("layout")}
    return {
        "all": App(pages=PAGES, acts=ALL),
        "empty": App(pages=[], acts=["home"]),
        **layouts,
        **{f"{name}-empty": App(app.variant, [], ["home"]) for name, app in layouts.items()},
        "away": App(Variant(storage="redis"), acts=["profile-missing"], env=gone),
        "none": App(Variant(background="none"), acts=["reports", "reports-done"]),
    }


def shot(browser: Browser, url: str, file: Path, act: str, width: str, scheme: str) -> None:
    """Photograph a page once it is quiet, and say what it complains about."""
    context = browser.new_context(
        viewport=WIDTHS[width],  # type: ignore[arg-type]
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    tab = Tab(context, url)
    tab.go(f"/{act.partition('-')[0]}".removesuffix("home").removesuffix("menu"))
    steps, done = ACTS[act]
    for step in steps:
        where, fills, text = step.partition("=")
        if fills and " " not in step:
            tab.page.fill(where, text)
        else:
            tab.page.click(step)
    tab.page.wait_for_selector(done)
    if not act.endswith("running"):
        tab.settle()
        tab.page.evaluate("scrollTo(0, 0)")
        tab.page.wait_for_timeout(300)
    tab.photograph(file)
    context.close()


def main(folder: Path, words: list[str]) -> None:
    """Photograph them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, alone() as browser:
        for label, app in apps().items():
            files = [
                (folder / f"{label}-{act}-{width}-{scheme}.png", act, width, scheme)
                for act in app.acts
                for width in WIDTHS
                for scheme in SCHEMES
            ]
            wanted = [f for f in files if not words or any(word in f[0].name for word in words)]
            if not wanted:
                continue
            place = Path(name) / label
            project = render(place, app.variant, pages=app.pages)
            with served(project, log=place / "log", env=app.env) as process:
                for picture in wanted:
                    shot(browser, process.url, *picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
