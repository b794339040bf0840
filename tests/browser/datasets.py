"""Pages of own data that are being served, and what they show."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.browser import Tab

from .conftest import Visitors


def shop(prices: int) -> str:
    """Return a file of orders; March has none."""
    lines = [
        f"2024-{(1, 2, 4, 5)[n % 4]:02}-{1 + n % 28:02},{('North', 'South', 'East')[n % 3]},"
        f"{'AB'[n % 2]},€{prices + n}.50,{n % 7},{'yes' if n % 5 else 'no'},a note {n}"
        for n in range(240)
    ]
    return "\n".join(["Day,Region,Kind,Amount,Pieces,Paid,Note", *lines, ""])


@dataclass(frozen=True)
class Served:
    """An app with two pages of data, its folder and its log."""

    url: str
    folder: Path
    log: Path


def opened(visitors: Visitors, app: Served, path: str, **how: Any) -> Tab:
    """Open a page of the app, and wait for its data."""
    tab = visitors.tab(app.url, **how)
    tab.go(path)
    tab.page.wait_for_selector(".dataset .dataset-figure")
    tab.settle()
    return tab


def number_of_rows(tab: Tab, page: str) -> str:
    """Return what the first key figure says."""
    return tab.text(f"#{page}-figures .dataset-figure >> nth=0")


def chips(tab: Tab, page: str) -> str:
    """Return the filters that are on."""
    return tab.text(f"#{page}-chips")


def line_of(tab: Tab, axis: str) -> Any:
    """Return values or the mode of the first chart, which is drawn after its figure has come."""
    drawn = f"document.querySelector('.js-plotly-plot')?.data?.[0].{axis}"
    return tab.until(lambda: tab.page.evaluate(drawn))


def row_of(tab: Tab, page: str, row: int) -> str:
    """Return what stands in a row of the table, or nothing without its data."""
    found = tab.page.locator(f"#{page}-table .ag-center-cols-container [row-index='{row}']")
    return "".join(found.all_inner_texts()).strip()
