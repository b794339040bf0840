"""How long a record lives, in a real browser, with every storage."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser import ARGUMENTS, EXECUTABLE, Tab
from tests.support.pages import open_page

from .conftest import App, one_for_each, with_app
from .profile import look, type_in


@dataclass(frozen=True)
class Lifetime:
    """What a record survives, and whether another tab of the same browser sees it."""

    reload: bool
    other_tab: bool
    closed_tab: bool
    closed_browser: bool


SERVER = Lifetime(reload=True, other_tab=True, closed_tab=True, closed_browser=True)
EXPECTED = {
    "memory": Lifetime(reload=False, other_tab=False, closed_tab=False, closed_browser=False),
    "session": Lifetime(reload=True, other_tab=False, closed_tab=False, closed_browser=False),
    "local": SERVER,
}


class Person:
    """Somebody with a browser that keeps its profile when it is closed."""

    def __init__(self, browser: Browser, folder: Path, url: str) -> None:
        """Give them a browser; it starts with the first tab."""
        self._browser, self._folder, self._url = browser, folder, url
        self._window: BrowserContext | None = None

    def tab(self) -> Tab:
        """Open a tab with the Profile page."""
        if self._window is None:
            self._window = self._browser.browser_type.launch_persistent_context(
                self._folder, executable_path=EXECUTABLE, args=ARGUMENTS
            )
        tab = Tab(self._window, self._url)
        open_page(tab, "profile")
        return tab

    def close_browser(self) -> None:
        """Close it as a person does, so that it writes down what it keeps."""
        if self._window:
            self._window.close()
        self._window = None


@pytest.fixture
def person(browser: Browser, tmp_path: Path, app: App) -> Iterator[Person]:
    person = Person(browser, tmp_path / "profile", app.url)
    yield person
    person.close_browser()


def has_record(tab: Tab) -> bool:
    return bool(look(tab.page).record["first_name"] == "Ada")


@with_app(one_for_each("storage"))
def test_a_record_lives_as_long_as_its_storage_says(person: Person, app: App) -> None:
    storage = app.variant.answers()["storage"]
    first = person.tab()
    type_in(first.page, first_name="Ada")
    assert has_record(first)

    other_tab = has_record(person.tab())
    open_page(first, "profile")
    reload = has_record(first)
    if not reload:
        type_in(first.page, first_name="Ada")
    first.page.close()
    closed_tab = has_record(person.tab())
    person.close_browser()
    closed_browser = has_record(person.tab())

    seen = Lifetime(reload, other_tab, closed_tab, closed_browser)
    assert seen == EXPECTED.get(storage, SERVER)
