"""Numbers and days in the visitor's form, which the browser sends with each question."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from math import floor, log10
from typing import Any

# Signs that stand before the number where a visitor's language has it so, as in `dataset.js`.
CURRENCIES = ("$", "€", "£", "¥", "R$", "₹", "₩", "₽", "₺", "₫", "₴", "₱", "₪", "₦", "฿")

SIZES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


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


def sized(value: float) -> tuple[float, str]:
    """Return the size by which a number is written, and its sign: 1e6 and M."""
    size = float(f"{abs(value):.4g}")
    if size >= 1e15 or 0 < size < 1e-4:
        power = max(floor(log10(size)), -300)
        return 10.0**power, f"e{power}"
    known = (size >= max(least, 1e4) for least, _ in SIZES)
    return next((one for one, fits in zip(SIZES, known, strict=True) if fits), (1.0, ""))


def parts(value: float) -> tuple[float, str, int]:
    """Return the size, the sign and the decimals by which a number is written in few digits."""
    size, sign = sized(value)
    if sign:
        text = f"{value / size:.{2 if abs(value) < 10 * size else 1}f}".rstrip("0")
        return size, sign, len(text.partition(".")[2])
    if float(value).is_integer():
        return size, sign, 0
    # Two digits that say something: 7.25, 0.05, 0.0023.
    return size, sign, max(2, 1 - floor(log10(abs(value)))) if abs(value) < 0.01 else 2


def short(value: float) -> str:
    """Return a number by few digits: 3.05M, 433.6k, 8,500, 7.25, 4e-7."""
    size, sign, decimals = parts(value)
    return number(value / size, decimals) + sign


def alike(values: Iterable[float]) -> list[str]:
    """Return numbers that stand below each other, with equal decimals: 32.4k above 29.0k."""
    known = [(value, *parts(value)) for value in values]
    most: dict[str, int] = {}
    for _, _, sign, decimals in known:
        most[sign] = max(most.get(sign, 0), min(decimals, 2))
    return [
        number(value / size, max(decimals, most[sign])) + sign
        for value, size, sign, decimals in known
    ]


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit: a currency where the visitor puts it."""
    before = current.get().before
    if unit in CURRENCIES and before:
        return f"-{unit}{text[1:]}" if text.startswith("-") else f"{unit}{text}"
    if unit == "%" and before:  # the same languages write it without a space
        return f"{text}%"
    return f"{text}\u00a0{unit}" if unit else text


def moment(value: Any) -> str:
    """Return a day or a time, given as one or as its ISO text. Another text stays as it is."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = (datetime if len(value) > 10 else date).fromisoformat(value)
    form = current.get().day
    if isinstance(value, datetime):
        form += " %H:%M:%S" if value.second else " %H:%M"
    return value.strftime(form) if isinstance(value, date) else str(value)
