"""How long a record lives, in a real browser, with every storage."""

from dataclasses import dataclass

import pytest

from tests.support.browser import Tab, Window
from tests.support.pages import open_page

from .conftest import App, OpenTab, with_each_app
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


def has_record(tab: Tab) -> bool:
    open_page(tab, "profile")
    return bool(look(tab.page).record["first_name"] == "Ada")


def write_record(tab: Tab) -> None:
    assert type_in(tab.page, first_name="Ada").record["first_name"] == "Ada"


@pytest.mark.first_for_each
@pytest.mark.once_for_each("storage")
@with_each_app
def test_a_record_lives_as_long_as_its_storage_says(
    window: Window, open_tab: OpenTab, app: App
) -> None:
    storage = app.variant.answers()["storage"]
    first = open_tab()
    assert not has_record(first)
    write_record(first)

    other_tab = has_record(open_tab())
    reload = has_record(first)
    if not reload:
        write_record(first)
    first.page.close()
    closed_tab = has_record(open_tab())
    window.close()
    window.open()
    closed_browser = has_record(open_tab())

    seen = Lifetime(reload, other_tab, closed_tab, closed_browser)
    assert seen == EXPECTED.get(storage, SERVER)
