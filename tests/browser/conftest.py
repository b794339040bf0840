"""A browser for the run, a served app for each variant, and a fresh profile for each test."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser import Tab
from tests.support.process import Process
from tests.support.projects import Variant, render, served
from tests.support.services import Services, worker


@pytest.fixture(scope="module")
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, services: Services
) -> Iterator[Process]:
    """Serve the variant that the test module is parametrised with."""
    variant: Variant = request.param
    folder = tmp_path_factory.mktemp("served")
    project = render(folder, variant)
    env = services.env(variant)
    with (
        worker(project, env, folder / "worker.log"),
        served(project, log=folder / "log", jitter=True, env=env) as process,
    ):
        yield process
    log = (folder / "log").read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window whose cache the tests share, or each would load the scripts again."""
    window = browser.new_context(viewport={"width": 1280, "height": 800})
    yield window
    window.close()


@pytest.fixture
def open_tab(window: BrowserContext, app: Process) -> Iterator[Callable[[], Tab]]:
    """Return what opens a tab, for a visitor that the app has not seen before.

    At the end, no tab may have complained.
    """
    tabs: list[Tab] = []

    def open_tab() -> Tab:
        tabs.append(Tab(window, app.url))
        return tabs[-1]

    yield open_tab
    assert [error for tab in tabs for error in tab.errors] == []
    page = window.new_page()
    page.goto(f"{app.url}/health")
    page.evaluate("localStorage.clear()")
    window.clear_cookies()
    for page in window.pages:
        page.close()


@pytest.fixture
def tab(open_tab: Callable[[], Tab]) -> Tab:
    return open_tab()
