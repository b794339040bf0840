"""The Explore page: filters, table, chart, details and download."""

import csv

import pytest

from tests.support.browser import Tab
from tests.support.pages import open_page
from tests.support.projects import GROWN, vary

pytestmark = pytest.mark.parametrize(
    "app", [*vary("layout"), GROWN], indirect=True, ids=str, scope="module"
)


def rows(tab: Tab) -> list[str]:
    """Return the countries in view in the table."""
    return tab.page.locator("#explore-table [col-id=country].ag-cell").all_inner_texts()


def test_the_filters_chain_down_to_the_details_of_a_row(tab: Tab) -> None:
    open_page(tab, "explore")
    assert "142 countries" in tab.text("#explore-summary")
    tab.choose("#explore-region", "Oceania")
    tab.until(lambda: rows(tab) == ["Australia", "New Zealand"])
    tab.page.click("#explore-country")
    assert tab.page.get_by_role("option").all_inner_texts() == ["Australia", "New Zealand"]
    tab.page.get_by_role("option", name="New Zealand").click()
    tab.until(lambda: rows(tab) == ["New Zealand"])
    tab.until(lambda: "1 country" in tab.text("#explore-summary"))
    tab.page.click("#explore-table .ag-row [col-id=country]")
    tab.until(lambda: "New Zealand" in tab.text("#explore-detail"))
    tab.settle()
    pins = "document.querySelector('#explore-graph .js-plotly-plot').data[1].text"
    assert tab.page.evaluate(pins) == ["New Zealand"]
    tab.choose("#explore-region", "Asia")
    tab.until(lambda: rows(tab)[:1] == ["Afghanistan"])
    assert tab.page.input_value("#explore-country") == "", "the country of another region stayed"


def test_the_year_changes_the_chart_and_the_summary_together(tab: Tab) -> None:
    open_page(tab, "explore")
    tab.page.locator("#explore-year [role=slider]").press("ArrowLeft")
    tab.until(lambda: "2002" in tab.text("#explore-graph .gtitle"))
    tab.settle()
    assert len(tab.callbacks("explore-summary")) == 2, "one answer for both, at load and now"


def test_the_search_waits_for_two_characters_and_a_pause(tab: Tab) -> None:
    open_page(tab, "explore")
    before = len(tab.callbacks("explore-graph.figure"))
    tab.page.locator("#explore-search").press_sequentially("n", delay=5)
    tab.page.wait_for_timeout(500)
    tab.settle()
    assert "142 countries" in tab.text("#explore-summary")
    tab.page.locator("#explore-search").press_sequentially("orw", delay=20)
    tab.until(lambda: rows(tab) == ["Norway"])
    tab.settle()
    assert len(tab.callbacks("explore-graph.figure")) == before + 1


def test_the_table_fetches_only_what_comes_into_view(tab: Tab) -> None:
    open_page(tab, "explore")
    tab.until(lambda: len(rows(tab)) > 5)
    assert all(exchange.down < 12_000 for exchange in tab.callbacks("getRowsResponse"))
    tab.page.locator("#explore-table .ag-header-cell[col-id=population]").click()
    tab.page.locator("#explore-table .ag-header-cell[col-id=population]").click()
    tab.until(lambda: rows(tab)[:1] == ["China"])


def test_a_new_colour_sends_less_than_a_kilobyte(tab: Tab) -> None:
    open_page(tab, "explore")
    before = len(tab.exchanges)
    tab.choose("#explore-color", "Teal")
    marker = "document.querySelector('#explore-graph .js-plotly-plot').data[0].marker.color"
    tab.until(lambda: tab.page.evaluate(marker) == "#0ca678")
    tab.settle()
    (patch,) = tab.exchanges[before:]
    assert patch.up < 1000
    assert patch.down < 1000


def test_the_export_is_what_the_table_shows(tab: Tab) -> None:
    open_page(tab, "explore")
    tab.choose("#explore-region", "Oceania")
    tab.until(lambda: len(rows(tab)) == 2)
    tab.settle()
    with tab.page.expect_download() as download:
        tab.page.click("#explore-export")
    with download.value.path().open(newline="") as file:
        assert [row["country"] for row in csv.DictReader(file)] == ["Australia", "New Zealand"]


def test_nothing_is_downloaded_as_the_page_loads(tab: Tab) -> None:
    downloads: list[object] = []
    tab.page.on("download", lambda download: downloads.append(download))
    for page in ("explore", "reports"):
        open_page(tab, page)
    assert downloads == []
