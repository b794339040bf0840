"""What every generated app does, whatever was chosen."""

import csv
import json
import random
from typing import Any

import pytest

from tests.support.browser import Tab
from tests.support.pages import follow, marked, open_page
from tests.support.projects import one_at_a_time

pytestmark = pytest.mark.parametrize("app", one_at_a_time(), indirect=True, ids=str, scope="module")

FIELDS = {
    "first_name": "#profile-first-name",
    "last_name": "#profile-last-name",
    "age": "#profile-age",
}


def inputs(tab: Tab) -> dict[str, str]:
    return {field: tab.page.input_value(selector) for field, selector in FIELDS.items()}


def record(tab: Tab) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(tab.text("#profile-record"))
    return values


def stored(tab: Tab) -> dict[str, str]:
    """Return the record as the inputs would show it."""
    values = record(tab)
    return {field: "" if values[field] is None else str(values[field]) for field in FIELDS}


def rows(tab: Tab) -> list[str]:
    """Return the countries in view in the table."""
    return tab.page.locator("#explore-table [col-id=country].ag-cell").all_inner_texts()


# Pages


def test_navigation_reaches_every_page_and_marks_it(tab: Tab) -> None:
    tab.go("/")
    for name in ("explore", "profile", "reports", "home"):
        follow(tab, name)
        assert tab.page.title().lower().startswith(name)
        assert marked(tab) == [name]


def test_back_returns_to_the_page_before(tab: Tab) -> None:
    open_page(tab, "explore")
    follow(tab, "profile")
    tab.page.go_back()
    tab.page.wait_for_selector("#explore-region")
    tab.settle()


def test_an_unknown_address_says_so(tab: Tab) -> None:
    tab.go("/no-such-page")
    assert "Nothing is here" in tab.text("main")


def test_a_narrow_window_has_a_menu_and_no_sideways_scroll(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 844})
    for name in ("explore", "profile", "reports", "home"):
        open_page(tab, name)
        width = tab.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, name


def test_the_theme_is_kept_over_a_reload(tab: Tab) -> None:
    def scheme() -> str:
        return str(tab.page.evaluate("document.documentElement.dataset.mantineColorScheme"))

    tab.go("/")
    tab.until(lambda: scheme() == "light")
    before = len(tab.exchanges)
    tab.page.click("#theme-toggle")
    tab.until(lambda: scheme() == "dark")
    assert len(tab.exchanges) == before, "the server was asked"
    tab.go("/")
    tab.until(lambda: scheme() == "dark")


# Explore


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


# Profile


def test_a_first_visit_has_no_record_and_writes_none(tab: Tab) -> None:
    open_page(tab, "profile")
    assert record(tab) == {"first_name": None, "last_name": None, "age": None, "info": None}
    tab.page.fill("#profile-first-name", "Ada")
    tab.until(lambda: record(tab)["first_name"] == "Ada")


def test_twenty_loads_in_a_row_leave_the_record_equal_to_the_inputs(tab: Tab) -> None:
    open_page(tab, "profile")
    pause = random.Random(1)
    for number in range(1, 21):
        tab.page.click("#profile-load")
        tab.page.wait_for_timeout(pause.uniform(0, 50))
        if number % 4 == 0:
            tab.settle()
            assert stored(tab) == inputs(tab), f"after {number} loads"
            assert all(inputs(tab).values())


def test_both_names_typed_without_a_pause_arrive(tab: Tab) -> None:
    open_page(tab, "profile")
    for first, last in (("Ada", "Lovelace"), ("Florence", "Nightingale"), ("Ben", "Franklin")):
        tab.page.fill("#profile-first-name", first)
        tab.page.fill("#profile-last-name", last)
        tab.page.wait_for_timeout(250)
        tab.settle()
        assert stored(tab) | {"age": ""} == {"first_name": first, "last_name": last, "age": ""}


def test_letter_by_letter_the_last_one_wins(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.locator("#profile-first-name").press_sequentially("Wilhelmina", delay=230)
    tab.settle()
    assert record(tab)["first_name"] == "Wilhelmina"


def test_typing_goes_on_while_the_slow_look_up_runs(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-load")
    tab.settle()
    tab.page.click("#profile-info")
    tab.page.fill("#profile-first-name", "Grace")
    tab.until(lambda: record(tab)["first_name"] == "Grace", timeout=0.9)
    assert record(tab)["info"] is None, "the look-up should still be under way"
    tab.page.fill("#profile-last-name", "Hopper")
    tab.until(lambda: record(tab)["info"])
    tab.settle()
    assert stored(tab) == inputs(tab)
    assert record(tab)["last_name"] == "Hopper"


def test_a_cleared_field_is_cleared_in_the_record(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-load")
    tab.settle()
    for selector in FIELDS.values():
        tab.page.fill(selector, "")
        tab.page.wait_for_timeout(250)
        tab.settle()
    assert stored(tab) == {"first_name": "", "last_name": "", "age": ""}


def test_the_record_comes_back_with_the_page(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-load")
    tab.settle()
    before = inputs(tab)
    follow(tab, "home")
    follow(tab, "profile")
    tab.until(lambda: inputs(tab) == before)
    tab.settle()
    assert stored(tab) == before


def test_submit_reads_the_fields_and_names_what_is_missing(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-submit")
    tab.until(lambda: "Still missing" in tab.text("#profile-message"))
    tab.page.click("#profile-load")
    tab.settle()
    tab.page.click("#profile-submit")
    tab.until(lambda: "Thank you, Ada Lovelace (36)" in tab.text("#profile-message"))


# Reports


def progress(tab: Tab) -> float:
    bar = tab.page.locator("#reports-progress [role=progressbar]")
    return float(bar.get_attribute("aria-valuenow") or 0)


def test_a_report_shows_that_it_runs_and_ends_with_a_result(tab: Tab, app: Any) -> None:
    open_page(tab, "reports")
    tab.page.click("#reports-run")
    tab.until(lambda: tab.page.locator("#reports-run").is_disabled())
    seen = [progress(tab)]
    while not tab.page.locator("#reports-result table").is_visible():
        seen.append(progress(tab))
        tab.page.wait_for_timeout(50)
        assert len(seen) < 400, "no result"
    risen = [value for value in seen if value]
    assert risen == sorted(risen)
    assert len(set(risen)) > 1, "no progress was to be seen"
    assert "Oceania" in tab.text("#reports-result")
    tab.until(lambda: tab.page.locator("#reports-run").is_enabled())
    tab.settle()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "life_expectancy.csv"


def test_a_cancelled_report_stops_and_can_be_run_again(tab: Tab) -> None:
    open_page(tab, "reports")
    tab.page.click("#reports-run")
    tab.page.locator("#reports-cancel:enabled").click()
    tab.until(lambda: tab.page.locator("#reports-run").is_enabled())
    tab.page.wait_for_timeout(3500)
    assert not tab.page.locator("#reports-result table").is_visible()
    tab.page.click("#reports-run")
    tab.page.wait_for_selector("#reports-result table")
    tab.settle()
