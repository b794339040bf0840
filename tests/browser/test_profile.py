"""The Profile page: the record equals the inputs, whatever keeps it and wherever it is shown."""

import json
import random
from typing import Any

import pytest

from tests.support.browser import Tab
from tests.support.pages import follow, open_page
from tests.support.projects import GROWN, vary

from .profile import FIELDS

pytestmark = pytest.mark.parametrize(
    "app", [*vary("storage", "layout"), GROWN], indirect=True, ids=str, scope="module"
)


def inputs(tab: Tab) -> dict[str, str]:
    return {field: tab.page.input_value(selector) for field, selector in FIELDS.items()}


def record(tab: Tab) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(tab.text("#profile-record"))
    return values


def stored(tab: Tab) -> dict[str, str]:
    """Return the record as the inputs would show it."""
    values = record(tab)
    return {field: "" if values[field] is None else str(values[field]) for field in FIELDS}


def test_a_first_visit_has_no_record_and_writes_none(tab: Tab) -> None:
    open_page(tab, "profile")
    assert record(tab) == {"first_name": None, "last_name": None, "age": None, "info": None}
    tab.page.fill("#profile-first-name", "Ada")
    tab.until(lambda: record(tab)["first_name"] == "Ada")


def test_twenty_loads_in_a_row_leave_the_record_equal_to_the_inputs(tab: Tab) -> None:
    open_page(tab, "profile")
    pause = random.Random(1)
    for number in range(1, 21):
        tab.page.click("#profile-load")
        tab.page.wait_for_timeout(pause.uniform(0, 50))
        if number % 4 == 0:
            tab.settle()
            assert stored(tab) == inputs(tab), f"after {number} loads"
            assert all(inputs(tab).values())


def test_both_names_typed_without_a_pause_arrive(tab: Tab) -> None:
    open_page(tab, "profile")
    for first, last in (("Ada", "Lovelace"), ("Florence", "Nightingale"), ("Ben", "Franklin")):
        tab.page.fill("#profile-first-name", first)
        tab.page.fill("#profile-last-name", last)
        tab.page.wait_for_timeout(250)
        tab.settle()
        assert stored(tab) | {"age": ""} == {"first_name": first, "last_name": last, "age": ""}


def test_letter_by_letter_the_last_one_wins(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.locator("#profile-first-name").press_sequentially("Wilhelmina", delay=230)
    tab.settle()
    assert record(tab)["first_name"] == "Wilhelmina"


def test_typing_goes_on_while_the_slow_look_up_runs(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-load")
    tab.settle()
    tab.page.click("#profile-info")
    tab.page.fill("#profile-first-name", "Grace")
    tab.until(lambda: record(tab)["first_name"] == "Grace", timeout=0.9)
    assert record(tab)["info"] is None, "the look-up should still be under way"
    tab.page.fill("#profile-last-name", "Hopper")
    tab.until(lambda: record(tab)["info"])
    tab.settle()
    assert stored(tab) == inputs(tab)
    assert record(tab)["last_name"] == "Hopper"


def test_a_cleared_field_is_cleared_in_the_record(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-load")
    tab.settle()
    for selector in FIELDS.values():
        tab.page.fill(selector, "")
        tab.page.wait_for_timeout(250)
        tab.settle()
    assert stored(tab) == {"first_name": "", "last_name": "", "age": ""}


def test_the_record_comes_back_with_the_page(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-load")
    tab.settle()
    before = inputs(tab)
    follow(tab, "home")
    follow(tab, "profile")
    tab.until(lambda: inputs(tab) == before)
    tab.settle()
    assert stored(tab) == before


def test_submit_reads_the_fields_and_names_what_is_missing(tab: Tab) -> None:
    open_page(tab, "profile")
    tab.page.click("#profile-submit")
    tab.until(lambda: "Still missing" in tab.text("#profile-message"))
    tab.page.click("#profile-load")
    tab.settle()
    tab.page.click("#profile-submit")
    tab.until(lambda: "Thank you, Ada Lovelace (36)" in tab.text("#profile-message"))
