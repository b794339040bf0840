"""An index for searches: each text of a column once, with the numbers of its rows.

A search then reads every text once, and not every row. The index is a table beside the data, with
the name of its column. It is only made where texts repeat, since it would be larger than the column
otherwise.
"""

from collections.abc import Sequence
from contextlib import suppress

import duckdb
from duckdb import ColumnExpression, Expression, FunctionExpression

ROW = "row"
ROWS = "rows"
OFTEN = 5  # rows of a text, on average
FEW = 100_000  # rows that are read as fast without an index
MANY = 5_000_000  # rows whose numbers would take too much memory during the conversion


def write(own: duckdb.DuckDBPyConnection, database: str, columns: Sequence[str]) -> None:
    """Write an index for each of some columns where it is of use.

    Args:
        own: A connection that has the database open.
        database: The name of a database with the table `data`.
        columns: The names of columns of texts.
    """
    data = own.table(f"{database}.main.data")
    texts = [FunctionExpression("approx_count_distinct", ColumnExpression(key)) for key in columns]
    rows, *distinct = data.aggregate([FunctionExpression("count"), *texts]).fetchall()[0]
    for key, different in zip(columns, distinct, strict=True):
        if FEW <= rows <= MANY and different * OFTEN <= rows:
            numbers = FunctionExpression("list", ColumnExpression(ROW)).alias(ROWS)
            # Without the memory for it, searches read the column as they do with few rows.
            with suppress(duckdb.OutOfMemoryException):
                data.aggregate([ColumnExpression(key), numbers]).create(f"{database}.main.{key}")


def indexes(own: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    """Return the names of the columns that have an index."""
    query = (
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND table_name <> 'data'"
    )
    return {name for (name,) in own.execute(query, [database]).fetchall()}


def rows(
    own: duckdb.DuckDBPyConnection, database: str, column: str, wanted: Expression
) -> duckdb.DuckDBPyRelation:
    """Return the numbers of the rows whose text passes a condition, from the column's index."""
    number = FunctionExpression("unnest", ColumnExpression(ROWS)).alias(ROW)
    return own.table(f"{database}.main.{column}").filter(wanted).select(number)
