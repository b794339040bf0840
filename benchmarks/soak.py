"""The memory of a generated app that is used for a while: a browser, and callbacks beside it."""

import json
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

from tests.support.browser import Tab, alone
from tests.support.pages import follow
from tests.support.projects import Variant, render, served
from tests.support.services import Services, worker

from .boot import memory
from .minimal import BODY
from .report import Table, median, start

MINUTES = 10.0
PAUSE = 0.02  # seconds between the callbacks beside the browser


def measure(small: bool = False) -> Table:
    """Use the default app for ten minutes, and compare the memory of its quarters."""
    variant = Variant()
    samples: list[tuple[float, float]] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        project = render(folder, variant, {"profile": 0, "reports": 0.5})
        env = Services(stack).env(variant)
        stack.enter_context(worker(project, env, folder / "worker.log"))
        process = stack.enter_context(served(project, log=folder / "web.log", env=env))
        browser = stack.enter_context(alone())
        stop, count = Event(), [0]
        port = int(process.url.rpartition(":")[2])
        thread = Thread(target=_ask, args=(port, stop, count))
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        begun, minutes = time.monotonic(), 0.0 if small else MINUTES
        while True:
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            tab = Tab(context, process.url)
            tab.page.set_default_timeout(60_000)
            _use(tab)
            context.close()
            elapsed = (time.monotonic() - begun) / 60
            samples.append((elapsed, memory(process)))
            if elapsed >= minutes:
                break
        errors = (folder / "web.log").read_text().count(" ERROR ")
    end = samples[-1][0]
    second = [mb for at, mb in samples if end / 4 <= at < end / 2] or [samples[0][1]]
    last = [mb for at, mb in samples if at >= 0.75 * end]
    row = (
        f"{end:.0f} minutes",
        f"{len(samples)} visits, {count[0]:,} callbacks",
        f"{median(second):.0f} MB",
        f"{median(last):.0f} MB",
        str(errors),
    )
    columns = ("Time", "Use", "Second quarter", "Last quarter", "Errors in the log")
    return Table("Memory after long use", columns, (row,))


def _ask(port: int, stop: Event, count: list[int]) -> None:
    """Send callbacks until told to stop."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps(BODY)
    while not stop.wait(PAUSE):
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/_dash-update-component", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        count[0] += 1
    connection.close()


def _use(tab: Tab) -> None:
    """Go through all the pages as somebody would."""
    tab.go("/")
    follow(tab, "profile")
    tab.page.click("#profile-load")
    tab.settle()
    follow(tab, "explore")
    tab.choose("#explore-region", "Europe")
    tab.settle()
    tab.page.locator(".ag-row").first.click()
    follow(tab, "reports")
    tab.page.click("#reports-run")
    tab.page.wait_for_selector("#reports-result .js-plotly-plot .bars", timeout=60_000)
    tab.settle(60)


if __name__ == "__main__":
    start(measure)
