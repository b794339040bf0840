"""Data that a page shows: a file as `dataset.toml` describes it, converted once, queried by DuckDB.

`Dataset(folder)` reads the description in a page's folder. The file becomes a DuckDB file below
`instance/`, again when the file or its description changes. Queries read only the parts that they
need, so a process holds no copy of the data. In queries the columns are `c0`, `c1`, … in the order
of the description.
"""

import csv
import hashlib
import json
import logging
import os
import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import reduce
from operator import and_
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import duckdb
import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression
from filelock import FileLock

from ..settings import settings
from . import searching
from .answers import Answers, check
from .errors import UserError
from .reading import ReadingError, Source, missing, reader, reads, table
from .settings import ROOT

FOLDER = ROOT / "instance" / "datasets"
ROW = searching.ROW
KINDS = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "time": "TIME",
}
ROLES = ("time", "measure", "category", "identifier", "text", "flag", "place")
CHOICES = 200  # values that a filter offers
ANSWERS = 16_000_000  # bytes of answers that a page keeps
FOUND = 50_000  # rows that a search may find to be kept
REMEMBERED = 20_000  # cells of a column whose plain form is remembered during conversion
BLOCK = 10_000  # rows between two looks at the clock
PATIENCE = 2  # seconds of a conversion without a word in the log
SIGNS = frozenset("%_\\")  # that ILIKE, the faster way to search, takes for other texts
MEMORY = "128MB"  # that DuckDB may take in each process, whatever the size of the files
PLENTY = "512MB"  # during a conversion
LINE = 20_000_000  # bytes of a line during a conversion

log = logging.getLogger(__name__)
Criteria = Mapping[str, Any]
Answer = TypeVar("Answer")


class DataError(UserError):
    """The data cannot be shown. The text has the reason, and a way out."""


@dataclass(frozen=True)
class Column:
    """A column, as the description has it."""

    key: str
    name: str
    role: str
    type: str
    label: str = ""
    decimal: str = "."
    format: str = "iso"
    unit: str = ""
    total: str = "sum"
    hidden: bool = False
    filter: bool | None = None

    @property
    def title(self) -> str:
        """Return its name on the page."""
        return self.label or self.name

    @property
    def value(self) -> Expression:
        """Return the column in a query."""
        return ColumnExpression(self.key)

    @property
    def listed(self) -> bool:
        """Whether one chooses among its values."""
        return self.role in ("category", "flag") or (self.role == "place" and self.type == "text")


class Dataset:
    """The data of one page.

    Args:
        folder: The page's folder, with its `dataset.toml`.
    """

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.file = folder / "dataset.toml"
        self.source, self.columns = description(self.file)
        self.shown = [column for column in self.columns if not column.hidden]
        self.path = ROOT / self.source.path
        self.described = f"{self.source}{self.columns}{duckdb.__version__}"
        self.lock = threading.Lock()
        self.answers = Answers(ANSWERS)

    def column(self, key: str) -> Column:
        """Return a column that the page shows by its key."""
        for column in self.shown:
            if column.key == key:
                return column
        raise DataError(f"There is no column {key!r}.")

    def version(self) -> str:
        """Return a text that changes with the file and with its description."""
        try:
            state = self.path.stat()
        except OSError as error:
            message = f"{self.source.path} cannot be read: {error.strerror}."
            log.error("%s", message)
            raise DataError(message) from None
        said = f"{self.described}{state.st_size}{state.st_mtime_ns}"
        return hashlib.sha256(said.encode()).hexdigest()[:20]

    def converted(self) -> Path:
        """Return the converted file, which is made first where it is not there."""
        made = FOLDER / f"{self.name}-{self.version()}.duckdb"
        if not made.exists():
            FOLDER.mkdir(parents=True, exist_ok=True)
            with self.lock, FileLock(FOLDER / f"{self.name}.lock"):
                if not made.exists():
                    convert(self.source, self.path, self.columns, made)
                    remove_others(made)
        return made

    def rows(self, criteria: Criteria | None = None) -> duckdb.DuckDBPyRelation:
        """Return the rows that pass the criteria, for one query."""
        return self.passing(cursor(self.converted()), criteria or {})

    def passing(
        self, own: duckdb.DuckDBPyConnection, criteria: Criteria
    ) -> duckdb.DuckDBPyRelation:
        """Return the rows that pass the criteria, by a cursor."""
        rows = own.table(f"{alias(self.converted())}.main.data")
        conditions = []
        for key, wanted in criteria.items():
            column = self.column(key)
            # A search takes longest, and each part of a page needs the same one.
            numbers = self.found(column, wanted) if isinstance(wanted, str) else None
            if numbers is None:
                conditions.append(condition(column, wanted))
            else:
                rows = rows.join(own.from_df(numbers).set_alias(f"found_{key}"), ROW, how="semi")
        return rows.filter(reduce(and_, conditions)) if conditions else rows

    def found(self, column: Column, text: str) -> pd.DataFrame | None:
        """Return the numbers of the rows that have a text, or None if they are too many to keep."""

        def ask() -> pd.DataFrame | None:
            made = self.converted()
            own, wanted = cursor(made), condition(column, text)
            if column.key in self.answer(["indexes"], lambda: searching.indexes(own, alias(made))):
                rows = searching.rows(own, alias(made), column.key, wanted)
            else:
                rows = self.passing(own, {}).filter(wanted).select(ColumnExpression(ROW))
            numbers = rows.limit(FOUND + 1).df()
            return numbers if len(numbers) <= FOUND else None

        return self.answer(["found", column.key, text], ask)

    def answer(self, question: Sequence[Any], ask: Callable[[], Answer]) -> Answer:
        """Return the answer to a question, which is asked once for each version of the data."""
        return self.answers.get(f"{self.version()} {json.dumps(question, sort_keys=True)}", ask)

    def facts(self) -> dict[str, dict[str, Any]]:
        """Return the least and the largest value of each column, and how many there are."""

        def ask() -> dict[str, dict[str, Any]]:
            wanted = [
                FunctionExpression(function, column.value)
                for column in self.shown
                for function in ("min", "max", "approx_count_distinct")
            ]
            values = iter(self.rows().aggregate(wanted).fetchall()[0])
            return {
                column.key: {"min": next(values), "max": next(values), "distinct": next(values)}
                for column in self.shown
            }

        return self.answer(["facts"], ask)

    def choices(self, column: Column) -> list[tuple[str, int]]:
        """Return the most frequent values of a column, and how often each stands there."""

        def ask() -> list[tuple[str, int]]:
            counted = self.rows().aggregate([column.value, count("n")])
            ordered = counted.sort(ColumnExpression("n").desc(), column.value).limit(CHOICES + 1)
            found = [(as_choice(value), n) for value, n in ordered.fetchall() if value is not None]
            return found[:CHOICES]

        return self.answer(["choices", column.key], ask)

    def count(self, criteria: Criteria | None = None) -> int:
        """Return how many rows pass the criteria."""

        def ask() -> int:
            return int(self.rows(criteria).aggregate([count("n")]).fetchall()[0][0])

        return self.answer(["count", criteria or {}], ask)

    def page(
        self, criteria: Criteria, start: int, end: int, sort: Sequence[Mapping[str, str]] = ()
    ) -> list[dict[str, Any]]:
        """Return the rows from `start` to before `end`, in the order of AG Grid's sort model."""
        known = {column.key: column for column in self.shown}
        order = [
            (
                known[key["colId"]].value.desc()
                if key["sort"] == "desc"
                else known[key["colId"]].value.asc()
            ).nulls_last()
            for key in sort
            if key["colId"] in known
        ]
        # The other columns are read of these few rows alone.
        own = cursor(self.converted())
        number = ColumnExpression(ROW)
        passing = self.passing(own, criteria)
        # Without a sort and without the join of a search, rows come as they are stored.
        joined = any(isinstance(wanted, str) for wanted in criteria.values())
        ordered = passing.sort(*order, number) if order or joined else passing
        numbers = ordered.select(number).limit(end - start, start).set_alias("numbers")
        found = self.passing(own, {}).join(numbers, ROW, how="semi").sort(*order, number)
        rows = found.select(number, *(column.value for column in self.shown)).fetchall()
        keys = [ROW, *known]
        return [
            dict(zip(keys, [str(first), *map(as_json, values)], strict=True))
            for first, *values in rows
        ]

    def table(self, criteria: Criteria, most: int) -> pd.DataFrame:
        """Return the rows as a data frame with the names of the columns, for a download."""
        if (count := self.count(criteria)) > most:
            raise DataError(
                f"{count:,} rows are more than a download takes ({most:,}): filter first."
            )
        found = self.rows(criteria).sort(ColumnExpression(ROW)).limit(most)
        rows = found.select(*(column.value for column in self.shown)).fetchall()
        names = [column.title for column in self.shown]
        # As objects, or whole numbers would get a decimal point where one is missing.
        return pd.DataFrame(rows, columns=names, dtype=object)


def opened(folder: Path) -> Dataset:
    """Return the data of the page in a folder: of a file, or of a table in a database."""
    source, _ = description(folder / "dataset.toml")
    if source.format != "postgresql":
        return Dataset(folder)
    found: Dataset = reads("engine").Table(folder)
    return found


def description(file: Path) -> tuple[Source, list[Column]]:
    """Return the content of a `dataset.toml`.

    Raises:
        DataError: It cannot be read, or has unknown content.
    """
    try:
        said = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{file.name} cannot be read: {error}") from error
    try:
        source = Source(**said["source"])
        columns = [
            Column(f"c{place}", name, **options)
            for place, (name, options) in enumerate(said["columns"].items())
        ]
    except (KeyError, TypeError, AttributeError) as error:
        known = ", ".join(field.name for field in fields(Column)[2:])
        raise DataError(f"{file.name}: {error}. A column has {known}") from error
    for column in columns:
        if column.type not in KINDS or column.role not in ROLES:
            raise DataError(
                f"{file.name}: column {column.name!r} has an unknown role or type. Roles are "
                f"{', '.join(ROLES)}. Types are {', '.join(KINDS)}"
            )
    return source, columns


def convert(source: Source, path: Path, columns: Sequence[Column], made: Path) -> None:
    """Write the file in the format of DuckDB. All but Parquet is first written as plain CSV.

    Raises:
        DataError: The file is not as described. The log has the same message.
    """
    draft = made.with_suffix(f".{os.getpid()}")
    page = made.name.rpartition("-")[0]
    log.info("Converting %s", source.path)
    begun = monotonic()
    try:
        with plenty():
            texts = [one.key for one in columns if one.type == "text" and not one.listed]
            keep(in_types(source, path, columns, draft.with_suffix(".csv")), draft, texts)
        draft.replace(made)
        log.info("Converted %s in %.1f s", source.path, monotonic() - begun)
    except (ReadingError, OSError, duckdb.Error) as error:
        message = f"{source.path} is not as pages/{page}/dataset.toml says: {error}"
        log.error("%s", message)
        raise DataError(message) from error
    finally:
        draft.unlink(missing_ok=True)
        draft.with_suffix(".csv").unlink(missing_ok=True)


def in_types(
    source: Source, path: Path, columns: Sequence[Column], draft: Path
) -> duckdb.DuckDBPyRelation:
    """Return the rows in the types of their columns.

    Raises:
        ReadingError: The file is not as it is described.
    """
    if source.format == "parquet":
        direct = reads("parquet").direct(cursor(), source, path, columns)
        if direct is not None:
            found: duckdb.DuckDBPyRelation = direct
            return found
    write_plain(source, path, columns, draft)
    return cursor().read_csv(
        str(draft),
        header=False,
        columns={ROW: "BIGINT", **{column.key: KINDS[column.type] for column in columns}},
        auto_detect=False,
        delimiter=",",
        quotechar='"',
        escapechar='"',
        na_values="",
        allow_quoted_nulls=False,
        max_line_size=LINE,
        buffer_size=LINE,  # by default sixteen lines, which are allocated at once
    )


def write_plain(source: Source, path: Path, columns: Sequence[Column], draft: Path) -> None:
    """Write the cells in their plain form, an empty one where there is no value.

    Raises:
        ReadingError: A column is not there, or a cell does not fit its column.
    """
    names, rows = table(source, path)
    for column in columns:
        if column.name not in names:
            raise ReadingError(f"there is no column {column.name!r}. There is {', '.join(names)}")
    places = [
        (
            names.index(column.name),
            column,
            reader(column.type, decimal=column.decimal, form=column.format),
        )
        for column in columns
    ]
    known: list[dict[str, str]] = [{} for _ in places]
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        said = monotonic()
        for number, (line, row) in enumerate(rows, 1):
            if number % BLOCK == 0 and monotonic() - said > PATIENCE:
                said = monotonic()
                log.info("Converting %s: %s rows", source.path, f"{number:,}")
            cells: list[Any] = [number]
            for (place, column, read), seen in zip(places, known, strict=True):
                cell = row[place]
                plain = seen.get(cell)
                if plain is None:
                    found = "" if missing(cell, column.type) else read(cell)
                    if found is None:
                        raise ReadingError(
                            f"line {line}: {cell!r} in column {column.name!r} is no {column.type}"
                        )
                    plain = found
                    if len(seen) < REMEMBERED:
                        seen[cell] = plain
                cells.append(plain)
            writer.writerow(cells)


def keep(rows: duckdb.DuckDBPyRelation, draft: Path, texts: Sequence[str]) -> None:
    """Write rows as a DuckDB file, which takes a third of the time of Parquet to ask.

    Args:
        rows: The rows in the types of their columns.
        draft: The file.
        texts: The columns in which one searches.
    """
    own, name = cursor(), alias(draft)
    own.execute(f"ATTACH ? AS {name} (STORAGE_VERSION 'latest')", [str(draft)])
    try:
        rows.create(f"{name}.main.data")
        searching.write(own, name, texts)
    finally:
        own.execute(f"DETACH {name}")


@contextmanager
def plenty() -> Iterator[None]:
    """Let DuckDB take more memory and all processors for a while."""
    own = cursor()
    own.execute(f"SET memory_limit = '{PLENTY}'")
    own.execute("RESET threads")
    try:
        yield
    finally:
        own.execute(f"SET memory_limit = '{MEMORY}'")
        share(own)


def share(own: duckdb.DuckDBPyConnection) -> None:
    """Let this process take its part of the processors, as all processes of the server query.

    Visitors who ask at once would wait for each other otherwise.
    """
    own.execute("RESET threads")
    ((processors,),) = own.execute("SELECT current_setting('threads')").fetchall()
    own.execute(f"SET threads = {max(1, processors // settings.web_workers)}")


def remove_others(made: Path) -> None:
    """Remove the converted files of earlier versions of a file."""
    for old in made.parent.glob(f"{made.name.rpartition('-')[0]}-*"):
        with suppress(OSError):  # Windows keeps what another process has open.
            if old != made:
                old.unlink()


class Connection:
    """The process's connection, because a fork copies none, and the files that it has opened."""

    def __init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "memory_limit": MEMORY,
            "temp_directory": str(FOLDER / "spill"),
        }
        self.own = duckdb.connect(config=config)
        share(self.own)
        self.attached: dict[str, list[Path]] = {}

    def attach(self, file: Path) -> None:
        """Open a converted file. The one before it stays open for running queries."""
        files = self.attached.setdefault(file.name.rpartition("-")[0], [])
        if file in files:
            return
        self.own.execute(f"ATTACH ? AS {alias(file)} (READ_ONLY)", [str(file)])
        files.append(file)
        if len(files) > 2:
            self.own.execute(f"DETACH {alias(files.pop(0))}")


connections: dict[int, Connection] = {}
connecting = threading.Lock()


def cursor(file: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a cursor for one query, because threads that share one get each other's answers.

    Args:
        file: The converted file that the query is about.

    Raises:
        Superseded: The visitor has already asked something else.
    """
    if file:
        check()
    with connecting:
        own = connections.get(os.getpid()) or Connection()
        connections[os.getpid()] = own
        if file:
            own.attach(file)
        return own.own.cursor()


def alias(file: Path) -> str:
    """Return the name of a converted file in queries: letters and digits."""
    return f"d{hashlib.sha256(str(file).encode()).hexdigest()[:20]}"


def condition(column: Column, wanted: Any) -> Expression:
    """Return the condition for a row: one of some values, a range from and to, or a text in it."""
    if isinstance(wanted, Mapping):
        bounds = []
        for end, value in wanted.items():
            if value is not None:
                bounds.append(bound(column, end, value))
        return reduce(and_, bounds) if bounds else ConstantExpression(True)
    if isinstance(wanted, str):
        text = column.value.cast("VARCHAR")
        if not SIGNS.intersection(wanted):
            return FunctionExpression("~~*", text, ConstantExpression(f"%{wanted}%"))
        lower = FunctionExpression("lower", text)
        return FunctionExpression("contains", lower, ConstantExpression(wanted.lower()))
    values = [ConstantExpression(str(value)) for value in wanted]
    return column.value.cast("VARCHAR").isin(*values)


def bound(column: Column, end: str, value: Any) -> Expression:
    """Return the condition that keeps a column above or below an end of a range."""
    kind = {"date": "DATE", "datetime": "TIMESTAMP"}.get(column.type, "DOUBLE")
    if end == "from":
        return column.value >= ConstantExpression(value).cast(kind)
    if column.type == "datetime":  # until the end of that day
        after = date.fromisoformat(value) + timedelta(1)
        return column.value < ConstantExpression(after).cast(kind)
    return column.value <= ConstantExpression(value).cast(kind)


def count(name: str) -> Expression:
    """Return the number of rows."""
    return FunctionExpression("count").alias(name)


def as_choice(value: Any) -> str:
    """Return a value as a filter has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_json(value: Any) -> Any:
    """Return a value as the browser gets it: dates and times are texts."""
    return value if isinstance(value, str | int | float | None) else str(value)
