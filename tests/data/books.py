"""Workbooks and Parquet files for tests, written by other programs than what reads them."""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

FORMATS = {datetime: "d.m.yyyy hh:mm:ss", date: "yyyy-mm-dd", time: "hh:mm"}


@dataclass(frozen=True)
class Cell:
    """A cell with a number format or a formula."""

    value: Any
    format: str = ""
    formula: str = ""


def book(sheets: Mapping[str, Sequence[Sequence[Any]]], areas: Sequence[str] = ()) -> bytes:
    """Return a workbook; a sheet whose name begins with a dash is hidden."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            if name.startswith("-"):
                sheet.hide()
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    _write(workbook, sheet, number, place, value)
            for area in areas:
                first, _, _ = area.partition(":")
                sheet.merge_range(area, rows[int(first[1:]) - 1][ord(first[0]) - 65])
    return made.getvalue()


def _write(workbook: Any, sheet: Any, row: int, place: int, value: Any) -> None:
    cell = value if isinstance(value, Cell) else Cell(value)
    code = cell.format or FORMATS.get(type(cell.value), "")
    form = workbook.add_format({"num_format": code}) if code else None
    if cell.formula:
        sheet.write_formula(row, place, cell.formula, form, cell.value)
    elif type(cell.value) in FORMATS:
        sheet.write_datetime(row, place, cell.value, form)
    elif cell.value != "":
        sheet.write(row, place, cell.value, form)


def merged(rows: Sequence[Sequence[Any]], area: str) -> bytes:
    """Return a workbook with merged cells."""
    return book({"S": rows}, [area])


def broken() -> bytes:
    """Return a workbook that names a sheet which is not in it."""
    whole = zipfile.ZipFile(io.BytesIO(book({"S": [["a"], [1]]})))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in whole.namelist():
            if "worksheets" not in name:
                archive.writestr(name, whole.read(name))
    return made.getvalue()


def parquet(query: str) -> bytes:
    """Return what a query gives as a Parquet file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        made = Path(folder) / "made.parquet"
        connection.sql(query).write_parquet(str(made))
        return made.read_bytes()
