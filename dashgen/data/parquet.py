"""A Parquet file, read by DuckDB as rows of cells.

A struct gives columns such as `customer.city`. A list is a text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression

from .reading import Native, ReadingError, Rows, Source

TYPED = {"boolean", "date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "time"}
FRACTIONS = {"float", "double"}
FIGURES = {"decimal", "bignum", "hugeint", "uhugeint"} | {
    f"{sign}{size}" for sign in ("", "u") for size in ("tinyint", "smallint", "integer", "bigint")
}
WITH_ZONE = "timestamp with time zone"


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
            shown = self.value.cast("VARCHAR")
            return FunctionExpression("nullif", shown, ConstantExpression("nan"))
        if self.kind == WITH_ZONE:
            moved = FunctionExpression("timezone", ConstantExpression("UTC"), self.value)
            return FunctionExpression("concat", moved.cast("VARCHAR"), ConstantExpression("Z"))
        return self.value.cast("VARCHAR")

    def cell(self, text: str | None) -> str:
        """Return a value, of which DuckDB has made a text, as a cell."""
        if text is None:
            return ""
        if self.kind in FRACTIONS:
            return Native(text.removesuffix(".0"))
        return Native(text) if self.kind in TYPED | FIGURES | {WITH_ZONE} else text


def leaves(names: Sequence[str], types: Sequence[Any], inside: Expression | None) -> Iterator[Leaf]:
    """Yield each column, and each field of a struct in the place of the struct."""
    for name, kind in zip(names, types, strict=True):
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


def lines(source: Source, path: Path) -> Rows:
    """Yield the names of the columns, and then each row with its number.

    Raises:
        ReadingError: The file is damaged.
    """
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
            table = connection.read_parquet(str(path))
            columns = list(leaves(table.columns, table.types, None))
            yield 0, [leaf.name for leaf in columns]
            rows = table.select(*(leaf.text for leaf in columns)).iter_rows()
            for number, row in enumerate(rows, 1):
                yield number, [leaf.cell(text) for leaf, text in zip(columns, row, strict=True)]
    except duckdb.Error as error:
        raise ReadingError(f"the file is damaged: {str(error).splitlines()[0]}") from error
