"""The Profile page: the record equals the inputs, in every callback style, with every storage.

All the checks of one app share one page: most of the time goes into starting the server and
loading the page. In the end a table says what a Load costs, as `docs/callbacks.md` shows it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, product
from pathlib import Path

import pytest

from tests.support.browser import Exchange, Tab, Window
from tests.support.pages import follow, open_page
from tests.support.process import free_port
from tests.support.projects import Variant, choices, render, served
from tests.support.services import Services

from .accessibility import check_nothing_is_seriously_inaccessible
from .conftest import CONTRACT, PARTS, App, serve, visitor, with_each_app
from .profile import DEBOUNCE, load, load_in_haste, look, type_in

IN_THE_BROWSER = {"memory", "session", "local"}

# Requests a Load, its own included; the read-back that fills `profile-record` is left out.
BUDGET = {"merged": 2, "chained": 5, "split": 5, "patch": 4, "clientside": 2}
BYTES = 4000

MEGABYTE = "1000000 characters"
NOTE = {
    "action": "show",
    "id": "note",
    "title": "That did not work",
    "message": "A message",
    "color": "red",
    "autoClose": False,
}
NOTES = {"sendNotifications": [NOTE]}
EMPTY = {"first_name": None, "last_name": None, "age": None, "info": None}


@dataclass
class Cost:
    """What a Load costs on average: requests, and bytes each way."""

    requests: float
    up: float
    down: float

    @classmethod
    def of(cls, loads: int, exchanges: list[Exchange]) -> "Cost":
        readers = ("profile-record.children", "extra-")
        own = [each for each in exchanges if not each.output.startswith(readers)]
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
        for (style, storage), (small, large) in sorted(self.measured.items()):
            lines.append(
                f"| {style} | {storage} | {small.requests:g} | {small.up:.0f} / {small.down:.0f}"
                f" | {large.up:.0f} / {large.down:.0f} |"
            )
        return "\n".join(lines)


@pytest.fixture(scope="session")
def costs(request: pytest.FixtureRequest) -> Iterator[Costs]:
    costs = Costs()
    yield costs
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n\n{costs}")


def check_a_first_visit_has_no_record_and_one_field_writes_one(tab: Tab) -> None:
    assert look(tab.page).record == EMPTY
    assert tab.text("#profile-saved") == "", "nothing has changed yet"
    assert type_in(tab.page, last_name="Byron").record == EMPTY | {"last_name": "Byron"}
    tab.until(lambda: "Store changed at" in tab.text("#profile-saved"))


def check_submit_reads_the_fields_and_names_what_is_missing(tab: Tab) -> None:
    tab.page.click("#profile-submit")
    tab.until(lambda: "Still missing" in tab.text("#profile-message"))
    tab.page.click("#profile-load")
    assert look(tab.page).agrees
    tab.page.click("#profile-submit")
    tab.until(lambda: "Thank you, " in tab.text("#profile-message"))


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


def check_the_last_letter_wins(tab: Tab) -> None:
    name = "Wilhelmina"
    tab.page.locator("#profile-first-name").fill("")
    tab.page.locator("#profile-first-name").press_sequentially(name, delay=60)
    assert type_in(tab.page, first_name=name).record["first_name"] == name


def check_typing_during_the_slow_look_up(tab: Tab) -> None:
    before = look(tab.page).record["info"]
    tab.page.click("#profile-info")
    assert type_in(tab.page, first_name="Grace").record["first_name"] == "Grace"
    tab.page.fill("#profile-last-name", "Hopper")
    tab.until(lambda: look(tab.page).record["info"] != before)
    seen = type_in(tab.page, last_name="Hopper")
    assert (seen.record["first_name"], seen.record["last_name"]) == ("Grace", "Hopper")
    assert seen.agrees


def check_clearing(tab: Tab) -> None:
    before = look(tab.page).record
    after = type_in(tab.page, first_name="", last_name="", age="").record
    assert after == before | {"first_name": "", "last_name": "", "age": ""}


def check_coming_back_with_a_megabyte(tab: Tab) -> None:
    before = look(tab.page).record
    follow(tab, "extra")
    tab.page.click("#extra-store")
    tab.until(lambda: tab.text("#extra-size") == MEGABYTE)
    follow(tab, "profile")
    seen = look(tab.page)
    assert seen.record == before, "the page's arrival has changed the record"
    assert seen.agrees


def check_everybody_can_use_it(tab: Tab) -> None:
    tab.page.click("#profile-load")
    tab.page.evaluate("note => dash_clientside.set_props('shell-notifications', note)", NOTES)
    tab.page.wait_for_selector("text=A message")
    tab.settle()
    check_nothing_is_seriously_inaccessible(tab)


def check_style(tab: Tab) -> None:
    """Drive one page through what races: many Loads, and typing in all ways."""
    open_page(tab, "profile")
    check_a_first_visit_has_no_record_and_one_field_writes_one(tab)
    check_loads(tab)
    check_names_typed_without_a_pause(tab)
    check_typing_during_the_slow_look_up(tab)
    check_clearing(tab)


def check_everything(tab: Tab) -> tuple[Cost, Cost]:
    """Drive one page through all the checks; return what a Load costs, before and with 1 MB."""
    check_style(tab)
    check_submit_reads_the_fields_and_names_what_is_missing(tab)
    check_loads_in_haste(tab)
    check_the_last_letter_wins(tab)
    small = measure(tab)
    check_coming_back_with_a_megabyte(tab)
    large = measure(tab)
    follow(tab, "extra")
    tab.until(lambda: tab.text("#extra-size") == MEGABYTE)
    return small, large


def measure(tab: Tab, loads: int = 2) -> Cost:
    load(tab.page, 1)  # a Load of what the record has already costs less
    tab.settle()
    before = len(tab.exchanges)
    assert all(seen.agrees for seen in load(tab.page, loads, pause=DEBOUNCE + 50))
    tab.settle()
    return Cost.of(loads, tab.exchanges[before:])


@pytest.mark.first_for_each("storage", "callbacks")
@with_each_app
def test_profile_on_gunicorn(tab: Tab, app: App, costs: Costs) -> None:
    chosen = app.variant.answers()
    storage, style = chosen["storage"], chosen["callbacks"]
    small, large = check_everything(tab)
    follow(tab, "profile")
    check_everybody_can_use_it(tab)
    costs.measured[style, storage] = small, large
    budget = 1 if style == "clientside" and storage in IN_THE_BROWSER else BUDGET[style]
    for cost in (small, large):
        assert cost.requests <= budget
        assert cost.up < BYTES
        assert cost.down < BYTES


def test_the_contract_has_every_style_with_every_storage() -> None:
    seen = {(v.answers()["storage"], v.answers()["callbacks"]) for v in CONTRACT}
    assert seen == {*product(choices("storage"), choices("callbacks"))}


def every_style_and_every_storage() -> list[Variant]:
    """Return variants for the other server. Their pairs meet on gunicorn."""
    chosen = zip(choices("storage"), cycle(choices("callbacks")), strict=False)
    return [Variant(storage=storage, callbacks=style) for storage, style in chosen]


@pytest.fixture(scope="session")
def development_port() -> int:
    """Return one more port: on the other, the app of the test before may still be served."""
    return free_port()


@pytest.mark.parametrize("variant", every_style_and_every_storage(), ids=str)
def test_profile_on_the_development_server(
    variant: Variant, window: Window, services: Services, development_port: int, tmp_path: Path
) -> None:
    with (
        serve(tmp_path, variant, services, port=development_port, server="dev") as app,
        visitor(window, app.url) as open_tab,
    ):
        check_style(open_tab())


def test_the_checks_catch_a_record_that_is_written_back_whole(
    window: Window, tmp_path: Path
) -> None:
    project = render(tmp_path, Variant(storage="memory", callbacks="merged"))
    shutil.copy(PARTS / "naive.py", project / "myapp/pages/profile/callbacks.py")
    with (
        served(project, log=tmp_path / "log", jitter=True, port=free_port()) as process,
        visitor(window, process.url) as open_tab,
    ):
        tab = open_tab()
        open_page(tab, "profile")
        with pytest.raises(AssertionError, match="differs from the inputs"):
            check_loads(tab)
