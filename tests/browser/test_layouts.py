"""What every layout does: one suite, and no word about which layout it is.

All the checks of one app share one page, as in `test_profile.py`.
"""

from collections.abc import Callable
from functools import partial

import pytest

from tests.support.browser import Tab
from tests.support.pages import READY, follow, marked, scheme
from tests.support.projects import AXES, choices

from .accessibility import check_nothing_is_seriously_inaccessible
from .conftest import CONTRACT, PREFIXED, with_each_app

PAGES = ["home", "explore", "profile", "reports", "extra"]


def in_view(tab: Tab) -> str:
    """Return the heading of the page that one sees."""
    tops = """[...document.querySelectorAll("h1")]
        .map((head) => [head.innerText, head.getBoundingClientRect()])
        .filter(([_, box]) => box.height && box.bottom > 56 && box.top < innerHeight * 0.4)
        .map(([text]) => text)"""
    found: list[str] = tab.page.evaluate(tops)
    assert len(found) <= 1, found
    return found[0].lower().replace("myapp", "home") if found else ""


def shows(tab: Tab, name: str) -> bool:
    """Tell whether the page is seen, marked and named."""
    title = tab.page.title().lower()
    return in_view(tab) == name and marked(tab) == [name] and title == f"{name} · myapp"


def address(tab: Tab) -> str:
    return tab.page.url.removeprefix(tab.url)


def focused(tab: Tab) -> str:
    return str(tab.page.evaluate("document.activeElement.id"))


def press_until_focus(tab: Tab, key: str, goal: str) -> None:
    """Move the focus; it falls back to the body when what had it goes away."""
    for _ in range(60):
        if (now := focused(tab)) == goal:
            return
        # Tabs are one stop of the Tab key, and arrows move between them.
        among_tabs = goal.startswith("shell-nav-") and tab.page.locator("[role=tab]:focus").count()
        tab.page.keyboard.press("ArrowRight" if among_tabs else key)
        lost = tab.page.evaluate("document.activeElement === document.body")
        assert not lost, f"the focus was lost after {now!r}"
    raise AssertionError(f"{key} does not lead to {goal}")


def check_what_was_not_asked_for_is_not_sent(tab: Tab) -> None:
    for path in ("/", "/explore", "/_dash-layout"):
        text = tab.page.request.get(tab.url + path).text()
        for secret in ("explore-table", "profile-first-name", "reports-cancel", "extra-greet"):
            assert secret not in text, path
    tab.go("/")
    tab.page.wait_for_selector(READY["home"])
    tab.settle()
    early = [e.output for e in tab.exchanges if "explore" in e.output or "reports" in e.output]
    assert early == []
    assert tab.page.locator("#explore-table, #profile-record, #reports-run").count() == 0


def check_the_theme_changes_without_the_server(tab: Tab) -> None:
    tab.until(lambda: scheme(tab) == "light")
    before = len(tab.exchanges)
    check_nothing_is_seriously_inaccessible(tab)
    assert scheme(tab) == "dark"
    tab.settle()
    assert len(tab.exchanges) == before, "the server was asked"


def check_the_keyboard_alone_is_enough(tab: Tab) -> None:
    """Reach a page and a button on it by keys, from the top of the first page."""
    press = tab.page.keyboard.press
    press("Tab")
    assert tab.page.locator("a:focus").inner_text() == "Skip to the content"
    press("Enter")
    tab.until(lambda: focused(tab) == "shell-main")
    tab.until(lambda: shows(tab, "home"))
    press_until_focus(tab, "Shift+Tab", "shell-nav-profile")
    outline = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    press("Enter")
    tab.until(lambda: shows(tab, "profile"))
    tab.page.wait_for_selector(READY["profile"])
    tab.settle()
    press_until_focus(tab, "Tab", "profile-submit")
    press("Enter")
    tab.until(lambda: "Still missing" in tab.text("#profile-message"))


def check_navigation_and_history_agree_on_the_page(tab: Tab) -> dict[str, str]:
    """Go to every page, and back and forward; return the addresses of the pages."""
    follow(tab, "home")
    tab.until(lambda: shows(tab, "home"))
    links = tab.page.locator("[id^=shell-nav-]").all_inner_texts()
    assert [link.lower() for link in links] == PAGES
    addresses = {}
    for name in [*PAGES[1:], "home"]:
        follow(tab, name)
        tab.until(partial(shows, tab, name))
        addresses[name] = address(tab)
    assert len(set(addresses.values())) == len(PAGES)

    for name in ("extra", "reports"):
        tab.page.go_back()
        tab.until(partial(shows, tab, name))
    tab.page.go_forward()
    tab.until(lambda: shows(tab, "extra"))
    tab.settle()
    return addresses


def check_a_link_inside_a_page_leads_to_another(tab: Tab) -> None:
    follow(tab, "home")
    tab.page.locator("main a", has_text="Profile").click()
    tab.until(lambda: shows(tab, "profile"))
    follow(tab, "profile")
    tab.until(lambda: shows(tab, "profile"))
    tab.page.go_back()
    tab.until(lambda: in_view(tab) in {"home", "profile"})
    tab.settle()


def check_a_page_on_the_page_was_sent_once(tab: Tab) -> None:
    """Sent again, it would lose what has been typed into it."""
    assert len(tab.callbacks("section-content")) <= len(PAGES)


def check_a_deep_link_keeps_the_page_and_the_theme(tab: Tab, deep: str) -> None:
    assert scheme(tab) == "dark"
    tab.page.goto("about:blank")
    tab.go(deep)
    tab.page.wait_for_selector(READY["profile"])
    tab.until(lambda: shows(tab, "profile"))
    assert address(tab) == deep
    tab.until(lambda: scheme(tab) == "dark")


def check_an_unknown_address_says_so(tab: Tab) -> None:
    tab.go("/no-such-page")
    tab.until(lambda: in_view(tab) == "nothing is here")
    check_nothing_is_seriously_inaccessible(tab)
    assert marked(tab) == []
    assert tab.page.title() == "Not found · myapp"
    follow(tab, "reports")
    tab.until(lambda: shows(tab, "reports"))
    tab.page.go_back()
    tab.until(lambda: in_view(tab) == "nothing is here")
    tab.page.get_by_role("link", name="Back to the start").click()
    tab.until(lambda: shows(tab, "home"))
    tab.go("/#%")  # which is no encoded text, and so has no page
    tab.until(lambda: in_view(tab) in ("nothing is here", "home"))
    tab.go("/")
    tab.until(lambda: shows(tab, "home"))
    tab.settle()


def check_scrolling_past_the_end_of_a_page_keeps_address_and_mark_together(tab: Tab) -> None:
    tab.page.mouse.move(640, 500)
    for _ in range(12):
        tab.page.mouse.wheel(0, 400)
        tab.page.wait_for_timeout(60)
    tab.settle()
    (name,) = marked(tab)
    before = address(tab)
    assert tab.page.title().lower().startswith(name)
    if before != "/":
        tab.page.goto("about:blank")
        tab.go(before)
        tab.until(lambda: marked(tab) == [name])


def check_a_narrow_window_has_a_menu_that_says_its_state(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 844})
    menu = tab.page.locator("#shell-menu")
    link = tab.page.locator("#shell-nav-explore")

    def is_open(state: bool) -> bool:
        said = menu.get_attribute("aria-expanded") == str(state).lower()
        return said and link.is_visible() == state

    tab.until(lambda: is_open(False))
    menu.click()
    tab.until(lambda: is_open(True))
    check_nothing_is_seriously_inaccessible(tab)
    tab.page.keyboard.press("Escape")
    tab.until(lambda: is_open(False))
    assert focused(tab) == "shell-menu"
    tab.page.keyboard.press("Enter")
    tab.until(lambda: is_open(True))
    check_scrolling_leaves_the_menu_open(tab, is_open)
    for name in ("explore", "profile"):
        if is_open(False):
            menu.click()
        tab.page.click(f"#shell-nav-{name}")
        tab.until(partial(shows, tab, name))
        tab.until(lambda: is_open(False))
        tab.settle()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390, name
    menu.click()
    tab.until(lambda: is_open(True))
    tab.page.go_back()
    tab.until(partial(shows, tab, "explore"))
    tab.until(lambda: is_open(False))
    tab.settle()


def check_scrolling_leaves_the_menu_open(tab: Tab, is_open: Callable[[bool], bool]) -> None:
    """On one page of sections it changes the address, and may end just after the menu opens."""
    before = tab.page.evaluate("scrollY")
    tab.page.evaluate("scrollTo(0, scrollY > 2 * innerHeight ? 0 : document.body.scrollHeight)")
    tab.settle()
    assert is_open(True)
    tab.page.evaluate(f"scrollTo(0, {before})")
    tab.settle()
    assert is_open(True)


@pytest.mark.first_for_each("layout")
@pytest.mark.once_for_each("layout", "storage")
@with_each_app
def test_one_gets_about(tab: Tab) -> None:
    check_what_was_not_asked_for_is_not_sent(tab)
    check_the_theme_changes_without_the_server(tab)
    check_the_keyboard_alone_is_enough(tab)
    addresses = check_navigation_and_history_agree_on_the_page(tab)
    check_a_link_inside_a_page_leads_to_another(tab)
    check_a_page_on_the_page_was_sent_once(tab)
    check_a_deep_link_keeps_the_page_and_the_theme(tab, addresses["profile"])
    check_an_unknown_address_says_so(tab)
    check_scrolling_past_the_end_of_a_page_keeps_address_and_mark_together(tab)
    check_a_narrow_window_has_a_menu_that_says_its_state(tab)


@pytest.mark.parametrize("axis", AXES)
def test_every_choice_is_driven_below_a_prefix_and_without(axis: str) -> None:
    for apps in (PREFIXED, [variant for variant in CONTRACT if variant not in PREFIXED]):
        assert {variant.answers()[axis] for variant in apps} == set(choices(axis))
