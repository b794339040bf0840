"""The memory of a generated app that is used for a while: a browser, and callbacks beside it.

    python benchmarks/soak.py [--minutes 10] [--storage sqlite] [--background diskcache]

Prints the resident memory of the web server's processes (helper and jobs included) each minute, and
how much the second half has added to the first.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from benchmarks.load import BODY
from tests.support.browser import Tab, alone
from tests.support.pages import follow
from tests.support.process import Process
from tests.support.projects import Variant, render, served
from tests.support.services import Services, worker

PAUSE = 0.02  # seconds between the callbacks beside the browser


def memory(process: Process) -> float:
    """Return the megabytes that are the processes' own: what they share counts once, in parts."""
    main = psutil.Process(process.pid)
    total = 0
    for one in (main, *main.children(recursive=True)):
        try:
            total += one.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


def ask(port: int, stop: Event, count: list[int]) -> None:
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


def use(tab: Tab) -> None:
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


def main() -> None:
    """Use the app for a while, and tell what its memory did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--storage", default="sqlite")
    parser.add_argument("--background", default="diskcache")
    given = parser.parse_args()
    variant = Variant(storage=given.storage, background=given.background)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        project = render(folder, variant, {"profile": 0, "reports": 0.5})
        env = Services(stack).env(variant)
        stack.enter_context(worker(project, env, folder / "worker.log"))
        process = stack.enter_context(served(project, log=folder / "web.log", env=env))
        browser = stack.enter_context(alone())
        stop, count = Event(), [0]
        port = int(process.url.rpartition(":")[2])
        thread = Thread(target=ask, args=(port, stop, count))
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        samples: list[tuple[float, float]] = []
        begun, minute, rounds = time.monotonic(), 0, 0
        while (elapsed := (time.monotonic() - begun) / 60) < given.minutes:
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            tab = Tab(context, process.url)
            tab.page.set_default_timeout(60_000)
            use(tab)
            context.close()
            rounds += 1
            samples.append((elapsed, memory(process)))
            if elapsed >= minute:
                print(f"{elapsed:5.1f} min  {samples[-1][1]:6.1f} MB  {count[0]:6} callbacks")
                sys.stdout.flush()
                minute += 1
        middle = given.minutes / 2
        quarter = [mb for at, mb in samples if middle / 2 <= at < middle]
        last = [mb for at, mb in samples if at >= 1.5 * middle]
        first_mb, last_mb = statistics.median(quarter), statistics.median(last)
        print(f"{rounds} visits and {count[0]} callbacks in {given.minutes:g} minutes")
        print(f"second quarter {first_mb:.1f} MB, last quarter {last_mb:.1f} MB")
        log = (folder / "web.log").read_text()
        print(f"errors in the log: {log.count(' ERROR ')}")


if __name__ == "__main__":
    main()
