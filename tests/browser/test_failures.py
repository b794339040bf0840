"""Whatever answers a callback with something else than its result, the user hears of it.

Reports: webviz-config#462 and plotly/dash#385 (silence), DeFi-Analytics#108 (thanks for nothing).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.support.browser import Tab
from tests.support.pages import open_page
from tests.support.process import free_port
from tests.support.projects import Variant, render, served

from .conftest import Visitors
from .profile import look, type_in

OLD = Variant(storage="local", background="none", callbacks="merged")
NEW = Variant(storage="local", background="none", callbacks="patch")
CALLBACKS = "**/_dash-update-component*"
LOST = "Your last change was not saved."
SIGN_IN = f"{LOST} Reload the page and sign in again."
RELOAD = f"{LOST} Reload the page."
LOGIN = "<!doctype html><title>Sign in</title><form></form>"
HTML = {"Content-Type": "text/html; charset=utf-8"}

ANSWERS = {
    "401": ({"status": 401, "body": "no"}, SIGN_IN),
    "403": ({"status": 403, "body": "no"}, SIGN_IN),
    "login page": ({"status": 200, "body": LOGIN, "headers": HTML}, SIGN_IN),
    "redirection": ({"status": 302, "headers": {"Location": "https://login.example/"}}, SIGN_IN),
    "400": ({"status": 400, "body": "no"}, RELOAD),
    "404": ({"status": 404, "body": "no"}, RELOAD),
    "429": ({"status": 429, "body": "no"}, f"{LOST} Please try again in a minute."),
    "500": ({"status": 500, "body": "no"}, f"{LOST} Try again, or reload the page."),
    "502": ({"status": 502, "body": "no"}, f"{LOST} Please try again in a minute."),
}
FULL = """
    const setItem = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
        if (window.full) throw new DOMException("full", "QuotaExceededError");
        setItem.call(this, key, value);
    };"""
DENIED = """
    for (const name of ["localStorage", "sessionStorage"]) {
        const get = () => { throw new DOMException("denied", "SecurityError"); };
        Object.defineProperty(window, name, { get, configurable: true });
    }"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("failures")
    with served(render(folder, OLD), log=folder / "log") as process:
        yield process.url


@pytest.fixture
def tab(visitors: Visitors, url: str) -> Tab:
    return visitors.tab(url)


def told(tab: Tab) -> str:
    """Wait for the only message, and return it."""
    note = tab.page.locator("[role=alert]")
    tab.until(lambda: note.count() == 1)
    return " ".join(note.inner_text().split())


@pytest.mark.parametrize(("answer", "message"), ANSWERS.values(), ids=ANSWERS)
def test_a_callback_that_is_refused_is_heard_of(
    tab: Tab, answer: dict[str, object], message: str
) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-load")
    look(tab.page)
    tab.page.click("#profile-submit")
    tab.until(lambda: "Thank you" in tab.text("#profile-message"))

    def refuse(route: Route) -> None:
        route.fulfill(**answer)  # type: ignore[arg-type]

    tab.page.route(CALLBACKS, refuse)
    tab.page.click("#profile-submit")
    assert told(tab).endswith(message)
    assert tab.text("#profile-message") == "", "no thanks for what was not saved"
    with tab.page.expect_request(CALLBACKS):
        tab.page.click("#profile-info")
    # It can be pressed again, once Dash has dealt with the answer.
    tab.until(lambda: tab.page.locator("#profile-info[data-loading]").count() == 0)
    tab.page.unroute(CALLBACKS)
    tab.page.click("#profile-submit")
    tab.until(lambda: "Thank you" in tab.text("#profile-message"))


def test_an_answer_that_breaks_off_is_heard_of(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.route(CALLBACKS, lambda route: route.abort("connectionreset"))
    tab.page.click("#profile-load")
    assert told(tab).startswith("The server does not answer")


def test_where_nothing_is_saved_the_message_does_not_tell_of_it(tab: Tab) -> None:
    open_page(tab, "explore")
    tab.page.route(CALLBACKS, lambda route: route.abort("connectionreset"))
    tab.page.click("#explore-export")
    assert told(tab) == "The server does not answer Please try again in a minute."


def test_after_a_redeploy_an_old_tab_is_told_to_reload(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    old, new = render(tmp_path / "old", OLD), render(tmp_path / "new", NEW)
    context = browser.new_context(reduced_motion="reduce")
    with served(old, log=tmp_path / "old.log", port=port) as process:
        tab = Tab(context, process.url)
        open_page(tab, "profile")
    with served(new, log=tmp_path / "new.log", port=port):
        tab.page.fill("#profile-first-name", "Ada")
        assert told(tab) == f"This page is out of date {RELOAD}"
        tab.page.reload()
        open_page(tab, "profile")
        assert type_in(tab.page, first_name="Ada").record["first_name"] == "Ada"
    context.close()


def test_a_full_browser_is_heard_of_and_the_page_goes_on(tab: Tab) -> None:
    tab.page.add_init_script(FULL)
    open_page(tab, "profile")
    assert tab.page.locator("[role=alert]").count() == 0
    tab.page.evaluate("window.full = true")
    assert type_in(tab.page, first_name="Ada").record["first_name"] == "Ada"
    assert told(tab).startswith("Not kept in this browser Its storage is full or switched off.")
    assert tab.errors == []


def test_a_browser_that_denies_storage_is_heard_of_and_the_page_goes_on(tab: Tab) -> None:
    tab.page.add_init_script(DENIED)
    open_page(tab, "profile")
    assert type_in(tab.page, first_name="Ada").record["first_name"] == "Ada"
    assert told(tab).startswith("Not kept in this browser")
    tab.page.click("#shell-theme-toggle")
    tab.until(lambda: tab.page.locator("[data-mantine-color-scheme=dark]").count())
    # Mantine's own line in the page's head asks for the theme before the app can do anything.
    assert {error for error in tab.errors if "denied" not in error} == set()


@pytest.mark.parametrize("debug", [True, False])
def test_dash_shows_an_error_in_debug_mode_and_there_alone(
    browser: Browser, tmp_path: Path, debug: bool
) -> None:
    project = render(tmp_path, OLD)
    with (project / "myapp/pages/explore/data.py").open("a") as file:
        file.write("\n\ndef summary(_table: object) -> None:\n    raise RuntimeError('secret')\n")
    env = {"APP_DEBUG": str(debug)}
    context = browser.new_context(reduced_motion="reduce")
    with served(project, log=tmp_path / "log", server="dev", env=env, warm=False) as process:
        tab = Tab(context, process.url)
        tab.go("/explore")
        if debug:
            tab.page.wait_for_selector(".dash-error-card >> text=Callback error updating")
            assert tab.page.locator("[role=alert]").count() == 0
        else:
            assert told(tab).startswith("Something went wrong The log has the details")
            assert tab.page.locator(".dash-error-card").count() == 0
        assert any("secret" in error for error in tab.errors) == debug
    assert "RuntimeError: secret" in (tmp_path / "log").read_text()
    context.close()
