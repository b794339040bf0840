"""A browser, an app that is being served, and a fresh visitor for each test.

The tests run with the variants of `CONTRACT`, in which every two choices meet. Those marked with
`once_for_each` leave most of them to `--whole-contract`.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, ViewportSize

from tests.support.browser import Tab, Window
from tests.support.process import free_port
from tests.support.projects import GROWN, Variant, render, served
from tests.support.proxy import round_robin
from tests.support.services import Services, worker
from tests.support.variants import pairs

PARTS = Path(__file__).parent / "parts"
CONTRACT = [*pairs(), GROWN]
# Every second app lies below a prefix, as behind a proxy that several apps share.
PREFIXED = CONTRACT[1::2]
PREFIX = "/some/where"
# A megabyte in a record of the browser is more than the default allows.
SETTINGS = {"APP_STORAGE_LIMIT": "2000000"}
DELAYS = {"profile": 1.0, "reports": 2.0}


@dataclass(frozen=True)
class App:
    """An app that is being served, and where."""

    variant: Variant
    url: str


OpenTab = Callable[[], Tab]


# Runs a test with the app of each variant.
with_each_app = pytest.mark.parametrize("app", CONTRACT, indirect=True, ids=str, scope="session")


@pytest.fixture(scope="session")
def port() -> int:
    """Return one port for all apps of this process: at one address, the browser keeps scripts."""
    return free_port()


@contextmanager
def serve(
    folder: Path,
    variant: Variant,
    services: Services,
    *,
    port: int | None = None,
    server: str = "gunicorn",
    prefix: str = "",
) -> Iterator[App]:
    """Serve a variant with one page more than the template has; nothing may go wrong in it."""
    env = {**services.env(variant), **SETTINGS, "APP_PATH_PREFIX": prefix}
    logs = [folder / f"{number}.log" for number in range(variant.machines)]
    with ExitStack() as stack:
        ports = []
        for log in logs:
            project = render(folder / log.stem, variant, DELAYS)
            shutil.copy(PARTS / "extra.py", project / "myapp" / "pages")
            worker_log = log.with_suffix(".worker.log")
            stack.enter_context(worker(project, env, worker_log, warm=True))
            process = stack.enter_context(
                served(
                    project,
                    log=log,
                    server=server,
                    jitter=True,
                    env=env,
                    port=port if len(logs) == 1 else None,
                )
            )
            ports.append(int(process.url.rpartition(":")[2]))
        if len(ports) > 1:
            port = stack.enter_context(round_robin(ports))
        yield App(variant, f"http://127.0.0.1:{port or ports[0]}{prefix}")
    for log in logs:
        assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def app(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    services: Services,
    port: int,
) -> Iterator[App]:
    """Serve the variant that the test is parametrised with."""
    folder = tmp_path_factory.mktemp("served")
    prefix = PREFIX if request.param in PREFIXED else ""
    with serve(folder, request.param, services, port=port, prefix=prefix) as app:
        yield app


@pytest.fixture(scope="session")
def window(chromium: BrowserType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """Open a window whose cache the tests share, or each would load the scripts again."""
    window = Window(chromium, tmp_path_factory.mktemp("profile"))
    yield window
    window.close()


@contextmanager
def visitor(window: Window, url: str) -> Iterator[OpenTab]:
    """Give what opens tabs for a visitor whom the app has not seen; none may have complained."""
    tabs: list[Tab] = []

    def open_tab() -> Tab:
        tabs.append(Tab(window.context, url))
        return tabs[-1]

    yield open_tab
    window.forget(url)
    assert [error for tab in tabs for error in tab.errors] == []


class Visitors:
    """Opens tabs for people with different browsers.

    Those whose browser is a usual one share the window, which has compiled the scripts. A window of
    its own takes twice the time to show a page.
    """

    def __init__(self, browser: Browser, window: Window) -> None:
        """Open nothing yet."""
        self.browser, self.window = browser, window
        self.tabs: list[Tab] = []

    def tab(self, url: str, *, viewport: ViewportSize | None = None, **how: Any) -> Tab:
        """Return an empty tab. Whatever else is special of a browser needs a window of its own."""
        context = self.window.context
        if how:
            context = self.browser.new_context(reduced_motion="reduce", **how)
        self.tabs.append(Tab(context, url))
        if viewport:
            self.tabs[-1].page.set_viewport_size(viewport)
        return self.tabs[-1]

    def leave(self) -> None:
        """Close all, and forget what the apps have left."""
        for tab in self.tabs:
            if tab.page.context is not self.window.context:
                tab.page.context.close()
        for url in {tab.url for tab in self.tabs}:
            self.window.forget(url)


@pytest.fixture
def visitors(browser: Browser, window: Window) -> Iterator[Visitors]:
    visitors = Visitors(browser, window)
    yield visitors
    visitors.leave()


@pytest.fixture
def open_tab(window: Window, app: App) -> Iterator[OpenTab]:
    """Return what opens a tab of the app."""
    with visitor(window, app.url) as open_tab:
        yield open_tab


@pytest.fixture
def tab(open_tab: OpenTab) -> Tab:
    return open_tab()
