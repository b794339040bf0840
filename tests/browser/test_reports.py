"""The Reports page, in every layout; `tests/background` has every manager."""

import pytest

from tests.support.browser import Tab
from tests.support.pages import open_page
from tests.support.projects import GROWN, vary

pytestmark = pytest.mark.parametrize(
    "app", [*vary("layout"), GROWN], indirect=True, ids=str, scope="module"
)


def progress(tab: Tab) -> float:
    bar = tab.page.locator("#reports-progress [role=progressbar]")
    return float(bar.get_attribute("aria-valuenow") or 0)


def test_a_report_shows_that_it_runs_and_ends_with_a_result(tab: Tab) -> None:
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
