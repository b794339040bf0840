"""Descriptions of data: the columns of a file or a table, and its place."""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from duckdb import ColumnExpression, Expression

from .errors import UserError
from .language import CURRENCIES
from .reading import TYPES, Source

ROLES = ("time", "measure", "category", "identifier", "text", "flag", "place")
# A page shows the sum of these before other sums, such as quantities.
MONEY = re.compile(
    r"amount|revenue|sales|turnover|spend|profit|income|budget|cost|expens|payment|salar|umsatz"
    r"|betrag|erl(ö|oe)s|kosten|ausgabe|einnahme|gehalt|saldo|balance"
    r"|(?<![a-z])(fares?|fees?|bill|charges?|tips?|wages?)(?![a-z])",
    re.IGNORECASE,
)


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
    order: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return its name on the page."""
        return self.label or self.name

    @property
    def value(self) -> Expression:
        """Return the column in a query."""
        return ColumnExpression(self.key)

    @property
    def money(self) -> bool:
        """Whether its unit or its name is one of money. Other units count, too."""
        return self.unit not in ("", "%") or bool(MONEY.search(self.name))

    @property
    def cents(self) -> bool:
        """Whether its numbers have two decimals or none, as amounts of money have."""
        return self.unit in CURRENCIES or (not self.unit and self.money)

    @property
    def listed(self) -> bool:
        """Whether one chooses among its values."""
        return self.role in ("category", "flag") or (self.role == "place" and self.type == "text")


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
            Column(f"c{place}", name, **{**options, "order": tuple(options.get("order", ()))})
            for place, (name, options) in enumerate(said["columns"].items())
        ]
    except (KeyError, TypeError, AttributeError) as error:
        known = ", ".join(field.name for field in fields(Column)[2:])
        raise DataError(f"{file.name}: {error}. A column has {known}") from error
    for column in columns:
        if column.type not in TYPES or column.role not in ROLES:
            raise DataError(
                f"{file.name}: column {column.name!r} has an unknown role or type. Roles are "
                f"{', '.join(ROLES)}. Types are {', '.join(TYPES)}"
            )
    return source, columns
