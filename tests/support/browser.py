"""Chromium, and a page that keeps an account of what it asks for and complains about."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Page,
    Request,
    sync_playwright,
)

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The proxies of tests sign for themselves. A context's `ignore_https_errors` breaks off each
    # first connection and tries again; with several at once Chromium gives up after 32 of them.
    "--ignore-certificate-errors",
]
# The one without windows does the same work with a third less of the processor.
EXECUTABLE = shutil.which("chromium-headless-shell") or shutil.which("chromium")
QUIET_SECONDS = 0.15
# Far more than anything takes; several browsers share two processors in a test run.
PATIENCE = 60


@contextmanager
def launched(chromium: BrowserType) -> Iterator[Browser]:
    """Give a browser: the Chromium on the PATH, or else Playwright's own."""
    browser = chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
    yield browser
    browser.close()


@contextmanager
def alone() -> Iterator[Browser]:
    """Give a browser outside of a test run."""
    with sync_playwright() as playwright, launched(playwright.chromium) as browser:
        yield browser


class Window:
    """A window of a browser that keeps its profile when it is closed, as a person's does.

    Chromium keeps compiled scripts for such a profile alone, which saves a fifth of its work.
    """

    def __init__(self, chromium: BrowserType, folder: Path) -> None:
        """Open the window; the profile lies in `folder`."""
        self._chromium, self._folder = chromium, folder
        self.open()

    def open(self) -> None:
        """Start the browser; its first tab stays empty."""
        self.context = self._chromium.launch_persistent_context(
            self._folder,
            executable_path=EXECUTABLE,
            args=ARGUMENTS,
            viewport={"width": 1280, "height": 800},
            # Without transitions there is less to wait for and less to draw.
            reduced_motion="reduce",
        )

    def forget(self, url: str) -> None:
        """Close what has been opened, and forget what the app below `url` has left here."""
        scheme, _, host, *_path = url.split("/")
        empty, *others = self.context.pages
        for page in others:
            page.close()
        self.context.clear_cookies()
        session = self.context.new_cdp_session(empty)
        what = {"origin": f"{scheme}//{host}", "storageTypes": "local_storage"}
        session.send("Storage.clearDataForOrigin", what)
        session.detach()

    def close(self) -> None:
        """End the browser as a person does, so that it writes down what it keeps."""
        self.context.close()


@dataclass(frozen=True)
class Exchange:
    """A callback's request and its answer, in bytes."""

    output: str
    up: int
    down: int


class Tab:
    """A page of the app, its callbacks counted, its errors kept."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        """Open an empty tab; `url` is the app's address."""
        self.url = url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)
        self.errors: list[str] = []
        self._answered: list[Request] = []
        self._exchanges: list[Exchange] = []
        self._under_way: set[Request] = set()
        self._last = time.monotonic()
        self.page.on("console", lambda message: self._console(message.type, message.text))
        self.page.on("pageerror", lambda error: self.errors.append(f"exception: {error}"))
        self.page.on("request", self._requested)
        self.page.on("requestfinished", self._finished)
        self.page.on("requestfailed", self._failed)

    def _console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.errors.append(f"{kind}: {text}")

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.errors.append(f"request to another host: {request.url}")
        if "_dash-update-component" in request.url:
            self._under_way.add(request)

    def _finished(self, request: Request) -> None:
        if request in self._under_way:
            self._under_way.remove(request)
            self._answered.append(request)
            self._last = time.monotonic()

    def _failed(self, request: Request) -> None:
        self._under_way.discard(request)

    @property
    def exchanges(self) -> list[Exchange]:
        """The callbacks that were answered so far."""
        # Not measured as they happen: Playwright's handlers must not wait for the browser.
        for request in self._answered[len(self._exchanges) :]:
            sizes = request.sizes()
            output = (request.post_data_json or {}).get("output", "")
            self._exchanges.append(
                Exchange(output, sizes["requestBodySize"], max(sizes["responseBodySize"], 0))
            )
        return self._exchanges

    def go(self, path: str) -> None:
        """Load a page of the app and wait until it is quiet."""
        self.page.goto(self.url + path)
        self.page.wait_for_selector("#shell-theme-toggle")
        self.settle()

    def settle(self, timeout: float = PATIENCE) -> None:
        """Wait until no callback is under way, and none has been for a moment."""
        end = time.monotonic() + timeout
        self._last = time.monotonic()
        while self._under_way or time.monotonic() - self._last < QUIET_SECONDS:
            assert time.monotonic() < end, f"callbacks under way for {timeout} s: {self._under_way}"
            self.page.wait_for_timeout(25)

    def until(self, what: Callable[[], Any], timeout: float = PATIENCE) -> Any:
        """Wait for `what` to be true, and return it."""
        end = time.monotonic() + timeout
        while not (result := what()):
            assert time.monotonic() < end, f"not within {timeout} s: {result!r}"
            self.page.wait_for_timeout(50)
        return result

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return self.page.locator(selector).text_content() or ""

    def choose(self, selector: str, option: str) -> None:
        """Choose an option of a Mantine select."""
        self.page.locator(selector).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def photograph(self, file: Path, *, whole: bool = True) -> None:
        """Take a picture of the page, or of what is in view, and print what is wrong with it."""
        self.page.screenshot(path=file, full_page=whole)
        for error in self.errors:
            print(f"{file.name}: {error}")
        reached = self.page.evaluate("document.documentElement.scrollWidth")
        if self.page.viewport_size and reached > self.page.viewport_size["width"]:
            print(f"{file.name}: the page is {reached} pixels wide")

    def callbacks(self, output: str = "") -> list[Exchange]:
        """Return the exchanges whose output contains a text."""
        return [exchange for exchange in self.exchanges if output in exchange.output]


def closed(tab: Tab) -> None:
    """Close a tab, in which nothing has gone wrong."""
    tab.page.close()
    assert tab.errors == []
