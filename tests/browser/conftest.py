"""A browser for the run, a served app for each variant, and a fresh profile for each test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser import Tab
from tests.support.projects import Variant, render, served
from tests.support.proxy import round_robin
from tests.support.services import Services, worker


@dataclass(frozen=True)
class App:
    """An app that is being served, and where."""

    url: str


@pytest.fixture(scope="module")
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, services: Services
) -> Iterator[App]:
    """Serve the variant that the test module is parametrised with."""
    variant: Variant = request.param
    folder = tmp_path_factory.mktemp("served")
    env = services.env(variant)
    logs = [folder / f"{number}.log" for number in range(variant.machines)]
    with ExitStack() as stack:
        ports = []
        for log in logs:
            project = render(folder / log.stem, variant)
            stack.enter_context(worker(project, env, log.with_suffix(".worker.log")))
            process = stack.enter_context(served(project, log=log, jitter=True, env=env))
            ports.append(int(process.url.rpartition(":")[2]))
        port = stack.enter_context(round_robin(ports)) if len(ports) > 1 else ports[0]
        yield App(f"http://127.0.0.1:{port}")
    for log in logs:
        assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window whose cache the tests share, or each would load the scripts again."""
    window = browser.new_context(viewport={"width": 1280, "height": 800})
    yield window
    window.close()


@pytest.fixture
def open_tab(window: BrowserContext, app: App) -> Iterator[Callable[[], Tab]]:
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
