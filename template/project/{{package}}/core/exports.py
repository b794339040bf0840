"""Tables as files for download."""

from typing import Any

import pandas as pd
from dash import dcc

MARK = "\ufeff"  # by which Excel knows UTF-8, and leaves letters as they are
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet would calculate


def as_text(cell: Any) -> Any:
    """Return a cell as it is, or behind an apostrophe if it is a text that looks like a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def safe(column: pd.Series) -> pd.Series:
    """Return a column whose texts a spreadsheet does not calculate."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    # As objects. Otherwise whole numbers get a decimal point if one of them is missing.
    return pd.Series([as_text(cell) for cell in column], column.index, dtype=object)


def csv(table: pd.DataFrame, filename: str) -> Any:
    """Return the data of a `dcc.Download`: a table as CSV that is safe to open in a spreadsheet."""
    text = table.rename(columns=as_text).apply(safe).to_csv(index=False)
    return dcc.send_string(MARK + text, filename, type="text/csv;charset=utf-8")
