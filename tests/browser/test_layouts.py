"""What every layout does: one suite, and no word about which layout it is."""

from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.browser import Tab
from tests.support.pages import READY, follow, marked, open_page
from tests.support.projects import Variant, render, served

from .conftest import App, one_for_each, with_app

PAGES = ["home", "explore", "profile", "reports", "extra"]

each_layout = with_app(one_for_each("layout"))


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


def check_what_was_not_asked_for_is_not_sent(tab: Tab) -> None:
    for path in ("/", "/explore", "/_dash-layout"):
        text = tab.page.request.get(tab.url + path).text()
        for secret in ("explore-table", "profile-first-name", "reports-run", "extra-greet"):
            assert secret not in text, path
    tab.go("/")
    tab.page.wait_for_selector(READY["home"])
    tab.settle()
    early = [e.output for e in tab.exchanges if "explore" in e.output or "reports" in e.output]
    assert early == []
    assert tab.page.locator("#explore-table, #profile-record, #reports-run").count() == 0


def check_navigation_and_history_agree_on_the_page(tab: Tab) -> dict[str, str]:
    """Go to every page and back; return the addresses of the pages."""
    tab.until(lambda: shows(tab, "home"))
    links = tab.page.locator("[id^=nav-]").all_inner_texts()
    assert [link.lower() for link in links] == PAGES
    addresses = {}
    for name in [*PAGES[1:], "home"]:
        follow(tab, name)
        tab.until(partial(shows, tab, name))
        addresses[name] = address(tab)
    assert len(set(addresses.values())) == len(PAGES)

    for name in reversed(PAGES[1:]):
        tab.page.go_back()
        tab.until(partial(shows, tab, name))
    tab.page.go_forward()
    tab.until(lambda: shows(tab, "profile"))
    tab.settle()
    return addresses


def check_deep_links(tab: Tab, addresses: dict[str, str]) -> None:
    for name in ("explore", "home"):
        tab.page.goto("about:blank")
        tab.go(addresses[name])
        tab.page.wait_for_selector(READY[name])
        tab.until(partial(shows, tab, name))
        assert address(tab) == addresses[name]


def check_a_page_path_leads_to_the_page_and_an_unknown_one_says_so(tab: Tab) -> None:
    tab.go("/reports")
    tab.until(lambda: shows(tab, "reports"))
    tab.go("/no-such-page")
    tab.until(lambda: in_view(tab) == "nothing is here")
    assert marked(tab) == []
    assert tab.page.title() == "Not found · myapp"
    follow(tab, "explore")
    tab.until(lambda: shows(tab, "explore"))
    tab.page.go_back()
    tab.until(lambda: in_view(tab) == "nothing is here")
    tab.page.get_by_role("link", name="Back to the start").click()
    tab.until(lambda: shows(tab, "home"))
    tab.settle()


@each_layout
def test_a_link_inside_a_page_leads_to_another(tab: Tab) -> None:
    tab.go("/")
    tab.page.wait_for_selector(READY["home"])
    tab.page.locator("main a", has_text="Profile").click()
    tab.until(lambda: shows(tab, "profile"))
    follow(tab, "profile")
    tab.until(lambda: shows(tab, "profile"))
    tab.page.go_back()
    tab.until(lambda: in_view(tab) in {"home", "profile"})
    tab.settle()


@each_layout
def test_scrolling_past_the_end_of_a_page_keeps_address_and_mark_together(tab: Tab) -> None:
    open_page(tab, "home")
    tab.page.mouse.move(640, 500)
    for _ in range(12):
        tab.page.mouse.wheel(0, 400)
        tab.page.wait_for_timeout(60)
    tab.settle()
    (name,) = marked(tab)
    before = address(tab)
    assert tab.page.title().lower().startswith(name)
    tab.go("/")
    tab.go(before)
    tab.until(lambda: marked(tab) == [name])


def check_a_narrow_window_has_a_menu_that_says_its_state(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 844})
    tab.go("/")
    menu = tab.page.locator("#shell-menu")
    link = tab.page.locator("#nav-explore")

    def is_open(state: bool) -> bool:
        said = menu.get_attribute("aria-expanded") == str(state).lower()
        return said and link.is_visible() == state

    tab.until(lambda: is_open(False))
    menu.click()
    tab.until(lambda: is_open(True))
    tab.page.keyboard.press("Escape")
    tab.until(lambda: is_open(False))
    assert focused(tab) == "shell-menu"
    tab.page.keyboard.press("Enter")
    tab.until(lambda: is_open(True))
    for name in ("explore", "profile"):
        if is_open(False):
            menu.click()
        tab.page.click(f"#nav-{name}")
        tab.until(partial(shows, tab, name))
        tab.until(lambda: is_open(False))
        tab.settle()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390, name


@each_layout
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


@each_layout
def test_the_keyboard_alone_is_enough(tab: Tab) -> None:
    tab.go("/")
    tab.page.wait_for_selector(READY["home"])
    press = tab.page.keyboard.press
    press("Tab")
    assert tab.page.locator("a:focus").inner_text() == "Skip to the content"
    press("Enter")
    tab.until(lambda: focused(tab) == "shell-main")
    tab.until(lambda: shows(tab, "home"))

    tab.go("/")
    for _ in range(10):
        if focused(tab) == "nav-profile":
            break
        # Tabs are one stop of the Tab key, and arrows move between them.
        in_tabs = tab.page.locator("[role=tab]:focus").count()
        press("ArrowRight" if in_tabs else "Tab")
    assert focused(tab) == "nav-profile"
    outline = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    press("Enter")
    tab.until(lambda: shows(tab, "profile"))
    tab.page.wait_for_selector(READY["profile"])
    tab.settle()
    for _ in range(60):
        if focused(tab) == "profile-submit":
            break
        press("Tab")
    assert focused(tab) == "profile-submit"
    press("Enter")
    tab.until(lambda: "Still missing" in tab.text("#profile-message"))


@each_layout
def test_a_proxy_may_put_a_prefix_in_front_of_every_address(
    browser: Browser, app: App, tmp_path: Path
) -> None:
    project = render(tmp_path, Variant(layout=app.variant.answers()["layout"]))
    prefix = "/some/where/"
    window = browser.new_context()
    window.route(
        f"**{prefix}**",
        lambda route: route.continue_(url=route.request.url.replace(prefix, "/", 1)),
    )
    env = {"PATH_PREFIX": prefix}
    with served(project, log=tmp_path / "log", env=env) as process:
        tab = Tab(window, process.url)
        tab.go(f"{prefix}profile")
        tab.until(lambda: shows(tab, "profile"))
        for name in ("reports", "home"):
            follow(tab, name)
            tab.until(partial(shows, tab, name))
            assert address(tab).startswith(prefix)
        tab.go(f"{prefix}no-such-page")
        tab.until(lambda: in_view(tab) == "nothing is here")
        assert tab.errors == []
        window.close()


@each_layout
def test_places_in_the_app_have_addresses_and_nothing_else_is_sent(tab: Tab) -> None:
    check_what_was_not_asked_for_is_not_sent(tab)
    addresses = check_navigation_and_history_agree_on_the_page(tab)
    check_deep_links(tab, addresses)
    check_a_page_path_leads_to_the_page_and_an_unknown_one_says_so(tab)
    check_a_narrow_window_has_a_menu_that_says_its_state(tab)
