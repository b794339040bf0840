"""One app a manager, a browser, and the table of what happens when something breaks."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.projects import choices

from .pages import wait_for
from .stack import Stack, Visitor, stack

ROWS = pytest.StashKey[list[tuple[str, ...]]]()

Row = Callable[..., None]
Open = Callable[[str], Page]


# `spawned` is diskcache as Windows has it, where no process can be forked.
@pytest.fixture(scope="session", params=[*choices("background"), "spawned"])
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with stack(request.param, tmp_path_factory.mktemp(request.param)) as running:
        if request.param == "spawned":
            # The first job of a web process waits until its app is imported once more.
            for _ in range(6):
                Visitor(running.web.url).fault("echo", 0, 120)
        yield running


@pytest.fixture
def visit(app: Stack, browser: Browser) -> Iterator[Open]:
    """Open a path of the app, in a session of its own."""
    contexts = []

    def open_page(path: str) -> Page:
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(app.web.url + path)
        button = "#reports-run" if path.startswith("/reports") else "#fault-run"
        page.wait_for_selector(button)
        wait_for(page, "!document.querySelector('._dash-loading')")
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Row:
    """Add a row to the table: what broke, what the user sees, after how many seconds."""

    def add(manager: str, fault: str, sees: str, after: float | None = None) -> None:
        time = "" if after is None else f"{after:.1f} s"
        request.config.stash.setdefault(ROWS, []).append((manager, fault, sees, time))

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, as the documentation has it."""
    if rows := terminalreporter.config.stash.get(ROWS, []):
        terminalreporter.section("what happens when something breaks")
        terminalreporter.line("| Manager | Fault | What the user sees | After |")
        terminalreporter.line("|---|---|---|---|")
        for cells in rows:
            terminalreporter.line(f"| {' | '.join(cells)} |")
