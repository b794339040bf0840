"""The Explore page: filters, table, chart, details and download."""

import csv

import pytest

from tests.support.browser import Tab
from tests.support.pages import follow, open_page

from .accessibility import check_nothing_is_seriously_inaccessible
from .conftest import with_each_app

MARK = "document.querySelector('#explore-graph .js-plotly-plot').data"

# Letter by letter in one go: on a busy machine, keys would come with pauses between them.
TYPE = """(input, texts) => {
    const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    for (const text of texts) {
        set.call(input, text);
        input.dispatchEvent(new Event("input", { bubbles: true }));
    }
}"""


def rows(tab: Tab) -> list[str]:
    """Return the countries in view in the table."""
    return tab.page.locator("#explore-table [col-id=country].ag-cell").all_inner_texts()


def check_the_table_fetches_only_what_comes_into_view(tab: Tab) -> None:
    tab.until(lambda: len(rows(tab)) > 5)
    assert all(exchange.down < 12_000 for exchange in tab.callbacks("getRowsResponse"))
    header = tab.page.locator("#explore-table .ag-header-cell[col-id=population]")
    header.click()
    header.click()
    tab.until(lambda: rows(tab)[:1] == ["China"])


def check_the_year_changes_the_chart_and_the_summary_together(tab: Tab) -> None:
    tab.settle()
    before = len(tab.callbacks("explore-summary"))
    tab.page.locator("#explore-year [role=slider]").press("ArrowLeft")
    tab.until(lambda: "2002" in tab.text("#explore-graph .gtitle"))
    tab.settle()
    assert len(tab.callbacks("explore-summary")) == before + 1, "one answer for both"


def check_a_new_colour_sends_less_than_a_kilobyte(tab: Tab) -> None:
    before = len(tab.exchanges)
    tab.choose("#explore-color", "Teal")
    tab.until(lambda: tab.page.evaluate(f"{MARK}[0].marker.color") == "#0ca678")
    tab.settle()
    (patch,) = tab.exchanges[before:]
    assert patch.up < 1000
    assert patch.down < 1000


def check_the_search_waits_for_two_characters_and_a_pause(tab: Tab) -> None:
    before = len(tab.callbacks("explore-graph.figure"))
    search = tab.page.locator("#explore-search")
    search.press_sequentially("n", delay=5)
    tab.page.wait_for_timeout(500)
    tab.settle()
    assert "142 countries" in tab.text("#explore-summary")
    search.evaluate(TYPE, ["no", "nor", "norw"])
    tab.until(lambda: rows(tab) == ["Norway"])
    tab.settle()
    assert len(tab.callbacks("explore-graph.figure")) == before + 1
    search.fill("")
    tab.until(lambda: len(rows(tab)) > 5)


def check_the_export_is_what_the_table_shows(tab: Tab) -> None:
    tab.choose("#explore-region", "Oceania")
    tab.until(lambda: sorted(rows(tab)) == ["Australia", "New Zealand"])
    tab.settle()
    with tab.page.expect_download() as download:
        tab.page.click("#explore-export")
    with download.value.path().open(newline="", encoding="utf-8-sig") as file:
        assert {row["country"] for row in csv.DictReader(file)} == {"Australia", "New Zealand"}


def check_the_filters_chain_down_to_the_details_of_a_row(tab: Tab) -> None:
    tab.page.click("#explore-country")
    assert tab.page.get_by_role("option").all_inner_texts() == ["Australia", "New Zealand"]
    tab.page.get_by_role("option", name="New Zealand").click()
    tab.until(lambda: rows(tab) == ["New Zealand"])
    tab.until(lambda: "1 country" in tab.text("#explore-summary"))
    tab.page.click("#explore-table .ag-row [col-id=country]")
    tab.until(lambda: "New Zealand" in tab.text("#explore-detail"))
    tab.settle()
    assert tab.page.evaluate(f"{MARK}[1].text") == ["New Zealand"]
    tab.choose("#explore-region", "Asia")
    tab.until(lambda: "Afghanistan" in "".join(rows(tab)) or "China" in rows(tab))
    assert tab.page.input_value("#explore-country") == "", "the country of another region stayed"
    tab.until(lambda: "Choose a row" in tab.text("#explore-detail"))
    tab.settle()
    assert tab.page.evaluate(f"{MARK}[1].text") == [], "details and pins go together"


def check_everybody_can_use_it(tab: Tab) -> None:
    tab.page.click("#explore-table .ag-row [col-id=country]")
    tab.until(lambda: rows(tab)[0] in tab.text("#explore-detail"))
    tab.settle()
    tab.page.click("#explore-region")
    tab.page.wait_for_selector("[role=option]")
    check_nothing_is_seriously_inaccessible(tab)
    tab.page.keyboard.press("Escape")


@pytest.mark.first_for_each
@pytest.mark.once_for_each("layout")
@with_each_app
def test_explore(tab: Tab) -> None:
    downloads: list[object] = []
    tab.page.on("download", lambda download: downloads.append(download))
    open_page(tab, "explore")
    assert "142 countries" in tab.text("#explore-summary")
    check_the_table_fetches_only_what_comes_into_view(tab)
    check_the_year_changes_the_chart_and_the_summary_together(tab)
    check_a_new_colour_sends_less_than_a_kilobyte(tab)
    check_the_search_waits_for_two_characters_and_a_pause(tab)
    assert downloads == [], "nothing is downloaded that was not asked for"
    check_the_export_is_what_the_table_shows(tab)
    check_the_filters_chain_down_to_the_details_of_a_row(tab)
    check_everybody_can_use_it(tab)
    follow(tab, "home")
    assert len(downloads) == 1
