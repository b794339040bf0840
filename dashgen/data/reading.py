"""A file with a table, read by its description: rows of cells, and their values.

Nothing is guessed here. A cell that does not fit its description is an error with its line.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from io import TextIOWrapper
from itertools import chain, islice
from math import isinf
from pathlib import Path
from typing import Any

CELL = 10_000_000  # characters that a cell may have
csv.field_size_limit(CELL)
SAMPLE = 200  # rows below a header that show its width
# The errors that a damaged compressed file raises.
DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)

# A text may be called NA or None. A number may not.
MISSING = {
    "",
    "-",
    "--",
    "n/a",
    "null",
    r"\n",  # MySQL's \N
    "#n/a",
    "#ref!",
    "#div/0!",
    "#value!",
    "#name?",
    "#num!",
    "#null!",
}
NO_VALUE = MISSING | {"na", "nan", "none", "nil", "\u2013", "\u2014", "?", ".", "(null)", "<na>"}
TRUE = {"true", "yes", "y", "t", "ja", "wahr", "oui", "vrai", "si", "s\u00ed", "1", "1.0"}
FALSE = {"false", "no", "n", "f", "nein", "falsch", "non", "faux", "0", "0.0"}

CURRENCIES = (
    r"R\$|[$\u20ac\u00a3\u00a5\u20b9\u20a9\u20bd\u20ba\u20ab\u20b4\u20b1\u20aa\u20a6\u0e3f]"
    r"|kr\.?|z\u0142|K\u010d|Ft|EUR|USD|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SGD|HKD|SEK|NOK|DKK"
    r"|PLN|CZK|HUF|BRL|MXN|ZAR|KRW|TRY"
)
NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+\u2212])?\s*(?P<before>{CURRENCIES})?\s*(?P<inner>[-+\u2212])?"
    r"(?P<digits>[0-9][0-9.,' \u00a0\u202f\u2019]*|[.,][0-9]+)(?P<exponent>[eE][-+]?[0-9]+)?"
    rf"\s*(?P<close>\))?\s*(?P<after>%|{CURRENCIES})?(?P<last>\))?"
)
OTHER_DIGIT = re.compile(r"[^\D0-9]")  # such as those of Arabic, which DuckDB does not read
SPACES = re.compile("[' \u00a0\u202f\u2019]")
GROUPS = {
    mark: re.compile(r"[1-9][0-9]{0,2}([" + mark + r"][0-9]{3})+|[0-9]+")
    for mark in (",", ".", SPACES.pattern[1:-1])
}
# Indian: two digits between commas, and the last three.
GROUPS["lakh"] = re.compile(r"[1-9][0-9]?(,[0-9]{2})*,[0-9]{3}")


Rows = Iterator[tuple[int, list[str]]]
# DuckDB has a name for each type of a column.
TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "time": "TIME",
}
QUARTERS = (
    re.compile(r"(?P<year>(19|20)\d\d)[-/ ]?[Qq](?P<quarter>[1-4])"),
    re.compile(r"[Qq](?P<quarter>[1-4])[-/ ]?(?P<year>(19|20)\d\d)"),
)
# Whole numbers that count from 1970 in UTC.
SINCE_1970 = {"unix": timedelta(seconds=1), "unix-ms": timedelta(milliseconds=1)}
# A year, a month or a day in the place of a header.
YEAR = re.compile(r"(19|20)\d\d([-/](0[1-9]|1[0-2])([-/]([0-2]\d|3[01]))?)?", re.ASCII)


class ReadingError(ValueError):
    """A file that is not as it is described."""


class Native(str):
    """A cell that has its type in the file: its plain form, with a decimal point and ISO dates."""

    __slots__ = ()


@dataclass(frozen=True)
class Source:
    """The place and the format of a table."""

    path: str
    format: str = "csv"
    """csv, jsonl, excel, parquet or postgresql. The module of that name reads it."""
    sheet: str = ""
    """The sheet of a workbook."""
    merged: str = "first"
    """Which of a workbook's merged cells have their value: the first, or all by `fill`."""
    encoding: str = "utf-8"
    delimiter: str = ","
    header: int = 1
    """The row that has the names of the columns. 0: there is none."""
    footer: int = 0
    """Rows at the end that do not belong to the table, such as totals."""
    ragged: str = "refuse"
    """The treatment of rows that are too short or too long: refuse, fill or skip."""
    unpivot: bool = False
    """Whether each cell below a year becomes a row of its own."""


def opened(path: Path, encoding: str) -> Any:
    """Open a text file, which may be compressed by gzip."""
    # A program may write a mark the next time.
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    return TextIOWrapper(unpacked(path), encoding=encoding, newline="")


def unpacked(path: Path) -> Any:
    """Open a file, which may be compressed by gzip, for its bytes."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")


def lines(source: Source, path: Path) -> Rows:
    """Yield each row that is not empty, with the number of the line where it ends.

    Raises:
        ReadingError: The file is damaged, not in its encoding, or a quote does not end.
    """
    if source.format != "csv":
        yield from reads(source.format).lines(source, path)
        return
    try:
        with opened(path, source.encoding) as file:
            reader = csv.reader(file, delimiter=source.delimiter, strict=True)
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield reader.line_num, row
    except csv.Error as error:
        raise ReadingError(f"line {reader.line_num}: {error}") from error
    except UnicodeError as error:
        raise ReadingError(f"not in the encoding {source.encoding}: {error}") from error
    except DAMAGED as error:
        raise ReadingError(f"the compressed file is damaged: {error}") from error


def reads(form: str) -> Any:
    """Return the module that reads a format, which a project has only if a page needs it.

    Raises:
        ReadingError: It is not there, or the package that it needs is not.
    """
    try:
        return import_module(f".{form}", __package__)
    except ModuleNotFoundError as error:
        raise ReadingError(f"the format {form} needs the module {error.name}") from None


def names(header: Sequence[str], width: int) -> list[str]:
    """Return a name for each column: its own, with a number where it is empty or stands twice."""
    found: list[str] = []
    taken: set[str] = set()
    for place in range(width):
        cell = header[place] if place < len(header) else ""
        seen = "".join(c for c in cell if c.isprintable() or c.isspace())
        own = " ".join(seen.split()) or f"column {place + 1}"
        name, number = own, 1
        while name.casefold() in taken:
            number += 1
            name = f"{own} ({number})"
        taken.add(name.casefold())
        found.append(name)
    return found


def table(source: Source, path: Path) -> tuple[list[str], Rows]:
    """Return the names of the columns, and the rows of cells with their lines.

    Raises:
        ReadingError: The file is not as described. Reading the rows may raise it, too.
    """
    columns, rows = heading(source, lines(source, path))
    return shaped(source, columns, held_back(rows, source.footer, []))


def heading(source: Source, found: Rows) -> tuple[list[str], Rows]:
    """Return the names of a file's columns, and the rows after them.

    Raises:
        ReadingError: There is no header.
    """
    header: list[str] = []
    for _ in range(source.header):
        header = next(found, (0, []))[1]
    if source.header and not header:
        raise ReadingError("there is no header")
    first = list(islice(found, SAMPLE))
    if not source.header and first:
        return names([], len(first[0][1])), chain(first, found)
    widest = max((filled(row) for _, row in first), default=0)
    while header and not header[-1].strip() and len(header) > widest:
        header.pop()  # a delimiter at the end of each line
    wider = [row for _, row in first if len(row) == len(header) + 1 <= widest]
    if len(wider) > max(1, len(first) / 2):
        header.insert(0, "")  # the names of the rows
    return names(header, len(header)), chain(first, found)


def filled(row: Sequence[str]) -> int:
    """Return the width of a row without the empty cells at its end."""
    return max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)


def held_back(rows: Rows, count: int, last: list[tuple[int, list[str]]]) -> Rows:
    """Yield the rows but the last ones, which are put into a list."""
    for row in rows:
        last.append(row)
        if len(last) > count:
            yield last.pop(0)


def shaped(source: Source, columns: list[str], rows: Rows) -> tuple[list[str], Rows]:
    """Return the table that the rows of a file make, each as wide as the table."""
    whole = (fit for line, row in rows for fit in fitted(line, row, len(columns), source.ragged))
    return unpivoted(columns, whole) if source.unpivot else (columns, whole)


def unpivoted(columns: list[str], rows: Rows) -> tuple[list[str], Rows]:
    """Return a table with a row for each filled cell below a year: the other cells, year, value.

    Raises:
        ReadingError: No header is a year.
    """
    years = [place for place, name in enumerate(columns) if YEAR.fullmatch(name)]
    if not years:
        raise ReadingError("no header is a year, such as 2024")
    kept = [place for place in range(len(columns)) if place not in years]
    label = span(columns[years[0]])

    def found() -> Rows:
        for line, row in rows:
            own = [row[place] for place in kept]
            for place in years:
                if not missing(row[place], "number"):
                    yield line, [*own, columns[place], row[place]]

    header = [*(columns[place] for place in kept), label, "value"]
    return names(header, len(header)), found()


def span(header: str) -> str:
    """Return the kind of time that a header stands for."""
    return {4: "year", 7: "month"}.get(len(header), "day")


def fitted(line: int, row: list[str], width: int, ragged: str) -> Rows:
    """Yield the row with as many cells as there are columns, unless it is to be skipped."""
    while len(row) > width and not row[-1].strip():
        row.pop()
    if len(row) == width:
        yield line, row
    elif ragged == "fill" and len(row) < width:
        yield line, row + [""] * (width - len(row))
    elif ragged != "skip":
        raise ReadingError(f"line {line} has {len(row)} cells, and the table has {width} columns")


def missing(cell: str, kind: str) -> bool:
    """Say whether a cell of a type has no value."""
    return cell.strip().lower() in (MISSING if kind == "text" else NO_VALUE)


def number(cell: str, decimal: str) -> str | None:
    """Return a number as a program writes it, None where the cell is no number."""
    match = NUMBER.fullmatch(cell.strip())
    if match is None or bool(match["open"]) != (bool(match["close"]) ^ bool(match["last"])):
        return None
    whole, mark, fraction = match["digits"].strip().partition(decimal)
    if mark and not fraction.isdigit() and fraction:
        return None
    other = "." if decimal == "," else ","
    if not whole:
        whole = "0"
    if not any(GROUPS[group].fullmatch(whole) for group in GROUPS if group != decimal):
        return None
    digits = SPACES.sub("", whole).replace(other, "") + (f".{fraction}" if fraction else "")
    digits += match["exponent"] or ""
    if isinf(float(digits)):
        return None
    signs = [match["sign"], match["inner"]]
    if all(signs):
        return None
    negative = bool(match["open"]) != any(sign in ("-", "\u2212") for sign in signs)
    if match["after"] == "%":
        try:
            digits = format(Decimal(digits) / 100, "f")
        except ArithmeticError:
            return None
    return f"-{digits}" if negative else digits


def moment(cell: str, form: str) -> datetime | None:
    """Return a date or a time in UTC.

    Args:
        cell: A cell.
        form: `iso`, `quarter`, `unix` or `unix-ms` for seconds or milliseconds since 1970, or a
            form as strptime takes it.
    """
    text = cell.strip()
    if not text.isascii() and OTHER_DIGIT.search(text):
        return None
    if form == "quarter":
        match = QUARTERS[0].fullmatch(text) or QUARTERS[1].fullmatch(text)
        return datetime(int(match["year"]), 3 * int(match["quarter"]) - 2, 1) if match else None
    if unit := SINCE_1970.get(form):
        try:
            return datetime(1970, 1, 1) + int(text) * unit
        except (ValueError, OverflowError):
            return None
    if form == "%Y%m%d" and len(text) != 8:
        return None
    try:
        if form != "iso" and not (isinstance(cell, Native) and "-" in cell):
            return datetime.strptime(text, form)
        if text[4:5] != "-":
            return None
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None


def reader(kind: str, *, decimal: str = ".", form: str = "iso") -> Callable[[str], str | None]:
    """Return a function that turns a cell into its plain form, or into None if it does not fit.

    Args:
        kind: text, integer, number, boolean, date, datetime or time.
        decimal: The decimal mark of numbers.
        form: The form of dates, as `moment` takes it. Zeros, such as 00000, are the digits of a
            text that a workbook shows with leading zeros.
    """

    def text(cell: str) -> str:
        return cell.strip().zfill(len(form)) if form.strip("0") == "" else cell.strip()

    def figure(cell: str) -> str | None:
        return number(cell, "." if isinstance(cell, Native) else decimal)

    def integer(cell: str) -> str | None:
        found = figure(cell)
        return found if found and found.lstrip("-").isdigit() else None

    def boolean(cell: str) -> str | None:
        word = cell.strip().lower()
        return "true" if word in TRUE else "false" if word in FALSE else None

    def date(cell: str) -> str | None:
        found = moment(cell, form)
        return found.date().isoformat() if found and found.time() == time() else None

    def stamp(cell: str) -> str | None:
        found = moment(cell, form)
        return found.isoformat(" ") if found else None

    def clock(cell: str) -> str | None:
        try:
            found = time.fromisoformat(cell.strip())
        except ValueError:
            return None
        return found.isoformat() if found.tzinfo is None else None

    kinds: dict[str, Callable[[str], str | None]] = {
        "text": text,
        "integer": integer,
        "number": figure,
        "boolean": boolean,
        "date": date,
        "datetime": stamp,
        "time": clock,
    }
    return kinds[kind]
