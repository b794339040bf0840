"""The Reports page; `tests/background` has what goes wrong with jobs."""

import pytest

from tests.support.browser import Tab
from tests.support.pages import open_page

from .accessibility import check_nothing_is_seriously_inaccessible
from .conftest import App, with_each_app


def progress(tab: Tab) -> float:
    bar = tab.page.locator("#reports-progress [role=progressbar]")
    return float(bar.get_attribute("aria-valuenow") or 0)


def check_a_cancelled_report_stops(tab: Tab) -> None:
    tab.page.click("#reports-run")
    tab.page.locator("#reports-cancel:enabled").click()
    tab.until(lambda: tab.page.locator("#reports-run").is_enabled())
    tab.until(lambda: "cancelled" in tab.text("#reports-cancelled"))
    tab.page.wait_for_timeout(2500)  # longer than the report takes
    assert not tab.page.locator("#reports-result table").is_visible()


def check_the_sign_of_work_is_in_the_middle_of_its_button(tab: Tab) -> None:
    middles = []
    for place in ("#reports-run", "#reports-run .mantine-Button-loader"):
        box = tab.page.locator(place).bounding_box()
        assert box
        middles.append((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    assert middles[0] == pytest.approx(middles[1], abs=2)


def check_a_report_shows_that_it_runs_and_ends_with_a_result(tab: Tab, *, rises: bool) -> None:
    tab.page.click("#reports-run")
    tab.until(lambda: tab.page.locator("#reports-run").is_disabled())
    tab.until(lambda: not tab.text("#reports-cancelled"))
    check_the_sign_of_work_is_in_the_middle_of_its_button(tab)
    seen = [progress(tab)]
    while not tab.page.locator("#reports-result table").is_visible():
        seen.append(progress(tab))
        tab.page.wait_for_timeout(50)
        assert len(seen) < 600, "no result"
    risen = [value for value in seen if value]
    assert risen == sorted(risen)
    assert len(set(risen)) > 1 or not rises, "no progress was to be seen"
    assert "Oceania" in tab.text("#reports-result")
    tab.until(lambda: tab.page.locator("#reports-run").is_enabled())
    tab.settle()


def check_the_result_can_be_downloaded(tab: Tab) -> None:
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "life_expectancy.csv"


def check_a_visitor_may_go_to_another_page_meanwhile(tab: Tab) -> None:
    open_page(tab, "reports")
    assert not tab.page.locator("#reports-result table").is_visible()
    tab.page.click("#reports-run")
    tab.until(lambda: tab.page.locator("#reports-run").is_disabled())
    tab.page.click("#shell-nav-home")
    tab.page.click("#shell-nav-reports")
    tab.page.wait_for_selector("#reports-result table")
    tab.until(lambda: tab.page.locator("#reports-run").is_enabled())
    tab.settle()


def check_everybody_can_use_it(tab: Tab) -> None:
    tab.page.click("#reports-run")
    tab.until(lambda: tab.page.locator("#reports-run").is_disabled())
    check_nothing_is_seriously_inaccessible(tab)
    tab.page.wait_for_selector("#reports-result table")
    tab.settle()
    check_nothing_is_seriously_inaccessible(tab)


@pytest.mark.first_for_each("background")
@pytest.mark.once_for_each("background", "storage")
@with_each_app
def test_reports(tab: Tab, app: App) -> None:
    in_background = app.variant.answers()["background"] != "none"
    downloads: list[object] = []
    tab.page.on("download", lambda download: downloads.append(download))
    open_page(tab, "reports")
    assert not tab.page.locator("#reports-cancel").is_visible(), "there is nothing to cancel"
    if in_background:
        check_a_cancelled_report_stops(tab)
    check_a_report_shows_that_it_runs_and_ends_with_a_result(tab, rises=in_background)
    assert downloads == [], "nothing is downloaded that was not asked for"
    check_the_result_can_be_downloaded(tab)
    check_a_visitor_may_go_to_another_page_meanwhile(tab)
    check_everybody_can_use_it(tab)
