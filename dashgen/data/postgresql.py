"""A table of PostgreSQL, read as rows of cells."""

from pathlib import Path

import psycopg
from psycopg import sql

from dashgen.data.database import connected, first_line, kinds, table_of
from dashgen.data.reading import Native, ReadingError, Rows, Source

LOOKED_AT = 200_000  # rows of a table that are looked at for its description
TYPED = {"int2", "int4", "int8", "numeric", "float4", "float8", "bool", "date", "timestamp", "time"}


def size(source: Source) -> int:
    """Return the number of rows.

    Raises:
        ReadingError: The server does not count them.
    """
    counted = sql.SQL("SELECT count(*) FROM {}").format(table_of(source))
    try:
        with connected(source) as connection:
            found = connection.execute(counted).fetchone()
    except psycopg.Error as error:
        raise ReadingError(f"the table cannot be counted: {first_line(error)}") from error
    return int(found[0]) if found else 0


def lines(source: Source, path: Path) -> Rows:
    """Yield the names of the columns, and then the first rows with their numbers.

    Raises:
        ReadingError: The table is not there.
    """
    try:
        with connected(source) as connection:
            columns = kinds(connection, source)
            yield 0, list(columns)
            texts = sql.SQL(", ").join(
                sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns
            )
            wanted = sql.SQL("SELECT {} FROM {} LIMIT {}").format(
                texts, table_of(source), sql.Literal(LOOKED_AT)
            )
            with connection.transaction(), connection.cursor("rows") as cursor:
                cursor.itersize = 10_000
                for number, row in enumerate(cursor.execute(wanted), 1):
                    cells = zip(columns.values(), row, strict=True)
                    yield number, [cell(kind, text) for kind, text in cells]
    except psycopg.Error as error:
        raise ReadingError(f"the table cannot be read: {first_line(error)}") from error


def cell(kind: str, text: str | None) -> str:
    """Return a value, of which the server has made a text, as a cell."""
    if text is None or (kind in ("numeric", "float4", "float8") and text == "NaN"):
        return ""
    if kind == "timestamptz":
        return Native(text.removesuffix("+00") + "Z")
    return Native(text) if kind in TYPED else text
