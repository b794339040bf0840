"""What the style sheet owes a visitor: the first paint, paper, and high contrast."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dashgen.data.describe import described
from tests.support.browser import Tab
from tests.support.process import Process
from tests.support.projects import Variant, choices, render, served

from .test_data_pages import shop

DARK = "rgb(36, 36, 36)"
STORED = "localStorage.setItem('mantine-color-scheme-value', '{}')"
GROUND = "getComputedStyle(document.documentElement).backgroundColor"


@pytest.fixture(scope="module", params=choices("layout"))
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """Serve an app with a page of data and two more, in each layout."""
    folder = tmp_path_factory.mktemp("appearance")
    file: Path = folder / "orders.csv"
    file.write_text(shop(10), encoding="utf-8")
    data = {"name": "orders", "kind": "data", **described(file).entry(str(file))}
    pages = [data, {"name": "profile", "kind": "form"}, {"name": "explore", "kind": "data"}]
    project = render(folder, Variant(layout=request.param), pages=pages)
    with served(project, log=folder / "log") as process:
        yield process


@pytest.mark.parametrize(
    ("stored", "system", "dark"),
    [
        ("dark", "light", True),
        ("light", "dark", False),
        ("auto", "dark", True),
        ("auto", "light", False),
        (None, "dark", True),
        (None, "light", False),
    ],
)
def test_the_first_paint_has_the_theme(
    browser: Browser, app: Process, stored: str | None, system: str, dark: bool
) -> None:
    context = browser.new_context(color_scheme=system)  # type: ignore[arg-type]
    if stored:
        context.add_init_script(STORED.format(stored))
    tab = Tab(context, app.url)
    tab.page.route("**/*.js*", lambda route: route.abort())  # the page as it is before any of them
    tab.page.goto(f"{app.url}/", wait_until="domcontentloaded")
    assert (tab.page.evaluate(GROUND) == DARK) is dark
    tab.page.unroute_all()
    tab.errors.clear()
    tab.go("/")
    tab.page.wait_for_selector(f"html[data-mantine-color-scheme={'dark' if dark else 'light'}]")
    assert tab.errors == []
    context.close()
