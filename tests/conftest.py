"""Fixtures that all tests share: one browser and one set of servers for the whole run.

What they need is imported where they start, so that the quick tests do without it.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType

    from tests.support.services import Services

pytest_plugins = ["tests.support.plugin"]

# A script's shell starts background jobs with SIGINT ignored, and nohup ignores SIGHUP. What is
# started here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.platform != "win32":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def _renders() -> Iterator[None]:
    from tests.support.rendering import compiled_once, laid_once, rendered_once

    with compiled_once(), laid_once(), rendered_once():
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """Return what starts Chromium; one for all, because Playwright allows only one driver."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """Start the Chromium on the PATH, or else Playwright's own."""
    from tests.support.browser import launched

    with launched(chromium) as browser:
        yield browser


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Return what starts servers and tells variants where they are."""
    from tests.support.services import Services

    with ExitStack() as stack:
        yield Services(stack)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a measured number, whatever pytest captures."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end=" ")

    return say
