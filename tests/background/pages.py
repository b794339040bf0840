"""What the tests ask a page."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from .stack import wait_until

IDLE = """() => document.querySelector("#fault-status").textContent === "idle"
    && !document.querySelector("#fault-run").disabled"""
REPORT_RUNS = "document.querySelector('#reports-status').textContent !== ''"
RECORD_PROGRESS = """() => {
    const bar = document.querySelector("#reports-progress [role=progressbar]");
    window.progress = [0];
    new MutationObserver(() => {
        const value = Number(bar.getAttribute("aria-valuenow"));
        if (value !== window.progress.at(-1)) window.progress.push(value);
    }).observe(bar, {attributes: true});
}"""


def wait_for(page: Page, expression: str, seconds: float = 15) -> None:
    """Wait until an expression is true; Playwright's own way is `eval`, which the app forbids."""
    wait_until(lambda: page.evaluate(expression), seconds, expression)


def run(page: Page) -> None:
    """Press Run, and see that the page is at work."""
    page.click("#fault-run")
    wait_for(page, "document.querySelector('#fault-status').textContent === 'running'")
    page.wait_for_selector("#fault-run:disabled")


def wait_idle(page: Page, seconds: float) -> None:
    wait_for(page, IDLE, seconds)


def message(page: Page, seconds: float = 5) -> str:
    """The text of the notification, once there is one, as a single line."""
    note = page.locator("[role=alert]").last
    note.wait_for(timeout=seconds * 1000)
    return re.sub(r"\s+", " ", note.inner_text())


def messages(page: Page) -> int:
    return page.locator("[role=alert]").count()
