"""What the pages of a generated app weigh in Chromium, compressed, with an empty cache."""

import gzip
import re
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.browser import Tab, alone
from tests.support.pages import follow
from tests.support.projects import Variant, render, served

from .report import Table, size, start


def measure(small: bool = False) -> Table:
    """Load Home of the default variant, and then each further page in the same browser tab."""
    rows = []
    with tempfile.TemporaryDirectory() as name, alone() as browser:
        folder = Path(name)
        project = render(folder, Variant(), {"reports": 0.5})
        with served(project, log=folder / "log") as process:
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            tab = Tab(context, process.url)
            session = context.new_cdp_session(tab.page)
            session.send("Network.enable")
            total = [0.0]

            def count(event: dict[str, Any]) -> None:
                total[0] += event["encodedDataLength"]

            session.on("Network.loadingFinished", count)
            tab.go("/")
            rows.append(("first load of Home", size(total[0]), size(first_load(process.url))))
            for page in () if small else ("profile", "reports", "explore"):
                before = total[0]
                follow(tab, page)
                if page == "explore":
                    tab.page.wait_for_selector(".ag-row")
                    tab.settle()
                rows.append((f"and then {page.title()}", size(total[0] - before), ""))
    columns = ("Page", "Chromium (Brotli)", "gzip")
    note = "Proxies and older browsers ask for gzip."
    return Table("Weight of the pages", columns, tuple(rows), note)


def first_load(url: str) -> int:
    """Return the bytes of the index page, its scripts and styles, the layout and the callbacks."""
    index = get(f"{url}/")
    files = re.findall(
        r'(?:src|href)="/([^"]*(?:\.js|\.css)[^"]*)"', gzip.decompress(index).decode()
    )
    further = [*files, "_dash-layout", "_dash-dependencies"]
    return len(index) + sum(len(get(f"{url}/{path}")) for path in further)


def get(url: str) -> bytes:
    """Return an answer's body, as gzip where the server compresses it."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        return bytes(answer.read())


if __name__ == "__main__":
    start(measure)
