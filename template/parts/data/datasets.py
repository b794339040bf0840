"""Data that a page shows: a file as `dataset.toml` describes it, converted once, queried by DuckDB.

`Dataset(folder)` reads the description in a page's folder. The file becomes a DuckDB file below
`instance/`, again when the file or its description changes. Queries read only the parts that they
need, so a process holds no copy of the data. In queries the columns are `c0`, `c1`, … in the order
of the description.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from math import isfinite
from operator import and_
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression
from filelock import FileLock

from . import ordering, searching
from .answers import FOLDER, Answers
from .connection import alias, cursor
from .conversion import convert, remove_others
from .description import Column, DataError, description
from .reading import reads
from .settings import ROOT, make_folder

ROW = searching.ROW
CHOICES = 200  # values that a filter offers
SAMPLE = 200  # rows that tell how numbers are written
ANSWERS = 16_000_000  # bytes of answers that a page keeps
FOUND = 50_000  # rows that a search may find to be kept
SIGNS = frozenset("%_\\")  # that ILIKE, the faster way to search, takes for other texts

log = logging.getLogger(__name__)
Criteria = Mapping[str, Any]
Answer = TypeVar("Answer")


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
            make_folder(FOLDER)
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
        """Return the least and the largest value of each column, and how many there are.

        `distinct` is the number of different values, about. `filled` is the number of cells.
        """

        def ask() -> dict[str, dict[str, Any]]:
            if not self.shown:
                raise DataError(f"{self.file.name} hides all columns of {self.source.path}.")
            functions = ("min", "max", "approx_count_distinct", "count")
            wanted = [
                FunctionExpression(function, column.value)
                for column in self.shown
                for function in functions
            ]
            values = iter(self.rows().aggregate(wanted).fetchall()[0])
            return {
                column.key: {name: next(values) for name in ("min", "max", "distinct", "filled")}
                for column in self.shown
            }

        return self.answer(["facts"], ask)

    def choices(self, column: Column) -> list[tuple[str, int]]:
        """Return the most frequent values of a column, and how often each stands there.

        They come in the order of their meaning if they have one.
        """

        def ask() -> list[tuple[str, int]]:
            counted = self.rows().aggregate([column.value, count("n")])
            ordered = counted.sort(ColumnExpression("n").desc(), column.value).limit(CHOICES + 1)
            # As texts of the database, which `condition` compares with.
            pairs = ordered.select(column.value.cast("VARCHAR"), ColumnExpression("n")).fetchall()
            known = {text: n for text, n in pairs if text is not None}
            order = column.order or ordering.ordered([*known])
            first = [text for text in order if text in known]
            rest = [text for text in known if text not in first]
            return [(text, known[text]) for text in [*first, *rest]][:CHOICES]

        return self.answer(["choices", column.key], ask)

    def places(self, column: Column) -> dict[str, int]:
        """Return the place of each value of a column in their order. Empty if they have none."""
        names = [name for name, _ in self.choices(column)]
        ordered = column.order or names == ordering.ordered(names)
        return {name: place for place, name in enumerate(names)} if ordered else {}

    def decimals(self) -> dict[str, int]:
        """Return how many decimals the cells of a number's column have, at most 2, by its key.

        The first rows tell. A column in which some have more has no usual number of decimals.
        A percentage never shows more.
        """

        def ask() -> dict[str, int]:
            rows = self.page({}, 0, SAMPLE)
            return {
                column.key: usual(column, [row[column.key] for row in rows])
                for column in self.shown
                if column.type == "number"
            }

        return self.answer(["decimals"], ask)

    def count(self, criteria: Criteria | None = None) -> int:
        """Return how many rows pass the criteria."""

        def ask() -> int:
            return int(self.rows(criteria).aggregate([count("n")]).fetchall()[0][0])

        return self.answer(["count", criteria or {}], ask)

    def page(
        self, criteria: Criteria, start: int, end: int, sort: Sequence[Mapping[str, str]] = ()
    ) -> list[dict[str, Any]]:
        """Return the rows from `start` to before `end`, in the order of AG Grid's sort model."""
        order = self.order(sort)
        # The other columns are read of these few rows alone.
        own = cursor(self.converted())
        number = ColumnExpression(ROW)
        passing = self.passing(own, criteria)
        # Without a sort and without the join of a search, rows come as they are stored.
        joined = any(isinstance(wanted, str) for wanted in criteria.values())
        ordered = passing.sort(*order, number) if order or joined else passing
        numbers = ordered.select(number).limit(end - start, start).set_alias("numbers")
        found = self.passing(own, {}).join(numbers, ROW, how="semi").sort(*order, number)
        return self.records(found.select(*self.cells()))

    def order(self, sort: Sequence[Mapping[str, str]]) -> list[Expression]:
        """Return the order of AG Grid's sort model."""
        known = {column.key: column.value for column in self.shown}
        return [
            getattr(known[one["colId"]], one["sort"])().nulls_last()
            for one in sort
            if one["colId"] in known and one["sort"] in ("asc", "desc")
        ]

    def cells(self) -> list[Expression]:
        """Return the columns of a row of the table: its number, and all that the page shows."""
        return [ColumnExpression(ROW), *(column.value for column in self.shown)]

    def records(self, rows: Any) -> list[dict[str, Any]]:
        """Return rows of `cells` as AG Grid gets them."""
        keys = [ROW, *(column.key for column in self.shown)]
        return [
            dict(zip(keys, [str(first), *map(as_json, values)], strict=True))
            for first, *values in rows.fetchall()
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


def usual(column: Column, values: Iterable[Any]) -> int:
    """Return the most decimals that some numbers have, or 0 if that is more than 2."""
    known = [value for value in values if isinstance(value, float) and isfinite(value)]
    numbers = [Decimal(repr(value)).normalize().as_tuple() for value in known]
    most = max((-int(number.exponent) for number in numbers), default=0)
    if column.unit == "%":
        return min(max(most - 2, 0), 2)
    if most > 2:
        return 0
    return 2 if most > 0 and column.cents else max(most, 0)


def condition(column: Column, wanted: Any) -> Expression:
    """Return the condition for a row: one of some values, a range from and to, or a text in it."""
    if isinstance(wanted, Mapping):
        found = (bound(column, end, value) for end, value in wanted.items())
        return reduce(and_, found, ConstantExpression(True))
    if isinstance(wanted, str):
        text = column.value.cast("VARCHAR")
        if not SIGNS.intersection(wanted):
            return FunctionExpression("~~*", text, ConstantExpression(f"%{wanted}%"))
        # Both by the database, which has other small letters than Python for some signs.
        lower, part = (
            FunctionExpression("lower", one) for one in (text, ConstantExpression(wanted))
        )
        return FunctionExpression("contains", lower, part)
    values = [ConstantExpression(str(value)) for value in wanted]
    return column.value.cast("VARCHAR").isin(*values)


def bound(column: Column, end: str, value: Any) -> Expression:
    """Return the condition that keeps a column above or below an end of a range.

    A browser may send anything. An end that is none keeps all rows.
    """
    days = column.type in ("date", "datetime")
    try:
        wanted: Any = date.fromisoformat(value) if days else float(value)
    except (TypeError, ValueError):
        return ConstantExpression(True)
    kind = {"date": "DATE", "datetime": "TIMESTAMP"}.get(column.type, "DOUBLE")
    if end == "from":
        return column.value >= ConstantExpression(wanted).cast(kind)
    if column.type != "datetime":
        return column.value <= ConstantExpression(wanted).cast(kind)
    if wanted == date.max:  # no day is after it
        return column.value.isnotnull()
    after = wanted + timedelta(1)  # until the end of that day
    return column.value < ConstantExpression(after).cast(kind)


def count(name: str) -> Expression:
    """Return the number of rows."""
    return FunctionExpression("count").alias(name)


def as_json(value: Any) -> Any:
    """Return a value as the browser gets it: dates and times are texts."""
    return value if isinstance(value, str | int | float | None) else str(value)
