"""Fields of a form: the record holds what the visitor sees, in every callback style."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Tab
from tests.support.process import Process
from tests.support.projects import Variant, choices, render, served

FIELDS = [
    {"name": "customer"},
    {"name": "amount", "type": "number"},
    {"name": "second", "type": "number"},
]
FORM = [{"name": "orders", "kind": "form", "fields": FIELDS}]
AMOUNT = "#orders-amount"
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
    browser: Browser, app: Process, locale: str
) -> None:
    tab = Tab(browser.new_context(locale=locale), app.url)
    open_form(tab)
    for text, (seen, number) in NUMBERS[locale].items():
        for give in (tab.page.keyboard.type, tab.page.keyboard.insert_text):
            tab.page.fill(AMOUNT, "")
            assert recorded(tab, "amount") in (None, "")
            tab.page.focus(AMOUNT)
            give(text)
            assert tab.page.input_value(AMOUNT) == seen
            record_holds(tab, "amount", number)
            tab.page.focus("#orders-customer")
            assert (tab.page.input_value(AMOUNT), recorded(tab, "amount")) == (seen, number)
    open_form(tab)
    assert (tab.page.input_value(AMOUNT), recorded(tab, "amount")) == (seen, number)
    assert tab.errors == []
    tab.page.context.close()
