"""A browser, an app that is being served, and a fresh visitor for each test.

What every app does is tested with the variants of `CONTRACT`, in which every two choices meet, and
what hangs on one question alone with one variant for each of its choices.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser import Tab
from tests.support.process import free_port
from tests.support.projects import GROWN, Variant, choices, render, served
from tests.support.proxy import round_robin
from tests.support.services import Services, worker
from tests.support.variants import pairs

PARTS = Path(__file__).parent / "parts"
CONTRACT = [*pairs(), GROWN]
# A megabyte in a record of the browser is more than the default allows.
SETTINGS = {"STORAGE_LIMIT": "2000000", "REPORT_SECONDS": "2"}


@dataclass(frozen=True)
class App:
    """An app that is being served, and where."""

    variant: Variant
    url: str


OpenTab = Callable[[], Tab]


def with_app(variants: Iterable[Variant]) -> pytest.MarkDecorator:
    """Run a test with the app of each variant."""
    return pytest.mark.parametrize("app", list(variants), indirect=True, ids=str, scope="session")


def one_for_each(axis: str) -> list[Variant]:
    """Return a variant of the contract for each choice of an axis."""
    by_choice = {variant.answers()[axis]: variant for variant in reversed(pairs())}
    return [by_choice[choice] for choice in choices(axis)]


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
) -> Iterator[App]:
    """Serve a variant with one page more than the template has; nothing may go wrong in it."""
    env = {**services.env(variant), **SETTINGS}
    logs = [folder / f"{number}.log" for number in range(variant.machines)]
    with ExitStack() as stack:
        ports = []
        for log in logs:
            project = render(folder / log.stem, variant)
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
                    warm=True,
                )
            )
            ports.append(int(process.url.rpartition(":")[2]))
        if len(ports) > 1:
            port = stack.enter_context(round_robin(ports))
        yield App(variant, f"http://127.0.0.1:{port or ports[0]}")
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
    with serve(tmp_path_factory.mktemp("served"), request.param, services, port=port) as app:
        yield app


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window whose cache the tests share, or each would load the scripts again."""
    # Without transitions there is less to wait for and less to draw.
    window = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield window
    window.close()


@contextmanager
def visitor(window: BrowserContext, url: str) -> Iterator[OpenTab]:
    """Give what opens tabs for a visitor whom the app has not seen; none may have complained."""
    tabs: list[Tab] = []

    def open_tab() -> Tab:
        tabs.append(Tab(window, url))
        return tabs[-1]

    yield open_tab
    page = window.new_page()
    page.goto(f"{url}/health")
    page.evaluate("localStorage.clear()")
    window.clear_cookies()
    for page in window.pages:
        page.close()
    assert [error for tab in tabs for error in tab.errors] == []


@pytest.fixture
def open_tab(window: BrowserContext, app: App) -> Iterator[OpenTab]:
    """Return what opens a tab of the app."""
    with visitor(window, app.url) as open_tab:
        yield open_tab


@pytest.fixture
def tab(open_tab: OpenTab) -> Tab:
    return open_tab()
