"""Numbers and days in the visitor's form, which the browser sends with each question."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from math import floor, log10
from typing import Any

# Signs that stand before the number where a visitor's language has it so, as in `dataset.js`.
CURRENCIES = ("$", "€", "£", "¥", "R$", "₹", "₩", "₽", "₺", "₫", "₴", "₱", "₪", "₦", "฿")


@dataclass(frozen=True)
class Language:
    """How a visitor writes: the marks of numbers, the place of a currency, and a day's form."""

    decimal: str = "."
    group: str = ","
    before: bool = True
    day: str = "%Y-%m-%d"


USUAL = Language()
current: ContextVar[Language] = ContextVar("current", default=USUAL)


@contextmanager
def spoken(given: Mapping[str, Any] | None) -> Iterator[None]:
    """Use the language that the browser has sent."""
    # A browser may send anything. Values of another type are left out.
    words: dict[str, Any] = {
        name: value
        for name, usual in asdict(USUAL).items()
        if type(value := (given or {}).get(name)) is type(usual) and len(str(value)) <= 20
    }
    token = current.set(replace(USUAL, **words))
    try:
        yield
    finally:
        current.reset(token)


def number(value: float, digits: int = 0) -> str:
    """Return a number with its digits after the mark."""
    language = current.get()
    marks = str.maketrans({",": language.group, ".": language.decimal})
    return f"{value:,.{digits}f}".translate(marks)


def short(value: float) -> str:
    """Return a number by few digits: 1.4M, 433.6k, 8,500, 7.25."""
    for size, sign in ((1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{number(value / (1e3 if size == 1e4 else size), 1)}{sign}"
    if float(value).is_integer():
        return number(value)
    # Two digits that say something: 7.25, 0.05, 0.0023.
    return number(value, max(2, min(1 - floor(log10(abs(value))), 15)) if abs(value) < 0.01 else 2)


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit: a currency where the visitor puts it."""
    if unit in CURRENCIES and current.get().before:
        return f"-{unit}{text[1:]}" if text.startswith("-") else f"{unit}{text}"
    return f"{text}\u00a0{unit}" if unit else text


def moment(value: Any) -> str:
    """Return a day or a time, given as one or as its ISO text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    form = current.get().day
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        form += " %H:%M" + (":%S" if value.second else "")
    return value.strftime(form) if isinstance(value, date) else str(value)
