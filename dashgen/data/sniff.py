"""How a file is written: its encoding, its delimiter, its header, and what is no row."""

import codecs
import csv
import gzip
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dashgen.data.reading import Source, encoding_exists, lines, number, opened
from dashgen.errors import DataError
from dashgen.system import quoted

SAMPLE = 1 << 18  # characters that are looked at for the delimiter
ROWS = 200
BLOCK = 1 << 20
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
MARKS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
FOREIGN = {
    b"PK\x03\x04": ("an Excel or another zip file", "save it as CSV"),
    b"\xd0\xcf\x11\xe0": ("an old Excel file", "save it as CSV"),
    b"PAR1": ("a Parquet file, which is not read yet", "save it as CSV"),
    b"%PDF": ("a PDF file", "pass a CSV or TSV file"),
    b"SQLite format 3": ("a SQLite database, which is not read yet", "export a table as CSV"),
    b"BZh": ("compressed by bzip2", "unpack it, or use gzip"),
    b"\x28\xb5\x2f\xfd": ("compressed by zstd", "unpack it, or use gzip"),
}
WEB_PAGE = re.compile(rb"\s*(<!doctype|<html|<\?xml|<head)", re.IGNORECASE)
# Letters and signs of Western Europe that are not in ASCII.
WESTERN = {
    *"äöüßÄÖÜéèêëàâáåãæçñíìîïóòôõøœúùûÿýÉÈÊËÀÂÁÅÃÆÇÑÍÌÎÏÓÒÔÕØŒÚÙÛÝðÐþÞ",
    *"€£¥§°²³µ½¼¾·«»\u201c\u201d\u201e\u2018\u2019\u2013\u2014…®©™¡¿ªº\xd7±\xa0",
}
FOREIGN_LETTERS = re.compile("[\xc0-\xff]{3}")
TOTAL = re.compile(r"(grand |sub)?total|sum|summe|gesamt\w*|somme|totale?", re.IGNORECASE)


@dataclass(frozen=True)
class Flag:
    """An answer to a doubt, as one gives it on the command line."""

    name: str
    value: str
    meaning: str

    @property
    def words(self) -> str:
        """Return what is typed."""
        return f"--{self.name} {quoted(self.value)}" if self.value else f"--{self.name}"

    def __str__(self) -> str:
        return f"{self.words} {self.meaning}"


@dataclass(frozen=True)
class Doubt:
    """A guess that could be wrong.

    Args:
        text: What is not sure.
        flags: What answers it, one flag an answer.
        changes_figures: Whether the other answer gives other figures.
    """

    text: str
    flags: tuple[Flag, ...] = ()
    changes_figures: bool = False


@dataclass(frozen=True)
class Given:
    """What the user has said about a file; None and empty are to be guessed."""

    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    footer: int | None = None
    ragged: str | None = None
    decimal: str | None = None
    day_first: bool | None = None
    roles: tuple[tuple[str, str], ...] = ()
    show: tuple[str, ...] = ()


def sniffed(path: Path, given: Given) -> tuple[Source, list[Doubt]]:
    """Return how a file is written, and what is not sure of that.

    Raises:
        DataError: It is no text file with a table.
    """
    doubts: list[Doubt] = []
    _check(path)
    encoding = given.encoding or _encoding(path, doubts)
    if not encoding_exists(encoding):
        raise DataError(
            path, f"there is no encoding {encoding!r}", "pass --encoding utf-8, cp1252, …"
        )
    text = _beginning(path, encoding)
    if not text.strip():
        raise DataError(path, "the file is empty")
    delimiter = given.delimiter or _delimiter(path, text, doubts)
    source = Source(str(path), encoding, delimiter, ragged=given.ragged or "refuse")
    top = top_of(source, path)
    header = _header(top, doubts) if given.header is None else given.header
    return replace(source, header=header, footer=given.footer or 0), doubts


def header_doubts(top: Sequence[Sequence[str]], header: int) -> list[Doubt]:
    """Return what is not sure of the row that was taken for the header, and of the next one."""
    names, rows = top[header - 1], top[header : header + ROWS]
    if len(rows) < 2:
        return []
    figures = [
        place
        for place in range(len(names))
        if sum(_is_figure(row, place) for row in rows[1:]) > 0.6 * len(rows[1:])
    ]
    above = [place for place in figures if names[place].strip() and _is_figure(names, place)]
    years = [place for place in above if re.fullmatch(r"(19|20)\d\d", names[place].strip())]
    second = [place for place in figures if rows[0][place : place + 1] != [""]]
    if len(years) >= 2:
        first, last = names[years[0]].strip(), names[years[-1]].strip()
        text = f"the headers {first} to {last} are years, so each row may hold several figures"
        keep = Flag("header", str(header), "keeps a column a year")
        return [Doubt(text, (keep,), True)]
    if above:
        text = f"row {header} may be no header, because {names[above[0]].strip()} is a figure"
        return [
            Doubt(
                text,
                (Flag("header", str(header), "takes it as one"), Flag("header", "0", "as a row")),
                True,
            )
        ]
    if (
        figures
        and len(second) >= len(figures) > 0
        and not any(_is_figure(rows[0], p) for p in second)
    ):
        text = f"row {header + 1} may be a second header: {', '.join(rows[0])[:60]}"
        flags = (
            Flag("header", str(header + 1), "takes its names"),
            Flag("header", str(header), "takes it as a row"),
        )
        return [Doubt(text, flags, True)]
    return []


def footer_doubts(last: Sequence[tuple[int, Sequence[str]]], width: int) -> list[Doubt]:
    """Return what is not sure of the last rows, each with its line: they may be totals or notes."""
    count = 0
    for _, row in reversed(last):
        filled = [cell for cell in row if cell.strip()]
        short = width > 2 and len(filled) == 1 and not _is_figure(filled, 0)
        if not short and not (filled and TOTAL.match(filled[0].strip())):
            break
        count += 1
    if not count or count == len(last):
        return []
    line, row = last[-count]
    text = f"line {line} may be no row of the table: {', '.join(filter(None, row))[:60]}"
    flags = (
        Flag("footer", str(count), f"leaves out the last {count}"),
        Flag("footer", "0", "keeps all rows"),
    )
    return [Doubt(text, flags, True)]


def _is_figure(row: Sequence[str], place: int) -> bool:
    cell = row[place].strip() if place < len(row) else ""
    dated = re.fullmatch(r"\d{1,4}([-./]\d{1,4}){1,2}([T ].*)?", cell)
    return bool(dated) or any(number(cell, mark) is not None for mark in ".,")


def _check(path: Path) -> None:
    if path.is_dir():
        raise DataError(path, "this is a folder", "pass a file")
    try:
        with path.open("rb") as file:
            start = file.read(2048)
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                start = file.read(2048)
    except FileNotFoundError:
        raise DataError(path, "there is no such file") from None
    except (OSError, EOFError) as error:
        raise DataError(path, f"cannot be read: {error}") from error
    for mark, (what, hint) in FOREIGN.items():
        if start.startswith(mark):
            raise DataError(path, f"this is {what}", hint)
    if WEB_PAGE.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise DataError(path, "this is a web page or XML", "download the data themselves")
    if start.lstrip()[:1] in (b"{", b"[") and b'":' in start.replace(b'" :', b'":'):
        raise DataError(path, "this is JSON, which is not read yet", "save it as CSV")
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(path, "this is no text, or UTF-16 without a mark", "save it as UTF-8")


def _blocks(path: Path) -> Iterator[bytes]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        while block := file.read(BLOCK):
            yield block


def _encoding(path: Path, doubts: list[Doubt]) -> str:
    blocks = _blocks(path)
    try:
        first = next(blocks, b"")
        for mark, name in MARKS.items():
            if first.startswith(mark):
                return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        decoder.decode(first)
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _western(path, doubts)
    except (EOFError, OSError) as error:
        raise DataError(path, f"the compressed file is damaged: {error}") from error
    return "utf-8"


def _western(path: Path, doubts: list[Doubt]) -> str:
    hint = "pass --encoding, such as cp1252, cp1250, cp1251, mac-roman or shift-jis"
    seen: Counter[str] = Counter()
    for block in _blocks(path):
        try:
            text = block.decode("cp1252")
        except UnicodeDecodeError:
            raise DataError(
                path, "the encoding is neither UTF-8 nor Western European", hint
            ) from None
        seen.update(sign for sign in text if not sign.isascii())
        if FOREIGN_LETTERS.search(text):
            raise DataError(path, "the encoding is not sure", hint)
    if set(seen) - WESTERN:
        raise DataError(path, "the encoding is not sure", hint)
    signs = "".join(sign for sign, _ in seen.most_common(8))
    doubts.append(Doubt(f"read as Western European (cp1252), with {signs}"))
    return "cp1252"


def _beginning(path: Path, encoding: str) -> str:
    try:
        with opened(path, encoding) as file:
            return str(file.read(SAMPLE))
    except UnicodeError as error:
        raise DataError(
            path, f"not in the encoding {encoding}", "pass another --encoding"
        ) from error
    except (EOFError, OSError) as error:
        raise DataError(path, f"the compressed file is damaged: {error}") from error


def _delimiter(path: Path, text: str, doubts: list[Doubt]) -> str:
    if path.name.removesuffix(".gz").endswith((".tsv", ".tab")) and "\t" in text:
        return "\t"
    scores = {}
    for mark in DELIMITERS:
        widths = _widths(text, mark)
        if not widths:
            continue
        usual, count = Counter(widths).most_common(1)[0]
        if usual > 1:
            scores[mark] = (round(count / len(widths), 1), usual)
    if not scores:
        return ","
    best = max(scores, key=lambda mark: scores[mark])
    share = scores[best][0]
    rivals = [m for m in scores if m != best and scores[m][0] >= share and scores[m][1] > 1]
    # A comma inside of figures or texts is as regular as a delimiter, but not in the header.
    head = [cells[0] for mark in [best, *rivals] if (cells := _widths(text, mark))]
    if (
        rivals
        and head[0] == scores[best][1]
        and all(width != scores[m][1] for m, width in zip(rivals, head[1:], strict=True))
    ):
        rivals = []
    if rivals and scores[best][1] != max(scores[m][1] for m in rivals) and share < 1:
        rivals = []
    if rivals:
        named = " or ".join(DELIMITERS[mark] for mark in [best, *rivals])
        flags = tuple(
            Flag("delimiter", DELIMITERS[mark], f"splits at each {DELIMITERS[mark]}")
            for mark in [best, *rivals]
        )
        doubts.append(Doubt(f"the delimiter may be {named}", flags, True))
    return best


def _widths(text: str, mark: str) -> list[int]:
    """Return the number of cells of the first rows; the last one may be cut, so it is left out."""
    cut = text if len(text) < SAMPLE else text[: text.rfind("\n")]
    widths = []
    try:
        for row in csv.reader(cut.splitlines(keepends=True), delimiter=mark, strict=True):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) >= ROWS:
                break
    except csv.Error:
        pass
    return widths


def top_of(source: Source, path: Path) -> list[list[str]]:
    """Return the first rows of a file as they are."""
    found = []
    for _, row in lines(source, path):
        found.append(row)
        if len(found) >= ROWS:
            break
    return found


def _header(top: Sequence[Sequence[str]], doubts: list[Doubt]) -> int:
    """Return the first row that is as wide as the table; before it may be a title and notes."""
    usual = Counter(len(row) for row in top).most_common(1)[0][0]
    wide = (
        place
        for place, row in enumerate(top)
        if len(row) >= usual and _filled(row) >= min(usual, max(2, usual * 0.5))
    )
    place = next(wide, 0)
    if place:
        words = ", ".join(filter(None, top[0]))[:40]
        padded = any(len(row) >= usual for row in top[:place])
        flags = (
            Flag("header", str(place + 1), f"takes row {place + 1}"),
            Flag("header", "1", "takes the first"),
        )
        text = f"{place} rows before the header are left out: {words}"
        doubts.append(Doubt(text, flags, padded))
    return place + 1


def _filled(row: Sequence[str]) -> int:
    return len([cell for cell in row if cell.strip()])


def last_of(source: Source, path: Path) -> list[tuple[int, list[str]]]:
    """Return the last rows of a file as they are, each with its line."""
    return list(deque(lines(source, path), maxlen=5))
