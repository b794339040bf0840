"""A page's data in a table of PostgreSQL, which answers the page's queries itself.

A page makes its queries of DuckDB's expressions. Here they are made over an empty table with the
same columns. DuckDB writes such a query as SQL, sqlglot translates it, and the server runs it.
"""

import atexit
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any

import psycopg
import sqlglot
from duckdb import ColumnExpression
from sqlglot import exp

from . import database, datasets
from .answers import check
from .connection import cursor
from .description import DataError
from .hangup import hanging_up
from .reading import MISSING, TYPES, ReadingError

DIALECT = "postgres"
FRESH = 60  # seconds for which an answer is kept
POSTGRESQL = {
    "text": "TEXT",
    "integer": "BIGINT",
    "number": "DOUBLE PRECISION",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "time": "TIME",
}

log = logging.getLogger(__name__)


class Table(datasets.Dataset):
    """The data of one page in a database."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = Path(self.source.path.partition("#")[2])
        self.key = f"t{sha256(str(folder).encode()).hexdigest()[:20]}"
        self.base: exp.Query | None = None

    def version(self) -> str:
        """Return a text that changes with time, as nothing tells that the table has changed."""
        return f"{self.described}{time() // FRESH}"

    def rows(self, criteria: datasets.Criteria | None = None) -> Any:
        """Return the rows that pass the criteria, for one query."""
        kinds = {datasets.ROW: "VARCHAR"}
        kinds |= {column.key: TYPES[column.type] for column in self.columns}
        own = cursor()
        columns = ", ".join(f"{key} {kind}" for key, kind in kinds.items())
        own.execute(f"CREATE TABLE IF NOT EXISTS {self.key} ({columns})")
        rows = Rows(self, own.table(self.key))
        for key, wanted in (criteria or {}).items():
            rows = rows.filter(datasets.condition(self.column(key), wanted))
        return rows

    def page(
        self,
        criteria: datasets.Criteria,
        start: int,
        end: int,
        sort: Sequence[Mapping[str, str]] = (),
    ) -> list[dict[str, Any]]:
        """Return the rows from `start` to before `end`, in the order of AG Grid's sort model."""
        found = self.rows(criteria).select(*self.cells())
        ordered = found.sort(*self.order(sort), ColumnExpression(datasets.ROW))
        return self.records(ordered.limit(end - start, start))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the answer of the server to a query that DuckDB wrote.

        Raises:
            DataError: The server cannot be reached, or the table is not as it is described.
        """
        check()
        try:
            with idle(self) as connection:
                if self.base is None:
                    self.base = self.described_rows(connection)
                found = connection.execute(translated(query, self).encode()).fetchall()
        except (ReadingError, psycopg.Error) as error:
            message = f"{self.path}: {database.first_line(error)}"
            log.error("%s", message)
            raise DataError(message) from error
        return [tuple(map(plain, row)) for row in found]

    def described_rows(self, connection: "psycopg.Connection[Any]") -> exp.Query:
        """Return the query that gives the table as it is described.

        Raises:
            ReadingError: A column is not there.
        """
        kinds = database.kinds(connection, self.source)
        number: exp.Expr = exp.Window(this=exp.RowNumber())
        if key := database.key(connection, self.source):
            number = exp.column(key, quoted=True)
        elif database.stored(connection, self.source):
            number = exp.cast(exp.column("ctid"), "TEXT")
        wanted = [exp.alias_(number, datasets.ROW, quoted=True)]
        for column in self.columns:
            if column.name not in kinds:
                there = ", ".join(kinds)
                raise ReadingError(f"there is no column {column.name!r} beside {there}")
            value = kept(exp.column(column.name, quoted=True), kinds[column.name], column.type)
            wanted.append(exp.alias_(value, column.key, quoted=True))
        name = database.table_of(self.source).as_string(connection)
        return exp.select(*wanted).from_(sqlglot.parse_one(name, into=exp.Table, dialect=DIALECT))


class Rows:
    """Rows of a query that the server runs, with the methods of DuckDB's relations."""

    def __init__(self, data: Table, relation: Any) -> None:
        self.data = data
        self.relation = relation

    def __getattr__(self, name: str) -> Any:
        """Return a method of the relation, whose result is asked of the server, too."""
        method = getattr(self.relation, name)
        return lambda *words, **named: Rows(self.data, method(*words, **named))

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows."""
        return self.data.ask(self.relation.sql_query())


def kept(value: exp.Expr, kind: str, wanted: str) -> exp.Expr:
    """Return a column in the type of the description. Words for nothing and NaN are none."""
    if kind == "timestamptz":
        value = exp.AtTimeZone(this=value, zone=exp.Literal.string("UTC"))
    cast = exp.cast(value, POSTGRESQL[wanted], dialect=DIALECT)
    if wanted == "number":
        return exp.func("NULLIF", cast, exp.Literal.string("NaN"))
    if wanted != "text":
        return cast
    bare = exp.func("TRIM", cast)
    words = [exp.Literal.string(word) for word in sorted(MISSING)]
    return exp.case().when(exp.Lower(this=bare).isin(*words), exp.null()).else_(bare)


def translated(query: str, data: Table) -> str:
    """Return a query of DuckDB's in the words of the server."""
    booleans = {column.key for column in data.columns if column.type == "boolean"}

    def change(node: exp.Expr) -> exp.Expr:
        match node:
            case exp.Table() if node.name == data.key and data.base is not None:
                return data.base.subquery(node.alias or "data")
            case exp.Count() if not node.this:
                return exp.Count(this=exp.Star())
            case exp.ApproxDistinct():
                return exp.Count(this=exp.Distinct(expressions=[node.this]))
            case exp.Contains():
                return exp.GT(
                    this=exp.StrPosition(this=node.this, substr=node.expression),
                    expression=exp.Literal.number(0),
                )
            case exp.Anonymous() if node.name == "~~*":
                text, wanted = node.expressions
                return exp.ILike(this=text, expression=wanted)
            case exp.Min() | exp.Max() if node.this.name in booleans:
                return exp.func("BOOL_AND" if isinstance(node, exp.Min) else "BOOL_OR", node.this)
            case exp.DateTrunc() | exp.TimestampTrunc():
                node.set("this", exp.cast(node.this, "TIMESTAMP"))
            case exp.Div():
                # DuckDB has no value where PostgreSQL has an error.
                zero = exp.Literal.number(0)
                node.set("expression", exp.func("NULLIF", node.expression, zero))
            case exp.Select():
                grouped(node)
        return node

    tree = sqlglot.parse_one(query, read="duckdb")
    return tree.transform(change).sql(dialect=DIALECT)


def grouped(select: exp.Select) -> None:
    """Name the columns by which a query groups, where DuckDB finds them by itself."""
    group = select.args.get("group")
    if group is None or not group.args.get("all"):
        return
    keys = [one.unalias() for one in select.expressions if not one.find(exp.AggFunc)]
    select.set("group", exp.Group(expressions=[key.copy() for key in keys]) if keys else None)


def plain(value: Any) -> Any:
    """Return a value as DuckDB would give it: sums of whole numbers are whole numbers."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


waiting: dict[tuple[int, str], list[Any]] = {}
lending = threading.Lock()


@contextmanager
def idle(data: Table) -> Iterator["psycopg.Connection[Any]"]:
    """Lend a connection of the process that no other thread has. A broken one is not kept."""
    place = (os.getpid(), data.source.path)
    with lending:
        known = waiting.setdefault(place, [])
        connection = known.pop() if known else None
    if connection is None or connection.closed:
        connection = database.connected(data.source)
    try:
        with hanging_up(connection.fileno(), database.LONGEST + database.PATIENCE):
            yield connection
    except psycopg.OperationalError:
        connection.close()
        raise
    finally:
        if not connection.closed:
            with lending:
                known.append(connection)


@atexit.register
def close() -> None:
    """Close the connections of this process."""
    for (process, _), known in waiting.items():
        while known and process == os.getpid():
            known.pop().close()
