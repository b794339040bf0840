"""The app in Chromium: `playwright install chromium` once, then `pytest -m browser`."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_the_navigation_leads_to_every_page(page: Page) -> None:
    links = page.locator("[id^=shell-nav-]")
    for number in range(links.count()):
        link = links.nth(number)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        expect(page.locator("h1:visible").first).to_be_visible()


def test_the_theme_is_remembered(page: Page) -> None:
    page.click("#shell-theme-toggle")
    root = page.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
