"""A Parquet file, read by DuckDB as rows of cells.

A struct gives columns such as `customer.city`. A list is a text.
"""

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from duckdb import (
    CaseExpression,
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
)

from .reading import MISSING, TYPES, Native, ReadingError, Rows, Source, names

NUMBERED = "file_row_number"  # DuckDB's name for the numbers of the rows
BEYOND = ConstantExpression(2.0**53 + 1), ConstantExpression(1e300)
FRACTIONS = {"float", "double"}
FIGURES = {"decimal", "bignum", "hugeint", "uhugeint"} | {
    f"{sign}{size}" for sign in ("", "u") for size in ("tinyint", "smallint", "integer", "bigint")
}
WITH_ZONE = "timestamp with time zone"
STAMPS = {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"}
# The kinds in the file that fit a type of the description, and the kinds in the app.
KINDS = {
    "integer": FIGURES - {"decimal"},
    "number": FIGURES | FRACTIONS,
    "boolean": {"boolean"},
    "date": {"date"},
    "datetime": STAMPS | {WITH_ZONE},
    "time": {"time"},
}
TYPED = {"boolean", "date", "time", WITH_ZONE} | STAMPS | FIGURES | FRACTIONS
BLANKS = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())


@dataclass(frozen=True)
class Leaf:
    """A column, or a field of a struct."""

    name: str
    value: Expression
    kind: str

    @property
    def text(self) -> Expression:
        """Return its value as a text."""
        if self.kind in FRACTIONS:
            end, none = ConstantExpression(r"\.0$|^nan$"), ConstantExpression("")
            shown = FunctionExpression("regexp_replace", self.value.cast("VARCHAR"), end, none)
            some = FunctionExpression("nullif", shown, none)
            # Such a figure is approximate, and no identifier.
            large = FunctionExpression("abs", self.value).between(*BEYOND)
            return CaseExpression(large, self.value.cast("VARCHAR")).otherwise(some)
        if self.kind == WITH_ZONE:
            moved = FunctionExpression("timezone", ConstantExpression("UTC"), self.value)
            return FunctionExpression("concat", moved.cast("VARCHAR"), ConstantExpression("Z"))
        return self.value.cast("VARCHAR")

    def direct(self, kind: str) -> Expression | None:
        """Return its value as a type, as long as that needs no look at its texts."""
        if kind == "text":
            return self.filled if self.kind == "varchar" else self.text
        if self.kind not in KINDS[kind]:
            return None
        if self.kind == WITH_ZONE:
            return FunctionExpression("timezone", ConstantExpression("UTC"), self.value)
        # Of 32 bits, 0.1 would become 0.10000000149.
        value = self.value.cast("VARCHAR") if self.kind == "float" else self.value
        kept = value.cast(TYPES[kind])
        if self.kind not in FRACTIONS:
            return kept
        none = FunctionExpression("isnan", self.value)
        return CaseExpression(none, ConstantExpression(None)).otherwise(kept)

    @property
    def filled(self) -> Expression:
        """Return a text without blanks around it. Some words are none."""
        bare = FunctionExpression("trim", self.value, ConstantExpression(BLANKS))
        words = [ConstantExpression(word) for word in MISSING]
        none = FunctionExpression("lower", bare).isin(*words)
        return CaseExpression(none, ConstantExpression(None)).otherwise(bare)


def leaves(
    called: Sequence[str], types: Sequence[Any], inside: Expression | None
) -> Iterator[Leaf]:
    """Yield each column, and each field of a struct in the place of the struct."""
    for name, kind in zip(called, types, strict=True):
        value = (
            FunctionExpression("struct_extract", inside, ConstantExpression(name))
            if inside is not None
            else ColumnExpression(name)
        )
        if kind.id == "struct":
            fields = list(kind.children)
            for leaf in leaves([n for n, _ in fields], [t for _, t in fields], value):
                yield Leaf(f"{name}.{leaf.name}", leaf.value, leaf.kind)
        else:
            yield Leaf(name, value, kind.id)


def direct(
    connection: duckdb.DuckDBPyConnection, source: Source, path: Path, columns: Sequence[Any]
) -> duckdb.DuckDBPyRelation | None:
    """Return the rows as the app keeps them, or None where a text has to be read as something else.

    Args:
        connection: The connection of the query.
        source: How the file is read.
        path: The file.
        columns: The columns of the description, each with a name, a key, and a type.
    """
    table = connection.read_parquet(glob.escape(str(path)))
    if NUMBERED in map(str.lower, table.columns):
        return None  # DuckDB does not number the rows beside a column of that name
    found = list(leaves(table.columns, table.types, None))
    table = connection.read_parquet(glob.escape(str(path)), file_row_number=True)
    known = dict(zip(names([leaf.name for leaf in found], len(found)), found, strict=True))
    wanted = [(ColumnExpression(NUMBERED) + ConstantExpression(1)).alias("row")]
    for column in columns:
        value = known[column.name].direct(column.type) if column.name in known else None
        if value is None:
            return None
        wanted.append(value.alias(column.key))
    plain = source.header == 1 and not source.unpivot and not source.footer
    return table.select(*wanted) if plain else None


def lines(source: Source, path: Path) -> Rows:
    """Yield the names of the columns, and then each row with its number.

    Raises:
        ReadingError: The file is damaged.
    """
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
            table = connection.read_parquet(glob.escape(str(path)))
            columns = list(leaves(table.columns, table.types, None))
            yield 0, [leaf.name for leaf in columns]
            rows = table.select(*(leaf.text for leaf in columns)).iter_rows()
            makers = [Native if leaf.kind in TYPED else str for leaf in columns]
            for number, row in enumerate(rows, 1):
                cells = zip(makers, row, strict=True)
                yield number, ["" if text is None else make(text) for make, text in cells]
    except duckdb.Error as error:
        raise ReadingError(f"the file is damaged: {str(error).splitlines()[0]}") from error
