"""A sheet of a workbook, read as rows of cells. Formats of numbers are not read."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from .reading import Native, ReadingError, Rows, Source


def workbook(path: Path) -> CalamineWorkbook:
    """Open a workbook.

    Raises:
        ReadingError: It is damaged.
    """
    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as error:
        raise ReadingError(f"the workbook cannot be read: {error}") from error


def opened(path: Path, name: str) -> CalamineSheet:
    """Open a sheet.

    Raises:
        ReadingError: The sheet is not there, or damaged.
    """
    book = workbook(path)
    if name not in book.sheet_names:
        known = ", ".join(book.sheet_names)
        raise ReadingError(f"there is no sheet {name!r} beside {known}")
    try:
        return book.get_sheet_by_name(name)
    except CalamineError as error:
        raise ReadingError(f"the sheet {name!r} cannot be read: {error}") from error


def lines(source: Source, path: Path) -> Rows:
    """Yield each row that is not empty, with its number.

    Raises:
        ReadingError: The sheet is not there.
    """
    sheet = opened(path, source.sheet)
    first = sheet.start[0] if sheet.start else 0
    same = copies(sheet) if source.merged == "fill" else {}
    held: dict[tuple[int, int], Any] = {}
    for number, row in enumerate(sheet.iter_rows(), first):
        for place in range(len(row)) if same else ():
            origin = same.get((number, place))
            if origin == (number, place):
                held[origin] = row[place]
            elif origin:
                row[place] = held[origin]
        cells = [plain(value) for value in row]
        if any(cell.strip() for cell in cells):
            yield number + 1, cells


def copies(sheet: CalamineSheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Return for each merged cell, by row and place, the one that has the value."""
    left = sheet.start[1] if sheet.start else 0
    return {
        (row, column - left): (top, start - left)
        for (top, start), (bottom, end) in sheet.merged_cell_ranges or ()
        for row in range(top, bottom + 1)
        for column in range(start, end + 1)
    }


def plain(value: Any) -> str:
    """Return a value as text. All but texts have their type in the file."""
    match value:
        case str():
            return value
        case bool():
            return Native(str(value).lower())
        case float():
            # A workbook has whole numbers only as floats.
            return Native(int(value) if value.is_integer() else value)
        case datetime():
            whole = value.replace(microsecond=0) + timedelta(seconds=value.microsecond >= 500_000)
            return Native(whole.isoformat(" "))
        case date() | time():
            return Native(value.isoformat())
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return Native(value)
