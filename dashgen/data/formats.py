"""The format of a file, and the facts of a workbook beside its cells."""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from dashgen.data.address import Address
from dashgen.data.doubts import Doubt, Flag
from dashgen.data.reading import DAMAGED, ReadingError, Source, lines, opened, reads, unpacked
from dashgen.errors import DataError

PACKAGES = {
    "excel": ("python-calamine", "data"),
    "parquet": ("duckdb", "data"),
    "postgresql": ("psycopg", "postgresql"),
}
FOREIGN = {
    b"\xd0\xcf\x11\xe0": ("an old Excel file, or one with a password", "save it as .xlsx"),
    b"%PDF": ("a PDF file", "pass a table"),
    b"SQLite format 3": ("a SQLite database, which is not read yet", "export a table as CSV"),
    b"BZh": ("compressed by bzip2", "unpack it, or use gzip"),
    b"\x28\xb5\x2f\xfd": ("compressed by zstd", "unpack it, or use gzip"),
}
ZIPS = {
    "xl/workbook.bin": ("a binary Excel file", "save it as .xlsx"),
    "mimetype": ("an OpenDocument file", "save it as .xlsx"),
}
WEB_PAGE = re.compile(rb"\s*(<!doctype|<html|<\?xml|<head)", re.IGNORECASE)
JSON_NAMES = (".json", ".jsonl", ".ndjson")

PERCENT = {"9": "0%", "10": "0.00%"}
# Some programs write a name such as `x:` before each of these.
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
FORMULA = re.compile(rb"<(?:\w+:)?f\b")
VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]")
ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
BLOCK = 1 << 20
MOST_NAMED = 3


def format_of(path: Path | Address) -> str:
    """Return the format of a file, as its beginning shows it.

    Raises:
        DataError: It is no file with a table. The message names its format.
    """
    if isinstance(path, Address):
        path.plain()
        return "postgresql"
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise DataError(path, "the name of the file is not UTF-8", "rename it") from None
    start = _start(path)
    if start.startswith(b"PK\x03\x04"):
        return _zip(path)
    if start.startswith(b"PAR1"):
        return "parquet"
    for mark, (what, hint) in FOREIGN.items():
        if start.startswith(mark):
            raise DataError(path, f"this is {what}", hint)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "ignore").encode("utf-8", "ignore")
    if WEB_PAGE.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise DataError(path, "this is a web page or XML", "download the data themselves")
    if b"\0" in start:
        raise DataError(path, "this is no text, or UTF-16 without a mark", "save it as UTF-8")
    named = path.name.lower().removesuffix(".gz").endswith(JSON_NAMES)
    first = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first in (b"{", b"[") and (named or re.search(rb'"\s*:', start)):
        return "jsonl"
    if named and first:
        raise DataError(path, "this is no JSON with objects", "pass one object a line")
    return "csv"


def _start(path: Path) -> bytes:
    if path.is_dir():
        raise DataError(path, "this is a folder", "pass a file")
    try:
        with unpacked(path) as file:
            return bytes(file.read(2048))
    except FileNotFoundError:
        raise DataError(path, "there is no such file") from None
    except (OSError, *DAMAGED) as error:
        raise DataError(path, f"cannot be read: {error}") from error


def _zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(path, f"the workbook or zip file is damaged: {error}") from error
    if "xl/workbook.xml" in inside:
        return "excel"
    for name, (what, hint) in ZIPS.items():
        if name in inside:
            raise DataError(path, f"this is {what}", hint)
    raise DataError(path, "this is a zip file without a workbook", "unpack it")


def module(path: Path | Address, form: str) -> Any:
    """Return the module that reads a format.

    Raises:
        DataError: The package that it needs is not installed.
    """
    try:
        return reads(form)
    except ReadingError:
        package, extra = PACKAGES[form]
        raise DataError(
            path, f"reading it needs the package {package}", f"install dashgen-cli[{extra}]"
        ) from None


def refuse_inner_rows(source: Source, path: Path) -> None:
    """Refuse an object on one line that has the rows within it.

    Raises:
        DataError: Names where the rows are.
    """
    try:
        with opened(path, source.encoding) as file:
            line = file.readline()
            if not line.startswith("{") or file.read(BLOCK).strip():
                return
        whole = json.loads(line)
    except (ValueError, RecursionError, OSError, *DAMAGED):
        return  # What is wrong is found where all lines are read.
    for name, value in whole.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            raise DataError(path, f"the rows are within {name!r}", "save that list alone")


def sheet_of(path: Path, wanted: str | None, doubts: list[Doubt]) -> str:
    """Return the sheet that is meant: the one that was named, or the only one with rows.

    Raises:
        DataError: There is no such sheet, or none with rows.
    """
    excel = module(path, "excel")
    book = excel.workbook(path)
    sheets = [
        (str(one.name), str(one.visible))
        for one in book.sheets_metadata
        if str(one.typ).endswith("WorkSheet")
    ]
    names = [name for name, _ in sheets]
    if wanted is not None:
        for name in names:
            if name.casefold() == wanted.casefold():
                return name
        raise DataError(path, f"there is no sheet {wanted!r}", f"its sheets are {', '.join(names)}")
    filled = [pair for pair in sheets if excel.opened(path, pair[0]).height > 1]
    filled = [pair for pair in filled if pair[1].endswith("Visible")] or filled
    if not filled:
        raise DataError(path, "the workbook has no sheet with rows")
    if len(filled) > 1:
        flags = tuple(Flag("sheet", name, "takes it") for name, _ in filled)
        doubts.append(Doubt(f"{len(filled)} sheets have rows", flags, True))
    return filled[0][0]


def merged_doubts(path: Path, source: Source, line: int, given: Any) -> list[Doubt]:
    """Return the doubts about merged cells in the header and below it.

    Args:
        path: The workbook.
        source: How it is read.
        line: The row of the sheet that was taken for the header. 0: there is none.
        given: The user's answers about the file.
    """
    found = module(path, "excel").opened(path, source.sheet)
    areas = found.merged_cell_ranges or []
    doubts = []
    above = [area for area in areas if area[0][0] < line <= area[1][0] + 1]
    below = [area for area in areas if area[0][0] >= line]
    if above and given.header is None:
        flags = (
            Flag("header", str(source.header + 1), "takes the names of the next row"),
            Flag("header", str(source.header), "takes that row as data"),
        )
        doubts.append(Doubt(f"row {line} has merged cells ({_areas(above)})", flags, True))
    if below and not given.merged:
        flags = (
            Flag("merged", "fill", "gives each of them the value"),
            Flag("merged", "first", "leaves all but the first empty"),
        )
        doubts.append(Doubt(f"cells of the table are merged ({_areas(below)})", flags, True))
    return doubts


def _areas(found: list[Any]) -> str:
    words = [f"{_cell(*first)}:{_cell(*last)}" for first, last in found[:MOST_NAMED]]
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return ", ".join(words) + more


def _cell(row: int, place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


@dataclass(frozen=True)
class Looks:
    """The look of a sheet beside the values of its cells.

    Args:
        errors: How many cells have an error, such as #REF!.
        unknown: How many formulas have no result.
        codes: The usual number format of a column, by its place.
    """

    errors: int
    unknown: int
    codes: dict[int, str]


def looks(path: Path, source: Source) -> Looks:
    """Return the look of the cells below the header.

    Raises:
        DataError: The workbook is damaged.
    """
    errors = unknown = 0
    first = next(islice(lines(source, path), source.header, None), (0, []))[0]
    styles: dict[int, Counter[bytes]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            codes = _codes(archive)
            for attributes, inside in _cells(archive, _part(archive, source.sheet)):
                place, row = _place(attributes.get(b"r", b""))
                if 0 < row < first:
                    continue
                kind = attributes.get(b"t")
                errors += kind == b"e"
                valued = VALUE.search(inside)
                unknown += kind != b"str" and bool(FORMULA.search(inside)) and not valued
                if valued and row:
                    styles.setdefault(place, Counter())[attributes.get(b"s", b"0")] += 1
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, StopIteration, OSError) as error:
        raise DataError(path, f"the workbook is damaged: {error}") from error
    left = module(path, "excel").opened(path, source.sheet).start[1]
    usual = {place - left: seen.most_common(1)[0][0] for place, seen in styles.items()}
    known = {place: codes.get(int(style), "") for place, style in usual.items()}
    return Looks(errors, unknown, {place: code for place, code in known.items() if code})


def _place(name: bytes) -> tuple[int, int]:
    letters = name.rstrip(b"0123456789")
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1, int(name[len(letters) :] or 0)


def _cells(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[dict[bytes, bytes], bytes]]:
    rest = b""
    with archive.open(part) as file:
        while block := file.read(BLOCK):
            end = 0
            rest += block
            for match in CELL.finditer(rest):
                end = match.end()
                yield dict(ATTRIBUTE.findall(match[1])), match[2] or b""
            rest = rest[end:]


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the file in the archive that has a sheet. The strict form has other namespaces."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    sheets = (one.attrib for one in book.iterfind(".//{*}sheet") if one.get("name") == sheet)
    relation = next(said for name, said in next(sheets).items() if name.endswith("}id"))
    related = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(one.attrib["Target"] for one in related if one.get("Id") == relation)
    return str(PurePosixPath("/xl") / target).removeprefix("/")


def _codes(archive: zipfile.ZipFile) -> dict[int, str]:
    """Return the number format of each style, without the formats that all workbooks have."""
    try:
        sheet = ElementTree.fromstring(archive.read("xl/styles.xml"))
    except KeyError:
        return {}
    stated = sheet.iterfind(".//{*}numFmt")
    own = {one.attrib["numFmtId"]: one.attrib["formatCode"] for one in stated}
    styles = sheet.find("{*}cellXfs")
    return {
        number: (PERCENT | own).get(one.get("numFmtId", ""), "")
        for number, one in enumerate(styles if styles is not None else ())
    }
