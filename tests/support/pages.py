"""Moving between the pages of a generated app, by ids that every layout has."""

from .browser import Tab

# What shows that a page is there and its callbacks have answered.
READY = {
    "home": "text=What to do next",
    "explore": "#explore-summary :text('countr')",
    "profile": "#profile-record:has-text('info')",
    "reports": "#reports-run",
}


def ready(name: str) -> str:
    """Return what shows that a page is there, one of the tests' own included."""
    return READY.get(name, f"#{name}-ready")


def follow(tab: Tab, name: str) -> None:
    """Use the navigation to get to a page."""
    if tab.page.locator("#shell-menu").is_visible():
        tab.page.click("#shell-menu")
    tab.page.click(f"#shell-nav-{name}")
    tab.page.wait_for_selector(ready(name))
    tab.settle()


def open_page(tab: Tab, name: str) -> None:
    """Load the app by a page's path, which leads to the page in every layout."""
    tab.go(f"/{name}".removesuffix("home"))
    tab.page.wait_for_selector(ready(name))
    tab.settle()


def marked(tab: Tab) -> list[str]:
    """Return what the navigation marks as the current page, for the eye and for a screen reader."""
    marks = tab.page.locator("[id^=shell-nav-][aria-current=page]").all()
    return [(mark.get_attribute("id") or "").removeprefix("shell-nav-") for mark in marks]


def scheme(tab: Tab) -> str:
    """Return the theme that one sees: light or dark."""
    return str(tab.page.evaluate("document.documentElement.dataset.mantineColorScheme"))


def change_theme(tab: Tab) -> None:
    """Use the toggle, and leave the focus where it is."""
    before = scheme(tab)
    tab.page.locator("#shell-theme-toggle").dispatch_event("click")
    tab.until(lambda: scheme(tab) != before)
