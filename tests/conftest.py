"""Fixtures that all tests share: one browser and one set of servers for the whole run."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserType, sync_playwright

from tests.support.browser import ARGUMENTS, EXECUTABLE
from tests.support.services import Services

pytest_plugins = ["tests.support.plugin"]

# A script's shell starts background jobs with SIGINT ignored, and what they start inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """Return what starts Chromium; one for all, because Playwright allows only one driver."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """Start the Chromium on the PATH, or else Playwright's own."""
    browser = chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Return what starts servers and tells variants where they are."""
    with ExitStack() as stack:
        yield Services(stack)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a measured number, whatever pytest captures."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end=" ")

    return say
