"""The format of a file: its encoding, delimiter and header, and lines that are no rows."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from dashgen.data import formats
from dashgen.data.address import Address, readable
from dashgen.data.doubts import DELIMITERS, Doubt, Flag
from dashgen.data.reading import (
    DAMAGED,
    YEAR,
    Source,
    filled,
    lines,
    number,
    opened,
    span,
    unpacked,
)
from dashgen.errors import DataError

SAMPLE = 1 << 18  # characters that are looked at for the delimiter
ROWS = 200
SPACE = DELIMITERS["space"]
# A space is asked about if there is no other.
SIGNS = {sign: name for name, sign in DELIMITERS.items() if sign != SPACE}
MARKS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
# Letters and signs of Western Europe that are not in ASCII.
WESTERN = {
    *"äöüßÄÖÜéèêëàâáåãæçñíìîïóòôõøœúùûÿýÉÈÊËÀÂÁÅÃÆÇÑÍÌÎÏÓÒÔÕØŒÚÙÛÝðÐþÞ",
    *"€£¥§°²³µ½¼¾·«»\u201c\u201d\u201e\u2018\u2019\u2013\u2014…®©™¡¿ªº\xd7±\xa0",
}
FOREIGN_LETTERS = re.compile("[\xc0-\xff]{3}")
TOTAL = re.compile(r"((grand |sub)?total[es]?|sums?|summen?|gesamt\w*|sommes?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Given:
    """The user's answers about a file. dashgen guesses those that are None or empty."""

    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    footer: int | None = None
    ragged: str | None = None
    decimal: str | None = None
    day_first: bool | None = None
    roles: tuple[tuple[str, str], ...] = ()
    show: tuple[str, ...] = ()
    sheet: str | None = None
    merged: str | None = None
    unpivot: bool | None = None


def sniffed(place: Path | Address, given: Given) -> tuple[Source, list[Doubt]]:
    """Return the format of a file, and doubts about it. Only the beginning is read.

    Raises:
        DataError: It is no file with a table.
    """
    doubts: list[Doubt] = []
    form = formats.format_of(place)
    for option, known in (
        ("encoding", ("csv", "jsonl")),
        ("delimiter", ("csv",)),
        ("ragged", ("csv",)),
        ("header", ("csv", "excel")),
        ("footer", ("csv", "jsonl", "excel", "parquet")),
        ("unpivot", ("csv", "jsonl", "excel", "parquet")),
        ("sheet", ("excel",)),
        ("merged", ("excel",)),
    ):
        if getattr(given, option) is not None and form not in known:
            raise DataError(place, f"--{option} is not for such a file", f"leave out --{option}")
    if form != "csv":
        formats.module(place, form)
    source = _written(place, form, given, doubts)
    path = readable(place)
    numbered = list(islice(lines(source, path), ROWS + (given.header or 0)))
    top = [row for _, row in numbered]
    if not top:
        raise DataError(place, "the file is empty")
    header = given.header
    if header and header > len(top):
        raise DataError(path, f"row {header} is below the last row", "pass a smaller --header")
    if header is None:
        header = _header(top, doubts) if form in ("csv", "excel") else 1
    source = replace(source, header=header, unpivot=bool(given.unpivot))
    if form == "excel":
        line = numbered[header - 1][0] if 0 < header <= len(numbered) else 0
        doubts += formats.merged_doubts(path, source, line, given)
    sure = not any(doubt.changes_figures for doubt in doubts)
    if sure and given.header is None and form in ("csv", "excel"):
        doubts += _header_doubts(top, header)
    if sure and given.unpivot is None and header and form != "postgresql":
        doubts += _year_doubts(top, header)
    return source, doubts


def _written(path: Path | Address, form: str, given: Given, doubts: list[Doubt]) -> Source:
    if isinstance(path, Address):
        return Source(path.plain().whole, form)
    source = Source(str(path), form)
    if form == "parquet":
        return source
    if form == "excel":
        sheet = formats.sheet_of(path, given.sheet, doubts)
        return replace(source, sheet=sheet, merged=given.merged or "first")
    encoding = given.encoding or _encoding(path, doubts)
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        raise DataError(
            path, f"there is no encoding {encoding!r}", "pass --encoding utf-8, cp1252, …"
        ) from None
    source = replace(source, encoding=encoding)
    if form == "jsonl":
        formats.refuse_inner_rows(source, path)
        return source
    text = _beginning(path, encoding)
    if not text.strip():
        raise DataError(path, "the file is empty")
    delimiter = given.delimiter or _delimiter(path, text, doubts)
    return replace(source, delimiter=delimiter, ragged=given.ragged or "refuse")


def _year_doubts(top: Sequence[Sequence[str]], header: int) -> list[Doubt]:
    """Return doubts about headers that are years or months, with no years or months below."""
    names, rows = top[header - 1], top[header:]
    years = [place for place, name in enumerate(names) if YEAR.fullmatch(name.strip())]
    below = [row[place] for row in rows for place in years if place < len(row)]
    if len(years) < 2 or all(YEAR.fullmatch(cell.strip()) for cell in below):
        return []
    first, last = names[years[0]].strip(), names[years[-1]].strip()
    what = f"{span(first)}s"
    flags = (
        Flag("unpivot", "", f"makes a row of each cell, with {what} in a column"),
        Flag("no-unpivot", "", "keeps a column for each"),
    )
    return [Doubt(f"the headers {first} to {last} are {what}", flags, True)]


def _header_doubts(top: Sequence[Sequence[str]], header: int) -> list[Doubt]:
    """Return doubts about the row that was taken for the header, and about the next row."""
    names, rows = top[header - 1], top[header : header + ROWS]
    if len(rows) < 2:
        return []
    figures = [
        place
        for place in range(len(names))
        if sum(_is_figure(row, place) for row in rows[1:]) > 0.6 * len(rows[1:])
    ]
    above = [place for place in figures if names[place].strip() and _is_figure(names, place)]
    years = [place for place in above if YEAR.fullmatch(names[place].strip())]
    second = [place for place in figures if rows[0][place : place + 1] != [""]]
    if len(years) >= 2:
        return []
    if above:
        text = f"row {header} may be no header, because {names[above[0]].strip()} is a figure"
        return [
            Doubt(
                text,
                (Flag("header", str(header), "takes it as one"), Flag("header", "0", "as a row")),
                True,
            )
        ]
    if figures and second == figures and not any(_is_figure(rows[0], p) for p in second):
        text = f"row {header + 1} may be a second header: {', '.join(rows[0])[:60]}"
        flags = (
            Flag("header", str(header + 1), "takes its names"),
            Flag("header", str(header), "takes it as a row"),
        )
        return [Doubt(text, flags, True)]
    return []


def footer_doubts(last: Sequence[tuple[int, Sequence[str]]], width: int) -> list[Doubt]:
    """Return doubts about the last rows, each with its line: they may be totals or notes."""
    count = 0
    for _, row in reversed(last):
        words = _words(row)
        short = width > 2 and len(words) == 1 and not _is_figure(words, 0)
        if not short and not (words and TOTAL.match(words[0].strip())):
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


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with unpacked(path) as file:
            while block := file.read(formats.BLOCK):
                yield block
    except (OSError, *DAMAGED) as error:
        raise DataError(path, f"the compressed file is damaged: {error}") from error


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
    except (OSError, *DAMAGED) as error:
        raise DataError(path, f"the compressed file is damaged: {error}") from error


def _delimiter(path: Path, text: str, doubts: list[Doubt]) -> str:
    if path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")) and "\t" in text:
        return "\t"
    if _is_column_of_figures(text):
        whole = Flag("delimiter", "semicolon", "keeps one column")
        split = Flag("delimiter", "comma", "splits at each comma")
        doubts.append(Doubt("the commas may be within figures", (whole, split), True))
        return ","
    scores: dict[str, tuple[float, int]] = {}
    for mark in SIGNS:
        widths = _widths(text, mark)
        if not widths:
            continue
        usual, count = Counter(widths).most_common(1)[0]
        if usual > 1:
            scores[mark] = (round(count / len(widths), 1), usual)
    if not scores:
        doubts += _space_doubts(text)
        return ","
    best = max(scores, key=lambda mark: scores[mark])
    if rivals := _rivals(text, scores, best):
        named = " or ".join(SIGNS[mark] for mark in [best, *rivals])
        flags = tuple(
            Flag("delimiter", SIGNS[mark], f"splits at each {SIGNS[mark]}")
            for mark in [best, *rivals]
        )
        doubts.append(Doubt(f"the delimiter may be {named}", flags, True))
    return best


def _rivals(text: str, scores: Mapping[str, tuple[float, int]], best: str) -> list[str]:
    """Return the other signs that may be the delimiter, too.

    Args:
        text: The beginning of the file.
        scores: For each sign, the share of rows that have the usual number of cells, and this one.
        best: The likeliest sign.
    """
    share, usual = scores[best]
    rivals = [mark for mark in scores if mark != best and scores[mark][0] >= share]
    if not rivals:
        return []
    # A comma inside of figures or texts is as regular as a delimiter, but not in the header.
    if [mark for mark in [best, *rivals] if _widths(text, mark)[0] == scores[mark][1]] == [best]:
        return []
    return rivals if share == 1 or usual == max(scores[mark][1] for mark in rivals) else []


def _is_column_of_figures(text: str) -> bool:
    """Say whether a name stands above figures, some of which have commas."""
    name, *figures = [line for line in text.splitlines() if line.strip()][:ROWS]
    marked = "," not in name and any("," in line for line in figures)
    return marked and all(_is_figure([line], 0) for line in figures)


def _space_doubts(text: str) -> list[Doubt]:
    """Return the doubt whether spaces separate the cells: figures are between as many of them."""
    widths = _widths(text, SPACE)
    cells = [cell for line in text.splitlines()[1:ROWS] for cell in line.split(SPACE)]
    figures = [cell for cell in cells if _is_figure([cell], 0)]
    regular = len(widths) > 1 and len(set(widths)) == 1 and widths[0] > 1
    if not regular or 2 * len(figures) < len(cells):
        return []
    flags = (
        Flag("delimiter", "space", "splits at each space"),
        Flag("delimiter", "comma", "keeps one column"),
    )
    return [Doubt("spaces may separate the cells", flags, True)]


def _widths(text: str, mark: str) -> list[int]:
    """Return the number of cells of the first rows, without the last, which may be cut."""
    cut = text if len(text) < SAMPLE else text[: text.rfind("\n")]
    widths = []
    try:
        for row in csv.reader(cut.splitlines(keepends=True), delimiter=mark, strict=True):
            if _words(row):
                widths.append(len(row))
            if len(widths) >= ROWS:
                break
    except csv.Error:
        pass
    return widths


def _header(top: Sequence[Sequence[str]], doubts: list[Doubt]) -> int:
    """Return the first row that is as wide as the table. A title and notes may be before it."""
    usual = Counter(len(row) for row in top).most_common(1)[0][0]
    while usual > 1 and max(map(filled, top)) < usual:
        usual -= 1  # a delimiter at the end of each row
    titled = usual == 2 and not any(_is_figure(row, p) for row in top[1:2] for p in (0, 1))
    if len(top[0]) == usual - 1 and not titled:
        flags = (
            Flag("header", "1", "takes its names, and none for the first column"),
            Flag("header", "2", "takes row 2"),
        )
        text = f"the first row has a cell less than the others: {', '.join(top[0])[:40]}"
        doubts.append(Doubt(text, flags, True))
        return 1
    wide = (
        place
        for place, row in enumerate(top)
        if len(row) >= usual and len(_words(row)) >= min(usual, max(2, usual * 0.5))
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


def _words(row: Sequence[str]) -> list[str]:
    """Return the cells of a row that are not empty."""
    return [cell for cell in row if cell.strip()]
