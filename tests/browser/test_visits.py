"""A visitor with two tabs, and one who comes back by a slow connection."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Route

from tests.support.browser import Tab, Window
from tests.support.pages import follow, open_page
from tests.support.process import free_port
from tests.support.projects import Variant, choices
from tests.support.services import Services

from .conftest import App, serve, visitor
from .profile import FIELDS, look, type_in

VARIANTS = [
    Variant(storage=storage, background="none", callbacks=style)
    for style in choices("callbacks")
    for storage in ("sqlite", "local")
]


@pytest.fixture(scope="module", params=VARIANTS, ids=str)
def app(
    request: pytest.FixtureRequest, services: Services, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("visits")
    with serve(folder, request.param, services, port=free_port()) as app:
        yield app


@pytest.fixture
def tabs(window: Window, app: App) -> Iterator[tuple[Tab, Tab]]:
    with visitor(window, app.url) as open_tab:
        yield open_tab(), open_tab()


in_either_order = pytest.mark.parametrize(
    ("first", "second"), [("first_name", "age"), ("age", "first_name")]
)


def stored(tab: Tab) -> dict[str, object]:
    """Return the record as a page shows it that has just been loaded."""
    open_page(tab, "profile")
    return look(tab.page).record


def hear(app: App, tab: Tab, field: str, value: str) -> None:
    """Wait until a tab has heard what another wrote, where the browser has the record.

    It tells its other tabs without haste. What a tab writes before replaces what it has not heard.
    """
    if app.variant.storage == "local":
        tab.until(lambda: str(json.loads(tab.text("#profile-record"))[field]) == value)


def delay(tab: Tab, latency: int) -> None:
    """Let each request of a tab take so many milliseconds more."""
    session = tab.page.context.new_cdp_session(tab.page)
    rates = {"downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions", {"offline": False, "latency": latency, **rates}
    )


@in_either_order
def test_a_tab_writes_only_what_was_changed_in_it(
    app: App, tabs: tuple[Tab, Tab], first: str, second: str
) -> None:
    one, other = tabs
    open_page(one, "profile")
    type_in(one.page, first_name="Old", last_name="Name", age="1")
    open_page(other, "profile")
    type_in(one.page, **{first: "2"})
    hear(app, other, first, "2")
    type_in(other.page, **{second: "3"})
    hear(app, one, second, "3")
    record = stored(one)
    assert (str(record[first]), str(record[second])) == ("2", "3")


@in_either_order
def test_what_a_tab_has_written_is_not_written_again(
    app: App, tabs: tuple[Tab, Tab], first: str, second: str
) -> None:
    one, other = tabs
    open_page(one, "profile")
    open_page(other, "profile")
    type_in(one.page, **{first: "1"})
    hear(app, other, first, "1")
    type_in(other.page, **{first: "2"})
    hear(app, one, first, "2")
    type_in(one.page, **{second: "3"})
    hear(app, other, second, "3")
    record = stored(other)
    assert (str(record[first]), str(record[second])) == ("2", "3")


def test_a_field_that_has_its_former_value_again_is_written(tabs: tuple[Tab, Tab]) -> None:
    tab, other = tabs
    open_page(tab, "profile")
    type_in(tab.page, first_name="Ada", last_name="Lovelace")
    open_page(tab, "profile")
    for pause in (0, 20, 100, 300):
        for name in ("Adam", "Ada"):
            tab.page.fill(FIELDS["first_name"], name)
            tab.page.wait_for_timeout(pause)
        tab.page.fill(FIELDS["last_name"], str(pause))
        tab.settle()
        record = look(tab.page).record
        assert (record["first_name"], record["last_name"]) == ("Ada", str(pause))
    record = stored(other)
    assert (record["first_name"], record["last_name"]) == ("Ada", "300")


def test_a_change_is_not_lost_in_silence(app: App, tabs: tuple[Tab, Tab]) -> None:
    """It is told in each style. A style with one writer also saves it with the next change.

    The browser alone can write a record that it keeps. Then nothing was lost.
    """
    tab, other = tabs
    open_page(tab, "profile")
    tab.page.route("**/_dash-update-component*", lambda route: route.abort("connectionreset"))
    tab.page.fill(FIELDS["first_name"], "Ada")
    alert = tab.page.locator("[role=alert]")
    alone = (app.variant.callbacks, app.variant.storage) == ("clientside", "local")
    message = "The server does not answer" if alone else "was not saved"
    tab.until(lambda: message in alert.inner_text())
    tab.page.unroute("**/_dash-update-component*")
    tab.page.fill(FIELDS["last_name"], "Lovelace")
    tab.settle()
    record = stored(other)
    assert record["last_name"] == "Lovelace"
    if app.variant.callbacks in {"merged", "clientside"}:
        assert record["first_name"] == "Ada"
    tab.errors.clear()


@pytest.mark.parametrize("latency", [300, 700])
def test_typing_is_kept_while_the_fields_are_restored(tabs: tuple[Tab, Tab], latency: int) -> None:
    tab, _ = tabs
    open_page(tab, "profile")
    type_in(tab.page, first_name="Old", last_name="Name")
    follow(tab, "home")
    delay(tab, latency)
    tab.page.click("#shell-nav-profile")
    tab.page.click(FIELDS["first_name"])
    tab.page.keyboard.press("Control+a")
    tab.page.keyboard.type("Fresh", delay=60)
    tab.page.wait_for_timeout(3 * latency)
    tab.settle()
    seen = look(tab.page)
    assert seen.inputs == {"first_name": "Fresh", "last_name": "Name", "age": ""}
    assert seen.agrees, seen


def test_a_form_can_be_used_if_its_record_could_not_be_read(tabs: tuple[Tab, Tab]) -> None:
    tab, _ = tabs

    def refuse(route: Route) -> None:
        restores = '"..profile--known.data' in (route.request.post_data or "")
        route.abort() if restores else route.continue_()

    tab.page.route("**/_dash-update-component*", refuse)
    open_page(tab, "profile")
    tab.page.unroute("**/_dash-update-component*")
    assert type_in(tab.page, first_name="Ada").record["first_name"] == "Ada"
    tab.errors.clear()
