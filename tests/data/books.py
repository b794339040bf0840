"""Workbooks and Parquet files for tests, written by other programs than what reads them."""

import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
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


def edited(workbook: bytes, edit: Callable[[str], str | None]) -> bytes:
    """Return a workbook with another text of its first sheet, or, with None, without that."""
    whole = zipfile.ZipFile(io.BytesIO(workbook))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in whole.namelist():
            content: str | None = whole.read(name).decode()
            if "worksheets/sheet1.xml" in name:
                content = edit(content or "")
            if content is not None:
                archive.writestr(name, content)
    return made.getvalue()


def prefixed(sheet: str) -> str:
    """Return a sheet as other programs write it, with a name before each element."""
    sheet = re.sub(r"<(/?)(?=\w)", r"<\1x:", sheet)
    return sheet.replace("xmlns=", "xmlns:x=")


def strict(workbook: bytes) -> bytes:
    """Return a workbook with the names of the strict form of its standard."""
    whole = zipfile.ZipFile(io.BytesIO(workbook))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in whole.namelist():
            content = whole.read(name).decode()
            content = re.sub(
                r"http://schemas.openxmlformats.org/(spreadsheetml|officeDocument)/2006/",
                r"http://purl.oclc.org/ooxml/\1/",
                content,
            )
            archive.writestr(name, content)
    return made.getvalue()


def parquet(query: str) -> bytes:
    """Return what a query gives as a Parquet file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        made = Path(folder) / "made.parquet"
        connection.sql(query).write_parquet(str(made))
        return made.read_bytes()
