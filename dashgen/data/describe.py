"""The content of a file, and the doubts to settle before it becomes a page."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

from dashgen.data import formats, sniff
from dashgen.data.address import Address, readable
from dashgen.data.columns import Column, column, habits
from dashgen.data.doubts import ROLES, Doubt, Flag
from dashgen.data.profile import LARGEST, Profile
from dashgen.data.reading import ReadingError, Source, heading, held_back, lines, shaped
from dashgen.data.sniff import Given
from dashgen.errors import DataError

BLOCK = 20_000
COPIED = 20_000_000  # bytes up to which a file is copied into the project
FOLDER = "data"
MOST_COLUMNS = 1000
WORKBOOK_DIGITS = 10**15  # figures from here on have lost digits in a workbook
LAST = 5  # rows at the end that may be totals or notes


@dataclass(frozen=True)
class Description:
    """A file, its format, its columns, and its doubts."""

    path: Path | Address
    source: Source
    rows: int
    columns: tuple[Column, ...]
    doubts: tuple[Doubt, ...]

    @property
    def open_doubts(self) -> list[tuple[str, Doubt]]:
        """Return the doubts that would change figures, each with the column it is about."""
        found = [("", doubt) for doubt in self.doubts]
        found += [(column.name, doubt) for column in self.columns for doubt in column.doubts]
        return [(name, doubt) for name, doubt in found if doubt.changes_figures]

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Return the columns that look like secrets or persons and are left off the page."""
        return tuple(column.name for column in self.columns if column.hidden and column.missing < 1)

    def placed(self, project: Path, copy: bool | None = None) -> tuple[str, bytes | None]:
        """Return the path by which a project finds the file, and the content that goes there.

        A large file stays in its place. So does a file with secrets or persons, and a file in the
        project.
        """
        if isinstance(self.path, Address):
            return str(self.path.plain()), None
        inside = os.path.realpath(self.path)
        root = os.path.realpath(project) + os.sep
        if inside.startswith(root):
            return Path(inside.removeprefix(root)).as_posix(), None
        if copy is None:
            copy = not self.sensitive and self.path.stat().st_size <= COPIED
        if not copy:
            return Path(inside).as_posix(), None
        return f"{FOLDER}/{self.path.name}", self.path.read_bytes()

    def entry(self, path: str) -> dict[str, Any]:
        """Return the keys of an entry of ``pages`` that describe the file."""
        source = {
            one.name: value
            for one in fields(Source)
            if (value := getattr(self.source, one.name)) != one.default
        }
        columns = []
        for one in self.columns:
            said: dict[str, Any] = {"name": one.name, "role": one.role, "type": one.type}
            for key in ("decimal", "format", "unit", "total", "hidden"):
                if value := getattr(one, key):
                    said[key] = value
            columns.append(said)
        return {"kind": "data", "source": source | {"path": path}, "columns": columns}

    def as_data(self) -> dict[str, Any]:
        """Return the description for a program."""

        def plain(doubt: Doubt) -> dict[str, Any]:
            return {
                "text": doubt.text,
                "flags": [flag.words for flag in doubt.flags],
                "changes_figures": doubt.changes_figures,
            }

        return {
            "rows": self.rows,
            "columns": [
                {
                    "name": one.name,
                    "role": one.role,
                    "type": one.type,
                    "missing": one.missing,
                    "examples": list(one.examples),
                    "doubts": [plain(doubt) for doubt in one.doubts],
                }
                for one in self.columns
            ],
            "doubts": [plain(doubt) for doubt in self.doubts],
        }


class Survey:
    """The content of a file, which is read once. Its meaning may be asked several times.

    Args:
        path: A file in one of the formats, or the address of a table.
        given: The user's answers about its format.
        progress: Told how many rows have been read.

    Raises:
        DataError: It is not read. The message has the reason and a way out.
    """

    def __init__(self, path: Path | Address, given: Given, progress: Callable[[int], None]) -> None:
        self.path = path
        with _errors(path):
            self.source, self.doubts = sniff.sniffed(path, given)
            if given.footer is not None:
                self.source = replace(self.source, footer=given.footer)
            try:
                self._read(given, progress)
            except ReadingError:
                # A file that is read in a wrong form fits nowhere, so the form is asked first.
                refuse_doubts(path, [("", doubt) for doubt in self.doubts])
                raise

    def _read(self, given: Given, progress: Callable[[int], None]) -> None:
        found = lines(self.source, readable(self.path))
        self.header, rows = heading(self.source, found)
        if not self.header:
            raise DataError(self.path, "there is no header")
        last: list[tuple[int, list[str]]] = []
        open_end = given.footer is None and self.source.format in ("csv", "excel")
        kept = held_back(rows, LAST if open_end else self.source.footer, last)
        names, whole = shaped(self.source, self.header, kept)
        if len(names) > MOST_COLUMNS:
            raise DataError(
                self.path, f"{len(names)} columns are more than {MOST_COLUMNS}", "take fewer"
            )
        looks = self._looks()
        self.profiles = [
            Profile(
                name,
                typed=self.source.format != "csv",
                asis=self.source.format == "postgresql",
                limit=WORKBOOK_DIGITS if self.source.format == "excel" else LARGEST,
                shown=looks.get(name, ""),
            )
            for name in names
        ]
        self.rows = 0
        while block := list(islice(whole, BLOCK)):
            self._add([row for _, row in block])
            progress(self.rows)
        self._count_table()
        self.end: list[tuple[int, list[str]]] = []
        if open_end:
            ends = sniff.footer_doubts(last, len(self.header))
            count = int(ends[0].flags[0].value) if ends else 0
            self.doubts += ends
            self.end = last[len(last) - count :]
            self._add_raw(last[: len(last) - count])
            self.source = replace(self.source, footer=count)

    def _count_table(self) -> None:
        """Count the rows of a table in a database, of which only the first were looked at."""
        if not isinstance(self.path, Address):
            return
        counted = formats.module(self.path, "postgresql").size(self.source)
        if counted > self.rows:
            self.doubts.append(Doubt(f"the first {self.rows:,} of {counted:,} rows were looked at"))
            self.rows = counted
        if self.source.path != str(self.path.plain()):
            self.doubts.append(Doubt("the password is not written down: set PGPASSWORD"))

    def _looks(self) -> dict[str, str]:
        """Return the number format of each column of a workbook, and note cells without a value."""
        if self.source.format != "excel":
            return {}
        found = formats.looks(readable(self.path), self.source)
        if found.unknown:
            raise DataError(
                self.path,
                f"{found.unknown:,} formulas have no result",
                "open the workbook in Excel, and save it",
            )
        if found.errors:
            text = f"{found.errors:,} cells with errors such as #REF! count as missing"
            self.doubts.append(Doubt(text))
        return {self.header[at]: code for at, code in found.codes.items() if at < len(self.header)}

    def _add_raw(self, rows: list[tuple[int, list[str]]]) -> None:
        self._add([row for _, row in shaped(self.source, self.header, iter(rows))[1]])

    def _add(self, rows: list[list[str]]) -> None:
        self.rows += len(rows)
        for profile, cells in zip(self.profiles, zip(*rows, strict=True), strict=False):
            profile.add(cells)

    def keep_end(self, footer: int) -> None:
        """Take the last rows for rows of the table, unless they are left out as was offered."""
        with _errors(self.path):
            if footer != self.source.footer:
                self._add_raw(self.end[: len(self.end) - footer])
        self.source = replace(self.source, footer=footer)
        self.doubts = [doubt for doubt in self.doubts if doubt.about != "footer"]

    def description(self, given: Given) -> Description:
        """Return the meaning of the columns.

        Args:
            given: The user's answers about them.

        Raises:
            DataError: That cannot be.
        """
        if not self.rows:
            raise DataError(self.path, "there is a header, but no row")
        stated = dict(given.roles)
        names = [profile.name for profile in self.profiles]
        for name in [*stated, *given.show]:
            if name not in names:
                raise DataError(
                    self.path,
                    f"there is no column {name!r}",
                    f"its columns are {', '.join(names[:12])}",
                )
        habit = habits(self.profiles, given.decimal, given.day_first)
        columns = [
            column(p, habit, stated.get(p.name, ""), p.name in given.show) for p in self.profiles
        ]
        for one in columns:
            if one.name in stated and not possible(one):
                hint = f"pass --column {one.name}=text, or correct the file"
                raise DataError(
                    self.path, f"column {one.name!r} is {one.type} and cannot be a {one.role}", hint
                )
        if all(one.hidden for one in columns):
            _refuse_hidden(self.path, columns)
        return Description(self.path, self.source, self.rows, tuple(columns), tuple(self.doubts))

    def roles(self, name: str, given: Given) -> list[str]:
        """Return the roles that a column can have, the present one first."""
        now = next(one for one in self.description(given).columns if one.name == name)
        profile = next(one for one in self.profiles if one.name == name)
        habit = habits(self.profiles, given.decimal, given.day_first)
        others = [role for role in ROLES if role != now.role]
        return [now.role, *(r for r in others if possible(column(profile, habit, r)))]


def form_doubts(path: Path | Address, given: Given) -> list[Doubt]:
    """Return the doubts about a file's format that its beginning shows.

    Raises:
        DataError: It is no file with a table.
    """
    with _errors(path):
        return [doubt for doubt in sniff.sniffed(path, given)[1] if doubt.changes_figures]


@contextmanager
def _errors(path: Path | Address) -> Iterator[None]:
    """Turn a problem of a file or a server into an error with a way out."""
    try:
        yield
    except ReadingError as error:
        hint = "correct the file" if isinstance(path, Path) else "correct the address"
        if "cannot be reached" in str(error):
            hint = "is the server running, and is the address right?"
        elif "cells, and" in str(error):
            hint = "--ragged skip leaves such rows out, --ragged fill fills short ones"
        elif "encoding" in str(error):
            hint = "pass another --encoding"
        elif "no JSON" in str(error) or "no object" in str(error):
            hint = "pass an object a line, or a list of objects"
        raise DataError(path, str(error), hint) from error


def described(
    path: Path | Address,
    given: Given | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Description:
    """Read a file from its first to its last row, and return its description.

    Args:
        path: A file in one of the formats, or the address of a table.
        given: The user's answers about it.
        progress: Told how many rows have been read.

    Raises:
        DataError: It is not read. The message has the reason and a way out.
    """
    given = given or Given()
    return Survey(path, given, progress).description(given)


def _refuse_hidden(path: Path | Address, columns: Sequence[Column]) -> None:
    """Refuse a file of which no column would be on the page."""
    name = next((one.name for one in columns if one.missing < 1), "")
    if not name:
        raise DataError(path, "all columns are empty", "pass a file with values")
    raise DataError(
        path,
        "all columns look like secrets or persons, and are left off the page",
        f"{Flag('show', name, 'shows one')}",
    )


def possible(one: Column) -> bool:
    """Say whether a column can have its role."""
    wanted = {
        "time": ("date", "datetime", "integer"),
        "measure": ("integer", "number"),
        "flag": ("boolean",),
    }
    return one.role in ROLES and (one.role not in wanted or one.type in wanted[one.role])


def refuse_doubts(path: Path | Address, doubts: Iterable[tuple[str, Doubt]]) -> None:
    """Refuse to go on where a doubt would change figures.

    Args:
        path: The file.
        doubts: The doubts about it, each with its column, or with an empty text.

    Raises:
        DataError: Names the first such doubt and the flags that answer it.
    """
    for name, doubt in doubts:
        if doubt.changes_figures:
            where = f"column {name!r}: " if name else ""
            raise DataError(path, f"{where}{doubt.text}", ", ".join(map(str, doubt.flags)))
