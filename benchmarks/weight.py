"""What the pages of a generated app weigh in Chromium, compressed, with an empty cache.

    python benchmarks/weight.py

The first load of Home, then what each further page adds in the same tab; and the first load by
gzip, which proxies and older browsers ask for.
"""

import gzip
import re
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.browser import Tab, alone
from tests.support.pages import follow
from tests.support.projects import Variant, render, served


def get(url: str) -> bytes:
    """Return an answer's body, as gzip where the server compresses it."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        return bytes(answer.read())


def first_load(url: str) -> int:
    """Return the bytes of the index page, its scripts and styles, the layout and the callbacks."""
    index = get(f"{url}/")
    files = re.findall(
        r'(?:src|href)="/([^"]*(?:\.js|\.css)[^"]*)"', gzip.decompress(index).decode()
    )
    further = [*files, "_dash-layout", "_dash-dependencies"]
    return len(index) + sum(len(get(f"{url}/{path}")) for path in further)


def main() -> None:
    """Measure the default variant."""
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
            print(f"first load of Home    {total[0] / 1000:7.0f} kB")
            for page in ("profile", "reports", "explore"):
                before = total[0]
                follow(tab, page)
                if page == "explore":
                    tab.page.wait_for_selector(".ag-row")
                    tab.settle()
                print(f"and then {page:12} {(total[0] - before) / 1000:7.0f} kB")
            print(f"first load by gzip    {first_load(process.url) / 1000:7.0f} kB")


if __name__ == "__main__":
    main()
