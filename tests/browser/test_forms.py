"""Fields of a form: the record holds what the visitor sees, in every callback style."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.browser import Tab
from tests.support.process import Process
from tests.support.projects import Variant, choices, render, served

from .accessibility import check_nothing_is_seriously_inaccessible
from .conftest import Visitors

FIELDS = [
    {"name": "customer"},
    {"name": "amount", "type": "number"},
    {"name": "second", "type": "number"},
    {"name": "due", "type": "date"},
]
FORM = [{"name": "orders", "kind": "form", "fields": FIELDS}]
AMOUNT = "#orders-amount"
DUE = "#orders-due"
# What a visitor types, sees at once, and has in the record.
NUMBERS = {
    "en-US": {
        "1,234": ("1,234", 1234),
        "1,234.56": ("1,234.56", 1234.56),
        "1234.56": ("1,234.56", 1234.56),
        "-5.5": ("-5.5", -5.5),
        "1.234,56": ("1.23456", 1.23456),
        "1,234,567": ("1,234,567", 1234567),
    },
    "de-DE": {
        "1.234": ("1.234", 1234),
        "1.234,56": ("1.234,56", 1234.56),
        "1234,56": ("1.234,56", 1234.56),
        "-5,5": ("-5,5", -5.5),
        "1,234.56": ("1,23456", 1.23456),
        "1.234.567": ("1.234.567", 1234567),
    },
    "fr-FR": {"1 234,56": ("1\u202f234,56", 1234.56)},
    "ar-EG": {"1234.5": ("1,234.5", 1234.5)},
}


@pytest.fixture(scope="module", params=choices("callbacks"))
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """Serve a form in each callback style."""
    folder = tmp_path_factory.mktemp("form")
    project = render(folder, Variant(storage="local", callbacks=request.param), pages=FORM)
    with served(project, log=folder / "log", jitter=True) as process:
        yield process


def open_form(tab: Tab) -> None:
    tab.go("/orders")
    tab.page.wait_for_selector("#orders-form:not([disabled])")
    tab.settle()


def recorded(tab: Tab, field: str) -> Any:
    tab.settle()
    return json.loads(tab.text("#orders-record"))[field]


def record_holds(tab: Tab, field: str, value: Any) -> None:
    tab.until(lambda: recorded(tab, field) == value, timeout=5)


@pytest.mark.parametrize("locale", NUMBERS)
def test_a_number_is_stored_as_the_visitor_sees_it(
    visitors: Visitors, app: Process, locale: str
) -> None:
    tab = visitors.tab(app.url, locale=locale)
    open_form(tab)
    for text, (seen, number) in NUMBERS[locale].items():
        for give in (tab.page.keyboard.type, tab.page.keyboard.insert_text):
            tab.page.fill(AMOUNT, "")
            tab.until(lambda: recorded(tab, "amount") in (None, ""), timeout=5)
            tab.page.focus(AMOUNT)
            give(text)
            assert tab.page.input_value(AMOUNT) == seen
            record_holds(tab, "amount", number)
            tab.page.focus("#orders-customer")
            record_holds(tab, "amount", number)
            assert tab.page.input_value(AMOUNT) == seen
    open_form(tab)
    assert (tab.page.input_value(AMOUNT), recorded(tab, "amount")) == (seen, number)
    assert tab.errors == []


def type_day(tab: Tab, keys: str) -> None:
    """Type the parts of a day, in the order of the language of the test's browser."""
    tab.page.focus("#orders-second")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.type(keys)


def test_a_day_is_typed_or_set_and_cleared_and_comes_back(visitors: Visitors, app: Process) -> None:
    tab = visitors.tab(app.url)
    open_form(tab)
    for keys, day in (("12312026", "2026-12-31"), ("03/04/2027", "2027-03-04")):
        type_day(tab, keys)
        record_holds(tab, "due", day)
        assert tab.page.input_value(DUE) == day
    open_form(tab)
    assert (tab.page.input_value(DUE), recorded(tab, "due")) == ("2027-03-04", "2027-03-04")
    tab.page.fill(DUE, "")
    record_holds(tab, "due", "")
    type_day(tab, "02312026")  # there is no 31 February
    assert (tab.page.input_value(DUE), recorded(tab, "due")) == ("", "")
    open_form(tab)
    assert (tab.page.input_value(DUE), recorded(tab, "due")) == ("", "")
    tab.page.click("#orders-load")
    record_holds(tab, "due", "2026-01-31")
    assert tab.page.input_value(DUE) == "2026-01-31"
    check_nothing_is_seriously_inaccessible(tab)
    assert tab.errors == []


def test_a_click_marks_the_empty_fields_until_they_are_filled(
    visitors: Visitors, app: Process
) -> None:
    tab = visitors.tab(app.url)
    open_form(tab)
    marked = tab.page.locator("#orders-form [aria-invalid=true]")
    assert marked.count() == 0
    tab.page.fill(AMOUNT, "0")
    tab.page.click("#orders-submit")
    tab.until(lambda: "Still missing" in tab.text("#orders-message"))
    tab.until(lambda: marked.count() == len(FIELDS) - 1)
    assert tab.page.get_attribute(AMOUNT, "aria-invalid") != "true"
    tab.page.fill("#orders-customer", "Ann")
    tab.until(lambda: marked.count() == len(FIELDS) - 2)
    tab.page.fill("#orders-second", "2")
    tab.page.fill(DUE, "2024-05-06")
    tab.until(lambda: marked.count() == 0)
    tab.page.click("#orders-submit")
    tab.until(lambda: "Thank you, Ann" in tab.text("#orders-message"))
    assert marked.count() == 0
    assert tab.errors == []
