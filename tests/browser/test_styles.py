"""Every callback style keeps the record equal to the inputs, with every storage.

All the checks of one combination share one page: most of the time goes into starting the server
and loading the page. In the end a table says what a Load costs, as `docs/callbacks.md` shows it.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.support.browser import Exchange, Tab
from tests.support.process import free_port
from tests.support.projects import Variant, choices, render, served
from tests.support.services import Services

from .profile import DEBOUNCE, load, load_in_haste, look, type_in

PARTS = Path(__file__).parent / "parts"
STORAGES = choices("storage")
STYLES = choices("callbacks")
IN_THE_BROWSER = {"memory", "session", "local"}

# Requests a Load, its own included; the read-back that fills `profile-record` is left out.
BUDGET = {"merged": 2, "chained": 5, "split": 5, "patch": 4, "clientside": 2}
BYTES = 4000

READY = "#profile-record:has-text('info')"
MEGABYTE = "1000000 characters"
SETTINGS = {"STORAGE_LIMIT": "2000000"}
EMPTY = {"first_name": None, "last_name": None, "age": None, "info": None}


@dataclass
class Cost:
    """What a Load costs on average: requests, and bytes each way."""

    requests: float
    up: float
    down: float

    @classmethod
    def of(cls, loads: int, exchanges: list[Exchange]) -> "Cost":
        own = [each for each in exchanges if each.output != "profile-record.children"]
        return cls(
            requests=len(own) / loads,
            up=sum(each.up for each in own) / loads,
            down=sum(each.down for each in own) / loads,
        )


@dataclass
class Costs:
    """What a Load costs with a small record and with one of 1 MB."""

    measured: dict[tuple[str, str], tuple[Cost, Cost]] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = ["| Style | Storage | Requests | Up / down | Up / down at 1 MB |", "|" + "---|" * 5]
        for (style, storage), (small, large) in self.measured.items():
            lines.append(
                f"| {style} | {storage} | {small.requests:g} | {small.up:.0f} / {small.down:.0f}"
                f" | {large.up:.0f} / {large.down:.0f} |"
            )
        return "\n".join(lines)


@pytest.fixture(scope="module")
def costs(request: pytest.FixtureRequest) -> Iterator[Costs]:
    costs = Costs()
    yield costs
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n\n{costs}")


@pytest.fixture(scope="module")
def port() -> int:
    """Return one port for all: at one address, the browser keeps the scripts."""
    return free_port()


OpenProfile = Callable[..., Tab]


@pytest.fixture
def open_profile(
    window: BrowserContext,
    services: Services,
    tmp_path: Path,
    port: int,
) -> Iterator[OpenProfile]:
    """Return what serves a variant and opens its Profile page; nobody may have complained."""
    stack = ExitStack()
    tabs: list[Tab] = []

    def open_profile(storage: str, style: str, server: str, part: Path | None = None) -> Tab:
        variant = Variant(storage=storage, callbacks=style)
        project = render(tmp_path, variant)
        shutil.copy(PARTS / "notes.py", project / "myapp" / "pages")
        if part:
            shutil.copy(part, project / "myapp" / "profile_callbacks.py")
        process = stack.enter_context(
            served(
                project,
                log=tmp_path / "log",
                server=server,
                jitter=True,
                port=port,
                env={**services.env(variant), **SETTINGS},
            )
        )
        tab = Tab(window, process.url)
        tabs.append(tab)
        tab.page.goto(f"{process.url}/profile")
        tab.page.wait_for_selector(READY)
        return tab

    with stack:
        yield open_profile
        for tab in tabs:
            tab.page.evaluate("localStorage.clear()")
            tab.page.close()
        window.clear_cookies()
    assert [error for tab in tabs for error in tab.errors] == []
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log, log


def check_loads(tab: Tab) -> None:
    """Each of twenty Loads leaves the record equal to the inputs."""
    seen = load(tab.page, 20)
    assert seen[-1].agrees, (
        f"the record differs from the inputs after {len(seen)} Loads: {seen[-1]}"
    )
    assert len(seen) == 20


def check_loads_in_haste(tab: Tab) -> None:
    seen = load_in_haste(tab.page, 8)
    assert seen.agrees, seen


def check_names_typed_without_a_pause(tab: Tab) -> None:
    for first, last in (("Ada", "Lovelace"), ("Florence", "Nightingale"), ("Ben", "Franklin")):
        record = type_in(tab.page, first_name=first, last_name=last).record
        assert (record["first_name"], record["last_name"]) == (first, last)


def check_typing_during_the_slow_look_up(tab: Tab) -> None:
    tab.page.click("#profile-info")
    assert type_in(tab.page, first_name="Grace").record["first_name"] == "Grace"
    tab.page.fill("#profile-last-name", "Hopper")
    tab.until(lambda: '"info": null' not in tab.text("#profile-record"))
    seen = type_in(tab.page, last_name="Hopper")
    assert (seen.record["first_name"], seen.record["last_name"]) == ("Grace", "Hopper")
    assert seen.agrees


def check_clearing(tab: Tab) -> None:
    before = look(tab.page).record
    after = type_in(tab.page, first_name="", last_name="", age="").record
    assert after == before | {"first_name": "", "last_name": "", "age": ""}


def check_coming_back_with_a_megabyte(tab: Tab) -> None:
    before = look(tab.page).record
    tab.page.click("#nav-notes")
    tab.page.click("#notes-store")
    tab.until(lambda: tab.text("#notes-size") == MEGABYTE)
    tab.page.click("#nav-profile")
    tab.page.wait_for_selector(READY)
    seen = look(tab.page)
    assert seen.record == before, "the page's arrival has changed the record"
    assert seen.agrees


def check_combination(tab: Tab) -> tuple[Cost, Cost]:
    """Drive one page through all the checks; return what a Load costs, before and with 1 MB."""
    assert look(tab.page).record == EMPTY
    assert type_in(tab.page, last_name="Byron").record == EMPTY | {"last_name": "Byron"}
    check_loads(tab)
    check_loads_in_haste(tab)
    check_names_typed_without_a_pause(tab)
    check_typing_during_the_slow_look_up(tab)
    check_clearing(tab)
    small = measure(tab)
    check_coming_back_with_a_megabyte(tab)
    large = measure(tab)
    tab.page.click("#nav-notes")
    tab.until(lambda: tab.text("#notes-size") == MEGABYTE)
    return small, large


def measure(tab: Tab, loads: int = 2) -> Cost:
    before = len(tab.exchanges)
    assert all(seen.agrees for seen in load(tab.page, loads, pause=DEBOUNCE + 50))
    return Cost.of(loads, tab.exchanges[before:])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("storage", STORAGES)
def test_style_on_gunicorn(
    storage: str, style: str, open_profile: OpenProfile, costs: Costs
) -> None:
    small, large = check_combination(open_profile(storage, style, "gunicorn"))
    costs.measured[style, storage] = small, large
    budget = 1 if style == "clientside" and storage in IN_THE_BROWSER else BUDGET[style]
    for cost in (small, large):
        assert cost.requests <= budget
        assert cost.up < BYTES
        assert cost.down < BYTES


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("storage", STORAGES)
def test_style_on_the_development_server(
    storage: str, style: str, open_profile: OpenProfile
) -> None:
    check_combination(open_profile(storage, style, "dev"))


def test_the_checks_catch_a_record_that_is_written_back_whole(open_profile: OpenProfile) -> None:
    tab = open_profile("memory", "merged", "gunicorn", part=PARTS / "naive.py")
    with pytest.raises(AssertionError, match="differs from the inputs"):
        check_loads(tab)
