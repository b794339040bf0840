"""What a file holds, and what has to be asked before a page is made of it."""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from dashgen.data import sniff
from dashgen.data.columns import ROLES, Column, Profile, column, habits
from dashgen.data.reading import ReadingError, Source, table
from dashgen.data.sniff import Doubt, Given
from dashgen.errors import DataError

BLOCK = 20_000
COPIED = 20_000_000  # bytes up to which a file is copied into the project
FOLDER = "data"
MOST_COLUMNS = 1000


@dataclass(frozen=True)
class Description:
    """A file, how it is written, its columns, and what is not sure."""

    path: Path
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

        A large file, and one with secrets or persons, stays where it is, and so does a file that
        is in the project already.
        """
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
        """Return what an entry of ``pages`` says of the file."""
        plain = Source("")
        source = {"path": path} | {
            key: value
            for key in ("encoding", "delimiter", "header", "footer", "ragged")
            if (value := getattr(self.source, key)) != getattr(plain, key)
        }
        columns = []
        for one in self.columns:
            said: dict[str, Any] = {"name": one.name, "role": one.role, "type": one.type}
            for key in ("decimal", "format", "unit", "total", "hidden"):
                if value := getattr(one, key):
                    said[key] = value
            columns.append(said)
        return {"kind": "data", "source": source, "columns": columns}

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


def described(
    path: Path, given: Given | None = None, progress: Callable[[int], None] = lambda _: None
) -> Description:
    """Read a file from its first to its last row, and say what it holds.

    Args:
        path: A CSV or TSV file, which may be compressed by gzip.
        given: What the user has said about it.
        progress: Told how many rows have been read.

    Raises:
        DataError: It is not read; the message says why and what to do.
    """
    given = given or Given()
    try:
        source, doubts = sniff.sniffed(path, given)
        return _described(path, source, given, doubts, progress)
    except ReadingError as error:
        hint = "correct the file"
        if "cells" in str(error):
            hint = "--ragged skip leaves such rows out, --ragged fill fills short ones"
        elif "encoding" in str(error):
            hint = "pass another --encoding"
        raise DataError(path, str(error), hint) from error


def _described(
    path: Path,
    source: Source,
    given: Given,
    doubts: list[Doubt],
    progress: Callable[[int], None],
) -> Description:
    top = sniff.top_of(source, path)
    if given.header is None:
        doubts += sniff.header_doubts(top, source.header)
    ragged = source
    last: deque[tuple[int, list[str]]] = deque(maxlen=5)
    if given.footer is None:
        last.extend(sniff.last_of(source, path))
        ends = sniff.footer_doubts(list(last), max(map(len, top)))
        doubts += ends
        if ends:
            # Until that is answered, the rows in doubt must not spoil the types of the columns.
            ragged = replace(source, footer=int(ends[0].flags[0].value))
    names, rows = table(ragged, path)
    if not names:
        raise DataError(path, "there is no header")
    if len(names) > MOST_COLUMNS:
        raise DataError(path, f"{len(names)} columns are more than {MOST_COLUMNS}", "take fewer")
    stated = dict(given.roles)
    for name in [*stated, *given.show]:
        if name not in names:
            raise DataError(
                path, f"there is no column {name!r}", f"its columns are {', '.join(names[:12])}"
            )
    profiles = [Profile(name) for name in names]
    count = 0
    while block := list(islice(rows, BLOCK)):
        count += len(block)
        for profile, cells in zip(
            profiles, zip(*(row for _, row in block), strict=True), strict=True
        ):
            profile.add(cells)
        progress(count)
    if not count:
        raise DataError(path, "there is a header, but no row")
    habit = habits(profiles, given.decimal, given.day_first)
    columns = [column(p, habit, stated.get(p.name, ""), p.name in given.show) for p in profiles]
    for one in columns:
        if one.name in stated and not _possible(one):
            hint = f"pass --column {one.name}=text, or correct the file"
            raise DataError(
                path, f"column {one.name!r} is {one.type} and cannot be a {one.role}", hint
            )
    return Description(path, ragged, count, tuple(columns), tuple(doubts))


def _possible(one: Column) -> bool:
    wanted = {
        "time": ("date", "datetime", "integer"),
        "measure": ("integer", "number"),
        "flag": ("boolean",),
    }
    return one.role in ROLES and (one.role not in wanted or one.type in wanted[one.role])


def refuse_doubts(description: Description) -> None:
    """Refuse to go on where a doubt would change figures.

    Raises:
        DataError: Names the first doubt and the flags that answer it.
    """
    for name, doubt in description.open_doubts:
        where = f"column {name!r}: " if name else ""
        raise DataError(description.path, f"{where}{doubt.text}", ", ".join(map(str, doubt.flags)))
