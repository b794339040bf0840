"""JSON, an object a line or a list of objects, read as rows of cells.

An object within an object gives columns such as `customer.city`. A list is a text.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .reading import DAMAGED, Native, ReadingError, Rows, Source, opened

SURROGATE = re.compile("[\ud800-\udfff]")  # half a sign, which no encoding can write
EXACT = 17  # characters of figures that surely have all of their digits
LARGEST = 200_000_000  # bytes of a list, which is read at once


def lines(source: Source, path: Path) -> Rows:
    """Yield the names of all columns, and then each object with its line or number.

    Raises:
        ReadingError: A line is no object.
    """
    names: dict[str, None] = {}
    for _, found in objects(source, path):
        names.update(dict.fromkeys(found))
    if names:
        yield 0, list(names)
    for line, found in objects(source, path):
        if any(cell.strip() for cell in found.values()):
            yield line, [found.get(name, "") for name in names]


def objects(source: Source, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each object as cells by the names of their columns."""
    try:
        with opened(path, source.encoding) as file:
            start = ""
            while start.strip() == "" and (sign := file.read(1)):
                start = sign
            file.seek(0)
            if start == "[":
                if path.stat().st_size > LARGEST:
                    raise ReadingError("a list this large has to be JSON lines, an object a line")
                listed: Iterable[tuple[int, Any]] = enumerate(parsed(file.read(), 1), 1)
            else:
                listed = ((n, parsed(line, n)) for n, line in enumerate(file, 1) if line.strip())
            for number, value in listed:
                if not isinstance(value, dict):
                    raise ReadingError(f"line {number} is no object")
                yield number, flat(value, number)
    except UnicodeError as error:
        raise ReadingError(f"not in the encoding {source.encoding}: {error}") from error
    except (OSError, *DAMAGED) as error:
        raise ReadingError(f"the file is damaged: {error}") from error


def parsed(text: str, line: int) -> Any:
    """Return a value of JSON. Its figures keep their digits."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        known = dict(found)
        if len(known) < len(found):
            raise ReadingError(f"line {line} has a name twice in one object")
        return known

    try:
        return json.loads(text, parse_int=Native, parse_float=figure, object_pairs_hook=pairs)
    except ValueError as error:
        if isinstance(error, ReadingError):
            raise
        raise ReadingError(f"line {line} is no JSON: {error}") from error
    except RecursionError as error:
        raise ReadingError(f"line {line} has too many levels") from error


def figure(digits: str) -> Native:
    """Return a figure. Whole ones are often written with a decimal point."""
    exact = len(digits) < EXACT or abs(float(digits)) <= 2**53
    return Native(digits.removesuffix(".0") if exact else digits)


def flat(value: dict[str, Any], line: int) -> dict[str, str]:
    """Return the values of an object as cells by the names of their columns."""
    cells: dict[str, str] = {}
    try:
        flatten(value, "", cells, line)
    except RecursionError as error:
        raise ReadingError(f"line {line} has too many levels") from error
    return cells


def flatten(value: dict[str, Any], before: str, cells: dict[str, str], line: int) -> None:
    """Add the values of an object to the cells, those of an inner object with its name before."""
    for key, one in value.items():
        name = f"{before}{plain(key)}"
        if isinstance(one, dict) and one:
            flatten(one, f"{name}.", cells, line)
        elif name in cells:
            raise ReadingError(f"line {line} has the column {name!r} twice")
        else:
            cells[name] = plain(one)


def plain(value: Any) -> str:
    """Return a value as text. NaN is none."""
    match value:
        case str():
            return value if value.isascii() else SURROGATE.sub("\ufffd", value)
        case None:
            return ""
        case bool():
            return Native(str(value).lower())
        case float():
            return "" if value != value else str(value)
        case list():
            return ", ".join(map(plain, value))
    return "; ".join(f"{plain(name)}: {plain(one)}" for name, one in value.items())
