"""Files as people have them, each with what is right for it."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MANY = 60_000


@dataclass(frozen=True)
class Case:
    """A file, and what is to become of it.

    Args:
        content: The file's bytes.
        columns: The type of each column, or its type and role, where the file is read.
        asked: Words of the doubt that is refused without a terminal.
        refused: Words of the one line that refuses the file.
        first: Values that the app's first row has, by column.
        sums: What the app's measures add up to, by column.
        suffix: What the file's name ends with.
        hidden: The columns that are left off the page.
        given: What the user says of it.
        noted: Words of a doubt that changes no figure.
    """

    content: bytes
    columns: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""
    refused: str = ""
    first: Mapping[str, Any] = field(default_factory=dict)
    sums: Mapping[str, float] = field(default_factory=dict)
    suffix: str = ".csv"
    hidden: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    noted: str = ""


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    """Return lines as a file."""
    return "".join(f"{line}\n" for line in lines).encode(encoding)


PEOPLE = ("name;city;amount", "Jörg;Köln;1,5", "Zoë;Münster;2,5")
RIGHT = {"name": "text", "city": "text", "amount": "number"}
READ = {"name": "Jörg", "city": "Köln", "amount": 1.5}

CASES = {
    "UTF-8 with a mark": Case(
        "\ufeff".encode() + text(*PEOPLE), RIGHT, first=READ, sums={"amount": 4}
    ),
    "UTF-16 with a mark": Case(text(*PEOPLE, encoding="utf-16"), RIGHT, first=READ),
    "UTF-16 without a mark": Case(text(*PEOPLE, encoding="utf-16-le"), refused="UTF-16"),
    "Latin-1": Case(text(*PEOPLE, encoding="latin-1"), RIGHT, first=READ, noted="Western"),
    "cp1252 with a euro sign": Case(
        text("name;amount", "Ä;1,50 €", "B;2,50 €", encoding="cp1252"),
        {"name": "text", "amount": "number"},
        first={"name": "Ä", "amount": 1.5},
    ),
    "Cyrillic in cp1251": Case(
        text("город,n", "Москва,1", "Казань,2", encoding="cp1251"), refused="--encoding"
    ),
    "Japanese in Shift-JIS": Case(
        text("都市,n", "東京,1", "大阪,2", encoding="shift-jis"), refused="--encoding"
    ),
    "Japanese whose encoding is stated": Case(
        text("都市,n", "東京,1", "大阪,2", encoding="shift-jis"),
        {"都市": "text", "n": "integer"},
        given={"encoding": "shift-jis"},
        first={"都市": "東京"},
    ),
    "Mac Roman": Case(text("a;b", "Größe;1", "süß;2", encoding="mac-roman"), refused="--encoding"),
    "another encoding than stated": Case(
        text(*PEOPLE, encoding="latin-1"), refused="encoding", given={"encoding": "utf-8"}
    ),
    "thousands and a decimal comma": Case(
        text("a;b", "x;1.234,5", "y;2.000,25"),
        {"a": "text", "b": "number"},
        sums={"b": 3234.75},
    ),
    "thousands that may be decimals": Case(text("a;b", "x;1.234", "y;2.345"), asked="--decimal"),
    "commas that may be decimals": Case(text("a;b", "x;1,234", "y;2,345"), asked="--decimal"),
    "another column tells the decimal mark": Case(
        text("a;b", "1,5;1.234", "2,25;2.345"),
        {"a": "number", "b": "integer"},
        sums={"a": 3.75, "b": 3579},
    ),
    "a decimal mark that is stated": Case(
        text("a;b", "x;1.234", "y;2.345"),
        {"a": "text", "b": "integer"},
        given={"decimal": ","},
        sums={"b": 3579},
    ),
    "two groups of thousands": Case(
        text("a,b", 'x,"1,234,567"', 'y,"1,000"'),
        {"a": "text", "b": "integer"},
        sums={"b": 1_235_567},
    ),
    "Swiss thousands": Case(
        text("a,b", "x,1'234.50", "y,2'000.25"), {"a": "text", "b": "number"}, sums={"b": 3234.75}
    ),
    "narrow spaces as thousands": Case(
        text("a;b", "x;1\u202f234,5", "y;2\xa0000,5"),
        {"a": "text", "b": "number"},
        sums={"b": 3235},
    ),
    "currency before": Case(
        text("a,b", 'x,"€1,000.50"', "y,€20"), {"a": "text", "b": "number"}, sums={"b": 1020.5}
    ),
    "two currencies": Case(text("a,b", "x,€1.50", "y,$20.25"), asked="--column"),
    "percent": Case(
        text("a,share", "x,12%", "y,50 %"),
        {"a": "text", "share": "number"},
        first={"share": 0.12},
    ),
    "percent in some rows": Case(text("a,share", "x,12%", "y,50.5"), asked="--column"),
    "negatives in parentheses": Case(
        text("a,b", 'x,"(1,234.5)"', "y,10.5"),
        {"a": "text", "b": "number"},
        first={"b": -1234.5},
    ),
    "a true minus": Case(
        text("a,b", "x,\u22121.5", "y,2.5"), {"a": "text", "b": "number"}, sums={"b": 1}
    ),
    "exponents": Case(
        text("a,b", "x,1e3", "y,2.5E-1"), {"a": "text", "b": "number"}, sums={"b": 1000.25}
    ),
    "lines before the table": Case(
        text("Report of May", "", "day,shop,sold", "2024-05-01,A,1", "2024-05-02,B,2"),
        {"day": "date", "shop": "text", "sold": "integer"},
        sums={"sold": 3},
        noted="left out",
    ),
    "lines before the table, padded": Case(
        text("Report of May,,", "day,shop,sold", "2024-05-01,A,1", "2024-05-02,B,2"),
        asked="--header",
    ),
    "totals after the table": Case(text("shop,sold", "A,1", "B,2", "Total,3"), asked="--footer 1"),
    "totals that are left out": Case(
        text("shop,sold", "A,1", "B,2", "Total,3"),
        {"shop": "text", "sold": "integer"},
        given={"footer": 1},
        sums={"sold": 3},
    ),
    "a note after the table": Case(
        text("a,b,c", "x,1,2", "y,3,4", "Source: our own count"), asked="--footer 1"
    ),
    "two header lines": Case(
        text("shop,sold", "name,EUR", "A,1", "B,2", "C,3"), asked="--header 2"
    ),
    "the second of two header lines": Case(
        text("shop,sold", "name,EUR", "A,1", "B,2", "C,3"),
        {"name": "text", "EUR": "integer"},
        given={"header": 2},
        sums={"EUR": 6},
    ),
    "headers that are years": Case(
        text("country,2021,2022,2023", "A,1,2,3", "B,4,5,6", "C,7,8,9"), asked="years"
    ),
    "no header": Case(text("A,1", "B,2", "C,3"), asked="--header 0"),
    "no header, stated": Case(
        text("A,1", "B,2", "C,3"),
        {"column 1": "text", "column 2": "integer"},
        given={"header": 0},
        sums={"column 2": 6},
    ),
    "duplicate and empty headers": Case(
        text("a,A,,a", "1,2,3,x", "4,5,6,y"),
        {"a": "integer", "A (2)": "integer", "column 3": "integer", "a (3)": "text"},
        first={"a": 1, "A (2)": 2, "column 3": 3, "a (3)": "x"},
    ),
    "odd headers": Case(
        text('"a ""b""","{{ c }}","d\\e",f.g', "1,2,3,x", "4,5,6,y"),
        {'a "b"': "integer", "{{ c }}": "integer", "d\\e": "integer", "f.g": "text"},
        first={'a "b"': 1, "{{ c }}": 2, "d\\e": 3, "f.g": "x"},
    ),
    "a short row": Case(text("a,b,c", "1,2,3", "4,5", "6,7,8"), refused="line 3 has 2 cells"),
    "a short row that is filled": Case(
        text("a,b,c", "1,2,3", "4,5", "6,7,8"),
        {"a": "integer", "b": "integer", "c": "integer"},
        given={"ragged": "fill"},
        sums={"a": 11, "c": 11},
    ),
    "a long row": Case(text("a,b", "1,2", "4,5,6", "7,8"), refused="line 3 has 3 cells"),
    "a long row that is skipped": Case(
        text("a,b", "1,2", "4,5,6", "7,8"),
        {"a": "integer", "b": "integer"},
        given={"ragged": "skip"},
        sums={"a": 8},
    ),
    "a delimiter at the end of each line": Case(
        text("a;b;", "x;1;", "y;2;"), {"a": "text", "b": "integer"}, sums={"b": 3}
    ),
    "quotes and line breaks in cells": Case(
        text("a,b", '"x, ""y""\nz",1', "w,2"),
        {"a": "text", "b": "integer"},
        first={"a": 'x, "y"\nz'},
        sums={"b": 3},
    ),
    "a quote that does not end": Case(text("a,b", '"x,1', "y,2"), refused="line"),
    "words for nothing": Case(
        text("a,b", *(f"x,{word}" for word in ("1", "N/A", "-", "null", "#REF!", "", "NaN", "2"))),
        {"a": "text", "b": "integer"},
        sums={"b": 3},
        noted="missing",
    ),
    "Namibia": Case(
        text("country,n", "NA,1", "DE,2", "FR,3"),
        {"country": "text", "n": "integer"},
        first={"country": "NA"},
    ),
    "booleans in words": Case(
        text("a,paid", "x,ja", "y,Nein", "z,ja"),
        {"a": "text", "paid": "boolean"},
        first={"paid": True},
    ),
    "leading zeros": Case(
        text("zip,n", "01067,1", "80331,2"),
        {"zip": "text", "n": "integer"},
        first={"zip": "01067"},
    ),
    "identifiers beyond 2**53": Case(
        text("key,n", "9007199254740993,1", "9007199254740995,2"),
        {"key": "text", "n": "integer"},
        first={"key": "9007199254740993"},
    ),
    "mixed types late": Case(
        text("a,b", *(f"x,{number}" for number in range(MANY)), "y,soon"),
        {"a": "text", "b": "text"},
        noted="figures but soon",
    ),
    "day or month first": Case(text("day,n", "02/06/2024,1", "03/07/2024,2"), asked="--day-first"),
    "the day first, as another row shows": Case(
        text("day,n", "02/06/2024,1", "13/07/2024,2"),
        {"day": "date", "n": "integer"},
        first={"day": "2024-06-02"},
    ),
    "the month first, as another row shows": Case(
        text("day,n", "02/06/2024,1", "07/13/2024,2"),
        {"day": "date", "n": "integer"},
        first={"day": "2024-02-06"},
    ),
    "the month first, stated": Case(
        text("day,n", "02/06/2024,1", "03/07/2024,2"),
        {"day": "date", "n": "integer"},
        given={"day_first": False},
        first={"day": "2024-02-06"},
    ),
    "both orders": Case(
        text("day,n", "13/06/2024,1", "06/13/2024,2"), {"day": "text", "n": "integer"}
    ),
    "German dates": Case(
        text("day;n", "02.06.2024;1", "03.07.2024;2"),
        {"day": "date", "n": "integer"},
        first={"day": "2024-06-02"},
    ),
    "dates with time zones": Case(
        text("at,n", "2024-06-02T01:00:00+02:00,1", "2024-06-02T12:00:00Z,2"),
        {"at": "datetime", "n": "integer"},
        first={"at": "2024-06-01 23:00:00"},
        noted="UTC",
    ),
    "time zones in some rows": Case(
        text("at,n", "2024-06-02T01:00:00+02:00,1", "2024-06-02T12:00:00,2"),
        {"at": "text", "n": "integer"},
        noted="time zone",
    ),
    "a constant column": Case(
        text("a,b,c", "x,1,5", "x,2,6"),
        {"a": "text", "b": "integer", "c": "integer"},
        noted="the same",
    ),
    "an empty column": Case(
        text("a,b,c", "x,,5", "y,,6"),
        {"a": "text", "b": "text", "c": "integer"},
        hidden=("b",),
        noted="empty",
    ),
    "one column": Case(text("n", "1", "2", "3"), {"n": "integer"}, sums={"n": 6}),
    "300 columns": Case(
        text(",".join(f"c{n}" for n in range(300)), *[",".join(map(str, range(300)))] * 2),
        {f"c{n}": "integer" for n in range(300)},
        sums={"c299": 598},
    ),
    "a semicolon and many commas": Case(
        text("a;b;c", "x, y;1,5;z, w", "x, y;2,5;z, w"),
        {"a": "text", "b": "number", "c": "text"},
        sums={"b": 4},
    ),
    "tabs": Case(
        text("a\tb", "x, y\t1", "z\t2"),
        {"a": "text", "b": "integer"},
        sums={"b": 3},
        suffix=".tsv",
    ),
    "pipes": Case(text("a|b", "x|1", "z|2"), {"a": "text", "b": "integer"}, sums={"b": 3}),
    "line ends of an old Macintosh": Case(
        b"a,b\rx,1\ry,2\r", {"a": "text", "b": "integer"}, sums={"b": 3}
    ),
    "compressed": Case(
        gzip.compress(text("a,b", "x,1", "y,2")),
        {"a": "text", "b": "integer"},
        suffix=".csv.gz",
        sums={"b": 3},
    ),
    "a truncated gzip": Case(
        gzip.compress(text("a,b", *(f"{n * 7919 % 9973},{n}" for n in range(5000))))[:-200],
        suffix=".csv.gz",
        refused="damaged",
    ),
    "mail addresses": Case(
        text("who,n", "a@example.org,1", "b@example.org,2"),
        {"who": "text", "n": "integer"},
        hidden=("who",),
        noted="mail addresses",
    ),
    "card numbers": Case(
        text("nr,n", "4111111111111111,1", "5500005555555559,2"),
        {"nr": "integer", "n": "integer"},
        hidden=("nr",),
        noted="account numbers",
    ),
    "tokens": Case(
        text("k,n", "sk-abcdefghijklmnopqrstu,1", "sk-zyxwvutsrqponmlkjihgf,2"),
        {"k": "text", "n": "integer"},
        hidden=("k",),
        noted="secrets",
    ),
    "mail addresses that are shown": Case(
        text("who,n", "a@example.org,1", "b@example.org,2"),
        {"who": "text", "n": "integer"},
        given={"show": ("who",)},
        first={"who": "a@example.org"},
    ),
    "an empty file": Case(b"", refused="empty"),
    "only a header": Case(text("a,b"), refused="no row"),
    "a web page": Case(b"<!DOCTYPE html><html></html>", refused="web page"),
    "JSON": Case(b'[{"a": 1}]', refused="JSON"),
    "an Excel file": Case(b"PK\x03\x04" + bytes(100), refused="Excel"),
    "a Parquet file": Case(b"PAR1" + bytes(100), refused="Parquet"),
    "a PDF file": Case(b"%PDF-1.7 ...", refused="PDF"),
    "a role that cannot be": Case(
        text("a,b", "x,1", "y,2"), given={"roles": (("a", "measure"),)}, refused="cannot be"
    ),
    "a column that is not there": Case(
        text("a,b", "x,1", "y,2"), given={"roles": (("z", "text"),)}, refused="no column"
    ),
}
