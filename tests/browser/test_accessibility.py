"""axe-core finds nothing serious in any state of a page, in either theme, in any layout."""

import pytest

from tests.support.browser import Tab
from tests.support.pages import READY, follow

from .accessibility import serious
from .conftest import one_for_each, with_app

NOTE = {
    "action": "show",
    "id": "note",
    "title": "That did not work",
    "message": "A message",
    "color": "red",
    "autoClose": False,
}
NOTES = {"sendNotifications": [NOTE]}


@with_app(one_for_each("layout"))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_violation(tab: Tab, theme: str) -> None:
    page = tab.page
    found = {}
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    tab.go("/")
    page.wait_for_selector(READY["home"])
    found["home"] = serious(tab)
    follow(tab, "explore")
    page.click("#explore-table .ag-row [col-id=country]")
    tab.settle()
    found["explore"] = serious(tab)
    page.click("#explore-region")
    found["options"] = serious(tab)
    page.keyboard.press("Escape")
    follow(tab, "profile")
    page.click("#profile-load")
    page.evaluate("note => dash_clientside.set_props('notifications', note)", NOTES)
    page.wait_for_selector("text=A message")
    tab.settle()
    found["profile"] = serious(tab)
    follow(tab, "reports")
    page.click("#reports-run")
    tab.until(lambda: page.locator("#reports-run").is_disabled())
    found["running"] = serious(tab)
    page.wait_for_selector("#reports-result table")
    tab.settle()
    found["reports"] = serious(tab)
    tab.go("/no-such-page")
    found["unknown"] = serious(tab)
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("#shell-menu")
    found["menu"] = serious(tab)
    assert {place: rules for place, rules in found.items() if rules} == {}
