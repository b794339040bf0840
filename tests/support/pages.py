"""Moving between the pages of a generated app, by ids that every layout has."""

from .browser import Tab

# What shows that a page is there and its callbacks have answered.
READY = {
    "home": "text=What this app is made of",
    "explore": "#explore-summary p",
    "profile": "#profile-record:has-text('info')",
    "reports": "#reports-run",
}


def follow(tab: Tab, name: str) -> None:
    """Use the navigation to get to a page."""
    if tab.page.locator("#shell-menu").is_visible():
        tab.page.click("#shell-menu")
    tab.page.click(f"#nav-{name}")
    tab.page.wait_for_selector(READY.get(name, f"#{name}-ready"))
    tab.settle()


def open_page(tab: Tab, name: str) -> None:
    """Load the app, and use the navigation to get to a page."""
    tab.go("/")
    follow(tab, name)


def marked(tab: Tab) -> list[str]:
    """Return what the navigation marks as the current page, for the eye and for a screen reader."""
    marks = tab.page.locator("[id^=nav-][aria-current=page]").all()
    return [(mark.get_attribute("id") or "").removeprefix("nav-") for mark in marks]
