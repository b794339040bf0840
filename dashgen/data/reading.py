"""A text file with a table, read as it is described: rows of cells, and what a cell means.

Nothing is guessed here. A cell that does not fit its description is an error with its line.
"""

import codecs
import csv
import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

CELL = 10_000_000  # characters that a cell may have
csv.field_size_limit(CELL)

# A text may be called NA or None. A number may not.
MISSING = {
    "",
    "-",
    "--",
    "n/a",
    "null",
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

CURRENCIES = "[$\u20ac\u00a3\u00a5]|EUR|USD|GBP|CHF|JPY"
NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+\u2212])?\s*(?P<before>{CURRENCIES})?\s*(?P<inner>[-+\u2212])?"
    r"(?P<digits>\d[\d.,' \u00a0\u202f\u2019]*|[.,]\d+)(?P<exponent>[eE][-+]?\d+)?"
    rf"\s*(?P<close>\))?\s*(?P<after>%|{CURRENCIES})?(?P<last>\))?"
)
SPACES = re.compile("[' \u00a0\u202f\u2019]")
GROUPS = {
    mark: re.compile(r"[1-9]\d{0,2}([" + mark + r"]\d{3})+|\d+")
    for mark in (",", ".", SPACES.pattern[1:-1])
}


class ReadingError(ValueError):
    """A file that is not as it is described."""


@dataclass(frozen=True)
class Source:
    """Where a table is, and how it is written."""

    path: str
    encoding: str = "utf-8"
    delimiter: str = ","
    header: int = 1
    """The row that has the names of the columns. 0: there is none."""
    footer: int = 0
    """Rows at the end that do not belong to the table, such as totals."""
    ragged: str = "refuse"
    """What becomes of rows that are too short or too long: refuse, fill or skip."""


def opened(path: Path, encoding: str) -> Any:
    """Open a text file, which may be compressed by gzip."""
    how = gzip.open if path.suffix == ".gz" else open
    return how(path, "rt", encoding=encoding, newline="")


def lines(source: Source, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty, with the number of the line where it ends.

    Raises:
        ReadingError: The file is not in its encoding, or a quote does not end.
    """
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
    except (EOFError, gzip.BadGzipFile) as error:
        raise ReadingError(f"the compressed file is damaged: {error}") from error


def names(header: Sequence[str], width: int) -> list[str]:
    """Return a name for each column: its own, with a number where it is empty or stands twice."""
    found: list[str] = []
    taken: set[str] = set()
    for place in range(width):
        cell = header[place] if place < len(header) else ""
        own = " ".join(c if c.isprintable() else " " for c in cell.split()) or f"column {place + 1}"
        name, number = own, 1
        while name.casefold() in taken:
            number += 1
            name = f"{own} ({number})"
        taken.add(name.casefold())
        found.append(name)
    return found


def table(source: Source, path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the names of the columns, and the rows of cells with their lines.

    Raises:
        ReadingError: The file is not as described; also while the rows are read.
    """
    found = lines(source, path)
    header: list[str] = []
    for _ in range(source.header):
        header = next(found, (0, []))[1]
    if source.header and not header:
        raise ReadingError("there is no header")
    first = None if source.header else next(found, None)
    if first is not None:
        header = [""] * len(first[1])
    while source.header and header and not header[-1].strip():
        header.pop()  # a delimiter at the end of each line

    def rows() -> Iterator[tuple[int, list[str]]]:
        waiting: list[tuple[int, list[str]]] = [first] if first is not None else []
        for row in found:
            waiting.append(row)
            if len(waiting) > source.footer:
                yield from fitted(*waiting.pop(0), len(header), source.ragged)
        while len(waiting) > source.footer:
            yield from fitted(*waiting.pop(0), len(header), source.ragged)

    return names(header, len(header)), rows()


def fitted(line: int, row: list[str], width: int, ragged: str) -> Iterator[tuple[int, list[str]]]:
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
    signs = [match["sign"], match["inner"]]
    if all(signs):
        return None
    negative = bool(match["open"]) != any(sign in ("-", "\u2212") for sign in signs)
    if match["after"] == "%":
        digits = format(Decimal(digits) / 100, "f")
    return f"-{digits}" if negative else digits


def moment(cell: str, form: str) -> datetime | None:
    """Return a date or a time of a form; times with a zone are moved to UTC."""
    text = cell.strip()
    try:
        if form != "iso":
            return datetime.strptime(text, form)
        if text[4:5] != "-":
            return None
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def reader(kind: str, *, decimal: str = ".", form: str = "iso") -> Callable[[str], str | None]:
    """Return what turns a cell of a type into its plain form; None means that it does not fit.

    Args:
        kind: text, integer, number, boolean, date, datetime or time.
        decimal: The decimal mark of numbers.
        form: The form of dates, as `strptime` takes it, or iso.
    """

    def integer(cell: str) -> str | None:
        found = number(cell, decimal)
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
            return time.fromisoformat(cell.strip()).isoformat()
        except ValueError:
            return None

    kinds: dict[str, Callable[[str], str | None]] = {
        "text": str.strip,
        "integer": integer,
        "number": lambda cell: number(cell, decimal),
        "boolean": boolean,
        "date": date,
        "datetime": stamp,
        "time": clock,
    }
    return kinds[kind]


def encoding_exists(name: str) -> bool:
    """Say whether Python knows an encoding."""
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
