"""Files as people have them, each with what is right for it."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from .books import Cell, book, edited, merged, parquet, prefixed, strict

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
        rows: How many rows there are, where that is to be checked.
        units: The units of measures, by column.
        second: Values that the app's second row has, by column.
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
    rows: int = 0
    units: Mapping[str, str] = field(default_factory=dict)
    second: Mapping[str, Any] = field(default_factory=dict)


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    """Return lines as a file."""
    return "".join(f"{line}\n" for line in lines).encode(encoding)


PEOPLE = ("name;city;amount", "Jörg;Köln;1,5", "Zoë;Münster;2,5")
RIGHT = {"name": "text", "city": "text", "amount": "number"}
READ = {"name": "Jörg", "city": "Köln", "amount": 1.5}

WIDE = text("country,2021,2022,2023", "A,1,2,3", "B,4,5,6", "C,7,,8")

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
    "a currency of two letters": Case(
        text("a;b", "x;1.234,50 kr", "y;20,00 kr"),
        {"a": "text", "b": "number"},
        sums={"b": 1254.5},
        units={"b": "kr"},
    ),
    "a currency of a letter and a sign": Case(
        text("a;b", "x;R$ 1.234,50", "y;R$ 20,00"),
        {"a": "text", "b": "number"},
        sums={"b": 1254.5},
        units={"b": "R$"},
    ),
    "Indian thousands": Case(
        text("a,b", 'x,"₹1,23,456"', 'y,"₹1,234"'),
        {"a": "text", "b": "integer"},
        sums={"b": 124690},
        units={"b": "₹"},
    ),
    "texts with the letters of a currency": Case(
        text("a,b", "Kraków,1", "Frankfurt,2", "kr,3"), {"a": "text", "b": "integer"}, sums={"b": 6}
    ),
    "MySQL's missing values": Case(
        text("a,b", r"\N,1", r"x,\N", "y,3"), {"a": "text", "b": "integer"}, sums={"b": 4}
    ),
    "times of twelve hours with seconds": Case(
        text("when,b", "6/21/2024 1:05:00 PM,1", "6/22/2024 11:00:59 AM,2"),
        {"when": "datetime", "b": "integer"},
        first={"when": "2024-06-21 13:05:00"},
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
    "headers that are years": Case(WIDE, asked="--unpivot"),
    "headers that are years, which become rows": Case(
        WIDE,
        {"country": "text", "year": "integer", "value": "integer"},
        given={"unpivot": True},
        first={"country": "A", "year": 2021, "value": 1},
        sums={"value": 36},
        rows=8,
    ),
    "headers that are years, which stay": Case(
        WIDE,
        {"country": "text", "2021": "integer", "2022": "integer", "2023": "integer"},
        given={"unpivot": False},
        sums={"2021": 12, "2022": 7, "2023": 17},
        rows=3,
    ),
    "headers that are months, and a column of that name": Case(
        text("month;2024-01;2024-02", "A;1,5;2", "B;3;4,5"),
        {"month": "text", "month (2)": "date", "value": "number"},
        given={"unpivot": True},
        first={"month": "A", "month (2)": "2024-01-01", "value": 1.5},
        sums={"value": 11},
    ),
    "years as rows, and totals after the table": Case(
        WIDE + b"Total,12,15,17\n",
        {"country": "text", "year": "integer", "value": "integer"},
        given={"unpivot": True, "footer": 1},
        sums={"value": 36},
    ),
    "years that are asked for where there are none": Case(
        text("a,b", "x,1", "y,2"), given={"unpivot": True}, refused="no header is a year"
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
    "dates without signs": Case(
        text("day,n", "20240602,1", "20240703,2"),
        {"day": "date", "n": "integer"},
        first={"day": "2024-06-02"},
    ),
    "figures of eight digits": Case(
        text("n,a", "20240602,1", "20241302,2"), {"n": "integer", "a": "integer"}
    ),
    "quarters": Case(
        text("at,n", "2024Q1,1", "2024Q2,2"),
        {"at": "date", "n": "integer"},
        first={"at": "2024-01-01"},
    ),
    "quarters before years": Case(
        text("at,n", "Q3 2024,1", "Q4/2024,2"),
        {"at": "date", "n": "integer"},
        first={"at": "2024-07-01"},
    ),
    "seconds since 1970": Case(
        text("created_at,n", "1700000000,1", "1700003600,2"),
        {"created_at": "datetime time", "n": "integer"},
        first={"created_at": "2023-11-14 22:13:20"},
        noted="seconds since 1970",
    ),
    "milliseconds since 1970": Case(
        text("eventTime,n", "1700000000500,1", "1700003600000,2"),
        {"eventTime": "datetime time", "n": "integer"},
        first={"eventTime": "2023-11-14 22:13:20.500000"},
        noted="milliseconds since 1970",
    ),
    "milliseconds since 1970 in JSON": Case(
        text('{"ts": 1700000000500, "n": 1}', '{"ts": 1700003600000, "n": 2}'),
        {"ts": "datetime time", "n": "integer"},
        suffix=".jsonl",
        first={"ts": "2023-11-14 22:13:20.500000"},
    ),
    "seconds since 1970 that the user says are a measure": Case(
        text("ts,n", "1700000000,1", "1700003600,2"),
        {"ts": "integer measure", "n": "integer"},
        given={"roles": (("ts", "measure"),)},
        sums={"ts": 3400003600},
    ),
    "figures of ten digits": Case(
        text("population,n", "1400000000,1", "1410000000,2"),
        {"population": "integer measure", "n": "integer"},
        noted="seconds since 1970",
    ),
    "figures of ten digits that the user says are times": Case(
        text("n,a", "1700000000,1", "1700003600,2"),
        {"n": "datetime time", "a": "integer"},
        given={"roles": (("n", "time"),)},
        first={"n": "2023-11-14 22:13:20"},
    ),
    "months in words": Case(
        text("at,n", "Jan 2024,1", "Feb 2024,2"),
        {"at": "date", "n": "integer"},
        first={"at": "2024-01-01"},
    ),
    "dates without signs in a workbook": Case(
        book({"S": [["day", "n"], [20240602, 1], [20240703, 2]]}),
        {"day": "date", "n": "integer"},
        suffix=".xlsx",
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
    "spaces": Case(text("a b", "1 2.5", "3 4.5"), asked="--delimiter space"),
    "spaces, stated": Case(
        text("a b", "1 2.5", "3 4.5"),
        {"a": "integer", "b": "number"},
        given={"delimiter": " "},
        sums={"b": 7},
    ),
    "one column of texts with spaces": Case(
        text("who", "Ada Lovelace", "Hans Rosling"), {"who": "text"}, first={"who": "Ada Lovelace"}
    ),
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
    "a truncated gzip that is not UTF-8": Case(
        gzip.compress(
            "\n".join(["a,b", *(f"\xe9{n * 7919 % 9973},{n}" for n in range(99_000))]).encode(
                "cp1252"
            )
        )[:-200],
        suffix=".csv.gz",
        refused="damaged",
    ),
    "a damaged gzip": Case(
        # Behind the head is a kind of block that the format does not have.
        gzip.compress(text("a,b", "x,1"))[:10] + b"\xff" * 40,
        suffix=".csv.gz",
        refused="cannot be read",
    ),
    "negative numbers as long as those of cards": Case(
        text("a,n", "x,-1234567890123", "y,-4111111111111111"),
        {"a": "text", "n": "integer"},
        sums={"n": -4112345679001234},
    ),
    "a time beyond the last year": Case(
        text("t,n", "9999-12-31T23:59:59-05:00,1", "2024-01-01T00:00:00-05:00,2"),
        {"t": "text", "n": "integer"},
        sums={"n": 3},
    ),
    "a percentage beyond all numbers": Case(
        text("p,n", "1e9999999%,1", "2%,2"), {"p": "text", "n": "integer"}, sums={"n": 3}
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
    "a zip file that is damaged": Case(b"PK\x03\x04" + bytes(100), refused="damaged"),
    "a Parquet file that is damaged": Case(b"PAR1" + bytes(100), refused="damaged"),
    "an old Excel file": Case(b"\xd0\xcf\x11\xe0" + bytes(100), refused="save it as .xlsx"),
    "a PDF file": Case(b"%PDF-1.7 ...", refused="PDF"),
    "a role that cannot be": Case(
        text("a,b", "x,1", "y,2"), given={"roles": (("a", "measure"),)}, refused="cannot be"
    ),
    "a column that is not there": Case(
        text("a,b", "x,1", "y,2"), given={"roles": (("z", "text"),)}, refused="no column"
    ),
    "JSON lines": Case(
        text('{"a": "x", "n": 1.5, "ok": true}', "", '{"n": 2, "a": "y", "ok": null}'),
        {"a": "text", "n": "number", "ok": "boolean"},
        suffix=".jsonl",
        first={"a": "x", "n": 1.5, "ok": True},
        sums={"n": 3.5},
        rows=2,
    ),
    "JSON lines, compressed, with a mark": Case(
        gzip.compress("\ufeff".encode() + text('{"a": "ü", "n": 1}', '{"a": "v", "n": 2}')),
        {"a": "text", "n": "integer"},
        suffix=".ndjson.gz",
        first={"a": "ü"},
        sums={"n": 3},
    ),
    "a list of objects": Case(
        b'[\n {"a": "x", "n": 1},\n {"a": "y", "n": 2.0}]',
        {"a": "text", "n": "integer"},
        suffix=".json",
        sums={"n": 3},
    ),
    "JSON with other names in later lines": Case(
        text('{"a": 1}', '{"b": "x", "a": 2}', '{"b": "y"}'),
        {"a": "integer", "b": "text"},
        suffix=".jsonl",
        sums={"a": 3},
    ),
    "objects within objects": Case(
        text('{"who": {"city": "Köln", "at": {"x": 1}}, "tags": ["a", "b"], "n": 1}') * 2,
        {"who.city": "text", "who.at.x": "integer", "tags": "text", "n": "integer"},
        suffix=".jsonl",
        first={"who.city": "Köln", "tags": "a, b"},
        sums={"who.at.x": 2},
    ),
    "an inner name that is also an outer one": Case(
        text('{"a.b": 1, "a": {"b": 2}}'), suffix=".jsonl", refused="'a.b' twice"
    ),
    "a name twice in one object": Case(
        text('{"a": 1, "a": 2}'), suffix=".jsonl", refused="line 1 has a name twice"
    ),
    "identifiers in JSON": Case(
        text('{"key": 9007199254740993, "zip": "01067"}', '{"key": 1, "zip": "80331"}'),
        {"key": "text", "zip": "text"},
        suffix=".jsonl",
        first={"key": "9007199254740993", "zip": "01067"},
    ),
    "texts beside figures in JSON": Case(
        text('{"n": 1.234}', '{"n": "2,5"}', '{"n": 4.5}'),
        {"n": "number"},
        suffix=".jsonl",
        sums={"n": 8.234},
    ),
    "texts beside figures in JSON that may be thousands": Case(
        text('{"n": 1.234}', '{"n": "1.234"}', '{"n": 4.5}'), suffix=".jsonl", asked="--decimal"
    ),
    "decimals of JSON are no thousands": Case(
        text('{"n": 1.234}', '{"n": 2.345}'),
        {"n": "number"},
        suffix=".jsonl",
        sums={"n": 3.579},
    ),
    "NaN in JSON": Case(
        text('{"n": NaN}', '{"n": 2.5}'), {"n": "number"}, suffix=".jsonl", sums={"n": 2.5}
    ),
    "a line that is no object": Case(
        text('{"a": 1}', "[2]"), suffix=".jsonl", refused="line 2 is no object"
    ),
    "a line that is cut": Case(text('{"a": 1}', '{"a":'), suffix=".jsonl", refused="line 2"),
    "one object over several lines": Case(
        b'{\n "a": [\n  {"b": 1}]}', suffix=".json", refused="an object a line"
    ),
    "rows within one object": Case(
        b'{"type": "x", "rows": [{"b": 1}, {"b": 2}]}', suffix=".json", refused="within 'rows'"
    ),
    "JSON in another encoding than the given one": Case(
        text('{"a": "ä"}', encoding="latin-1"),
        suffix=".jsonl",
        refused="encoding",
        given={"encoding": "utf-8"},
    ),
    "no encoding of texts": Case(
        text(*PEOPLE), refused="no encoding 'hex'", given={"encoding": "hex"}
    ),
    "an encoding that reads nothing": Case(
        text(*PEOPLE), refused="no encoding 'undefined'", given={"encoding": "undefined"}
    ),
    "a header below the last row": Case(text(*PEOPLE), refused="row 9", given={"header": 9}),
    "a header below many notes": Case(
        text(*["note;;"] * 300, *PEOPLE), RIGHT, first=READ, given={"header": 301}
    ),
    "JSON has no row of names": Case(
        text('{"a": 1}'), suffix=".jsonl", refused="--header", given={"header": 0}
    ),
    "an empty list": Case(b"[]", suffix=".json", refused="empty"),
    "figures in a list": Case(b"[1, 2]", suffix=".json", refused="no object"),
    "very deep JSON": Case(b'{"a":' * 50_000, suffix=".jsonl", refused="line 1"),
    "a workbook": Case(
        book(
            {
                "S": [
                    ["day", "shop", "sold"],
                    [date(2024, 6, 2), "A", 1.5],
                    [date(2024, 6, 3), "B", 2],
                ]
            }
        ),
        {"day": "date", "shop": "text", "sold": "number"},
        suffix=".xlsx",
        first={"day": "2024-06-02", "shop": "A", "sold": 1.5},
        sums={"sold": 3.5},
    ),
    "a workbook with an empty and a hidden sheet": Case(
        book({"none": [], "S": [["a", "n"], ["x", 1], ["y", 2]], "-hidden": [["b"], [1], [2]]}),
        {"a": "text", "n": "integer"},
        suffix=".xlsx",
        sums={"n": 3},
    ),
    "several sheets": Case(
        book({"Q1 2024": [["a"], [1], [2]], "Q2": [["a"], [3], [4]]}),
        suffix=".xlsx",
        asked="--sheet 'Q1 2024'",
    ),
    "a sheet that is named": Case(
        book({"Q1": [["a"], [1], [2]], "Q2": [["a"], [3], [4]]}),
        {"a": "integer"},
        suffix=".xlsx",
        given={"sheet": "q2"},
        sums={"a": 7},
    ),
    "a sheet that is not there": Case(
        book({"Q1": [["a"], [1]]}), suffix=".xlsx", given={"sheet": "Q3"}, refused="no sheet 'Q3'"
    ),
    "empty sheets only": Case(book({"S": [], "T": [["a"]]}), suffix=".xlsx", refused="no sheet"),
    "times of a workbook": Case(
        book({"S": [["at", "from"], [datetime(2024, 6, 2, 13, 14, 15), time(12, 30)]] * 1}),
        {"at": "datetime", "from": "time"},
        suffix=".xlsx",
        first={"at": "2024-06-02 13:14:15", "from": "12:30:00"},
    ),
    "texts among the dates of a workbook": Case(
        book({"S": [["day", "n"], [date(2024, 2, 6), 1], ["13/06/2024", 2], ["14/06/2024", 3]]}),
        suffix=".xlsx",
        asked="swapped",
    ),
    "texts among the dates of a workbook that are right": Case(
        book({"S": [["day", "n"], [date(2024, 2, 6), 1], ["13/06/2024", 2], ["14/06/2024", 3]]}),
        {"day": "date", "n": "integer"},
        suffix=".xlsx",
        given={"roles": (("day", "time"),)},
        first={"day": "2024-02-06"},
    ),
    "leading zeros by a format": Case(
        book({"S": [["zip", "n"], [Cell(1067, "00000"), 1], [Cell(80331, "00000"), 2]]}),
        {"zip": "text", "n": "integer"},
        suffix=".xlsx",
        first={"zip": "01067"},
        noted="leading zeros",
    ),
    "leading zeros as texts": Case(
        book({"S": [["zip", "n"], ["01067", 1], ["80331", 2]]}),
        {"zip": "text", "n": "integer"},
        suffix=".xlsx",
        first={"zip": "01067"},
    ),
    "percent and currency by a format": Case(
        book(
            {
                "S": [
                    ["share", "paid"],
                    [Cell(0.12, "0.0%"), Cell(1.5, "#,##0.00\\ [$€-407]")],
                    [Cell(0.5, "0.0%"), Cell(20, "#,##0.00\\ [$€-407]")],
                ]
            }
        ),
        {"share": "number", "paid": "number"},
        suffix=".xlsx",
        first={"share": 0.12},
        sums={"paid": 21.5},
        units={"share": "%", "paid": "€"},
    ),
    "figures of more than 15 digits in a workbook": Case(
        book({"S": [["key", "n"], [1234567890123456789, 1], [2234567890123456789, 2]]}),
        {"key": "text", "n": "integer"},
        suffix=".xlsx",
        noted="15 digits",
    ),
    "figures as texts in a workbook": Case(
        book({"S": [["n", "a"], [1.5, "x"], ["2,5", "y"], [3, "z"]]}),
        {"n": "number", "a": "text"},
        suffix=".xlsx",
        sums={"n": 7},
    ),
    "figures as texts in a workbook that may be thousands": Case(
        book({"S": [["n", "a"], [1.5, "x"], ["2,500", "y"], [3, "z"]]}),
        suffix=".xlsx",
        asked="--decimal",
    ),
    "errors of formulas": Case(
        book({"S": [["n", "a"], [Cell("#REF!", formula="=1+1"), "x"], [2, "y"], [3, "z"]]}),
        {"n": "integer", "a": "text"},
        suffix=".xlsx",
        sums={"n": 5},
        noted="errors such as #REF!",
    ),
    "formulas": Case(
        book({"S": [["n", "a"], [Cell(7, formula="=3+4"), "x"], [2, "y"]]}),
        {"n": "integer", "a": "text"},
        suffix=".xlsx",
        sums={"n": 9},
    ),
    "formulas without a result": Case(
        book({"S": [["n", "a"], [Cell("", formula="=3+4"), "x"], [2, "y"]]}),
        suffix=".xlsx",
        refused="formulas have no result",
    ),
    "a title above a sheet's table": Case(
        book({"S": [["Report"], [], ["a", "n"], ["x", 1], ["y", 2]]}),
        suffix=".xlsx",
        asked="--header 2",
    ),
    "merged headers": Case(
        merged([["shop", "2024", ""], ["", "Q1", "Q2"], ["A", 1, 2], ["B", 3, 4]], "B1:C1"),
        suffix=".xlsx",
        asked="--header 2",
    ),
    "years below a merged header": Case(
        merged([["shop", "sold", ""], ["", 2023, 2024], ["A", 1, 2], ["B", 3, 4]], "B1:C1"),
        suffix=".xlsx",
        asked="--header 2",
    ),
    "merged cells": Case(
        merged([["shop", "n"], ["A", 1], ["", 2], ["B", 3]], "A2:A3"),
        suffix=".xlsx",
        asked="--merged fill",
    ),
    "merged cells that all have the value": Case(
        merged([["shop", "n"], ["A", 1], ["", 2], ["B", 3]], "A2:A3"),
        {"shop": "text", "n": "integer"},
        suffix=".xlsx",
        given={"merged": "fill"},
        sums={"n": 6},
        second={"shop": "A", "n": 2},
    ),
    "totals after a sheet's table": Case(
        book({"S": [["shop", "n"], ["A", 1], ["B", 2], ["Total", 3]]}),
        suffix=".xlsx",
        asked="--footer 1",
    ),
    "years above a sheet's columns": Case(
        book({"S": [["shop", 2022, 2023, 2024], ["A", 1, 2, 3], ["B", 4, 5, 6], ["C", 7, 8, 9]]}),
        suffix=".xlsx",
        asked="--unpivot",
    ),
    "a table that does not begin in the corner": Case(
        book({"S": [[], ["", "a", "n"], ["", "x", Cell(0.5, "0%")], ["", "y", Cell(0.25, "0%")]]}),
        {"a": "text", "n": "number"},
        suffix=".xlsx",
        units={"n": "%"},
        sums={"n": 0.75},
    ),
    "booleans of a workbook, all of them true": Case(
        book({"S": [["a", "ok"], ["x", True], ["y", True]]}),
        {"a": "text", "ok": "boolean"},
        suffix=".xlsx",
        first={"ok": True},
    ),
    "a workbook that is called .csv": Case(
        book({"S": [["a", "n"], ["x", 1], ["y", 2]]}), {"a": "text", "n": "integer"}, sums={"n": 3}
    ),
    "a workbook without its sheet": Case(
        edited(book({"S": [["a"], [1]]}), lambda _: None), suffix=".xlsx", refused="cannot be read"
    ),
    "a sheet of another program": Case(
        edited(book({"S": [["n", "a"], [Cell("#N/A", formula="=1+1"), "x"], [2, "y"]]}), prefixed),
        {"n": "integer", "a": "text"},
        suffix=".xlsx",
        sums={"n": 2},
        noted="1 cells with errors",
    ),
    "dates as headers of a sheet": Case(
        book({"S": [["shop", date(2024, 1, 1), date(2024, 2, 1)], ["A", 1, 2], ["B", 3, 4]]}),
        {"shop": "text", "day": "date", "value": "integer"},
        suffix=".xlsx",
        given={"unpivot": True},
        sums={"value": 10},
    ),
    "yes and no beside figures": Case(
        book({"S": [["a", "n"], [True, 1], [2, 2], [0.5, 3]]}),
        {"a": "text", "n": "integer"},
        suffix=".xlsx",
    ),
    "yes and no beside figures in JSON": Case(
        text('{"a": true}', '{"a": 1.5}', '{"a": 2.5}', '{"a": 3}'), {"a": "text"}, suffix=".jsonl"
    ),
    "durations": Case(
        book({"S": [["took", "n"], [Cell(1.5, "[h]:mm"), 1], [Cell(0.25, "[h]:mm"), 2]]}),
        {"took": "text", "n": "integer"},
        suffix=".xlsx",
        first={"took": "36:00:00"},
    ),
    "an option that is not for a workbook": Case(
        book({"S": [["a"], [1]]}), suffix=".xlsx", given={"delimiter": ";"}, refused="--delimiter"
    ),
    "Parquet": Case(
        parquet(
            "SELECT 'x' AS a, 1.50::DECIMAL(9, 2) AS n, DATE '2024-06-02' AS day, true AS ok, "
            "TIMESTAMPTZ '2024-06-02 01:00:00+02' AS at, 7::UTINYINT AS small, TIME '12:30' AS t "
            "FROM range(3)"
        ),
        {
            "a": "text",
            "n": "number",
            "day": "date",
            "ok": "boolean",
            "at": "datetime",
            "small": "integer",
            "t": "time",
        },
        suffix=".parquet",
        first={"a": "x", "n": 1.5, "day": "2024-06-02", "ok": True, "at": "2024-06-01 23:00:00"},
        sums={"n": 4.5, "small": 21},
        noted="UTC",
    ),
    "Parquet with identifiers": Case(
        parquet("SELECT 9007199254740993 AS key, '01067' AS zip, 2.0::DOUBLE AS n FROM range(2)"),
        {"key": "text", "zip": "text", "n": "integer"},
        suffix=".parquet",
        first={"key": "9007199254740993", "zip": "01067"},
        sums={"n": 4},
    ),
    "Parquet with structs and lists": Case(
        parquet("SELECT {'city': 'Köln', 'at': {'x': 1}} AS who, [1, 2] AS list FROM range(2)"),
        {"who.city": "text", "who.at.x": "integer", "list": "text"},
        suffix=".parquet",
        first={"who.city": "Köln", "list": "[1, 2]"},
        sums={"who.at.x": 2},
    ),
    "Parquet with texts of figures and dates": Case(
        parquet("SELECT '1.234,5' AS n, '13/06/2024' AS day, 'N/A' AS a FROM range(2)"),
        {"n": "number", "day": "date", "a": "text"},
        suffix=".parquet",
        hidden=("a",),
        first={"day": "2024-06-13"},
        sums={"n": 2469},
    ),
    "Parquet with texts of days or months": Case(
        parquet("SELECT '02/06/2024' AS day FROM range(2)"), suffix=".parquet", asked="--day-first"
    ),
    "Parquet with NaN and odd names": Case(
        parquet(
            """SELECT NULL AS " ", CASE range WHEN 0 THEN 'nan'::DOUBLE ELSE 2.5 END AS "a ""b.c",
            0.1::FLOAT AS "A ""B.C" FROM range(3)""",
        ),
        {'a "b.c': "number", 'A "B.C_1': "number", "column 1": "text"},
        suffix=".parquet",
        hidden=("column 1",),
        sums={'a "b.c': 5, 'A "B.C_1': 0.3},
    ),
    "Parquet without rows": Case(
        parquet("SELECT 1 AS a WHERE false"), suffix=".parquet", refused="no row"
    ),
    "digits of other scripts": Case(
        text("a,b,day", "١٢٣,\uff11\uff12,١٣/٠٦/٢٠٢٤", "٤٥٦,\uff14\uff15,١٤/٠٦/٢٠٢٤"),
        {"a": "text", "b": "text", "day": "text"},
        first={"a": "١٢٣", "b": "\uff11\uff12"},
    ),
    "groups of digits beyond 2**53": Case(
        text("a,n", '"12,345,678,901,234,567,890",1', '"12,345,678,901,234,567,891",2'),
        {"a": "text", "n": "integer"},
        first={"a": "12,345,678,901,234,567,890"},
        noted="2**53",
    ),
    "digits beyond 2**53 after a plus": Case(
        text("a,n", "+49151123456781234567,1", "+1,2"),
        {"a": "text", "n": "integer"},
        first={"a": "+49151123456781234567"},
    ),
    "ISO times without colons": Case(
        text("at,n,to", "2024-06-02T13,1,2024-06-02T131415", "2024-06-03T14,2,2024-06-02T1314"),
        {"at": "datetime", "n": "integer", "to": "datetime"},
        first={"at": "2024-06-02 13:00:00", "to": "2024-06-02 13:14:15"},
    ),
    "a lone surrogate in JSON": Case(
        text(r'{"a": "hi \ud83d", "\udc00": [{"\udc00": "\udc00"}], "n": 1}') * 2,
        {"a": "text", "\ufffd": "text", "n": "integer"},
        suffix=".jsonl",
        first={"a": "hi \ufffd", "\ufffd": "\ufffd: \ufffd"},
    ),
    "Parquet with a column that has DuckDB's name for numbers": Case(
        parquet("SELECT 7 AS FILE_ROW_NUMBER, 'x' AS a FROM range(2)"),
        {"FILE_ROW_NUMBER": "integer", "a": "text"},
        suffix=".parquet",
        sums={"FILE_ROW_NUMBER": 14},
    ),
    "columns that are all hidden": Case(
        text("first name,last name,e-mail,phone", "Ada,King,a@example.org,1"),
        refused="--show 'first name'",
    ),
    "columns that are all empty": Case(text("a,b", "-,-", "-,-"), refused="all columns are empty"),
    "signs that are not seen in headers": Case(
        "a\u200db;\u200b;so\xadld;x\xa0y\n1;2;3;4\n5;6;7;8\n".encode(),
        {"ab": "integer", "column 2": "integer", "sold": "integer", "x y": "integer"},
        sums={"ab": 6, "column 2": 8, "sold": 10},
    ),
    "a number beyond all numbers": Case(
        text("a,n", "1e400,1", "2,2"), {"a": "text", "n": "integer"}, first={"a": "1e400"}
    ),
    "a delimiter at the end of each row, but not of the header": Case(
        text("name,city", "Ada,London,", "Bob,Paris,", "Cleo,Rome,"),
        {"name": "text", "city": "text"},
        first={"name": "Ada", "city": "London"},
    ),
    "names of rows without a header": Case(
        text("name,city", "r1,Ada,London", "r2,Bob,Paris", "r3,Cleo,Rome"), asked="--header 1"
    ),
    "names of rows without a header, stated": Case(
        text("name,sold", "r1,Ada,1", "r2,Bob,2", "r3,Cleo,"),
        {"column 1": "text", "name": "text", "sold": "integer"},
        given={"header": 1},
        first={"column 1": "r1", "name": "Ada"},
        sums={"sold": 3},
    ),
    "a title before two columns": Case(
        text("Report of May", "shop,sold", "A,1", "B,2"),
        {"shop": "text", "sold": "integer"},
        sums={"sold": 3},
        noted="left out",
    ),
    "a last column without a name": Case(
        text("a,b,", "1,2,x", "3,4,y"),
        {"a": "integer", "b": "integer", "column 3": "text"},
        first={"column 3": "x"},
    ),
    "words that begin like totals": Case(
        text("at,sold", "Winter,1", "Sumatra,2", "Summer,3"),
        {"at": "text", "sold": "integer"},
        sums={"sold": 6},
    ),
    "German totals after the table": Case(text("at,n", "A,1", "B,2", "Summe:,3"), asked="--footer"),
    "time zones of hours only": Case(
        text("at,n", "2024-06-02 01:00:00+02,1", "2024-06-02 12:00:00-05,2"),
        {"at": "datetime", "n": "integer"},
        first={"at": "2024-06-01 23:00:00"},
        noted="UTC",
    ),
    "time zones of hours in some rows": Case(
        text("at,n", "2024-06-02T01+02,1", "2024-06-02T12,2"),
        {"at": "text", "n": "integer"},
        noted="time zone",
    ),
    "hours with a time zone": Case(
        text("at,n,to", "12:30+02:00,1,12:30Z", "13:30+02:00,2,13:30Z"),
        {"at": "text", "n": "integer", "to": "text"},
        first={"at": "12:30+02:00", "to": "12:30Z"},
    ),
    "phone numbers": Case(
        text("call,n", "+4915112345678,1", "+49 151 123 456,2"),
        {"call": "text identifier", "n": "integer"},
        first={"call": "+4915112345678"},
        noted="phone numbers",
    ),
    "figures with a plus": Case(
        text("a,n", "x,+1", "y,+20"), {"a": "text", "n": "integer measure"}, sums={"n": 21}
    ),
    "names that have other words within": Case(
        text(
            "Amount paid,covid,BusinessName,Secretary,total_tokens,automobiles,births,no",
            "1,2,A,B,3,4,5,6",
        ),
        {
            "Amount paid": "integer measure",
            "covid": "integer measure",
            "BusinessName": "text category",
            "Secretary": "text category",
            "total_tokens": "integer measure",
            "automobiles": "integer measure",
            "births": "integer measure",
            "no": "integer identifier",
        },
    ),
    "names of identifiers": Case(
        text("customerId,customer_id,ID,userid,orderID,a.id", "1,1,1,1,1,1", "3,3,3,3,3,3"),
        dict.fromkeys(
            ("customerId", "customer_id", "ID", "userid", "orderID", "a.id"), "integer identifier"
        ),
    ),
    "lists within many lists": Case(
        text('{"a":' + "[" * 900 + "1" + "]" * 900 + "}") * 2,
        suffix=".jsonl",
        refused="line 1 has too many levels",
    ),
    "JSON lines in UTF-16 with a mark": Case(
        text('{"a": "ä", "n": 1}', '{"a": "y", "n": 2}', encoding="utf-16"),
        {"a": "text", "n": "integer"},
        suffix=".jsonl",
        first={"a": "ä"},
        sums={"n": 3},
    ),
    "a list of objects in UTF-16 with a mark": Case(
        text('[{"a": "ä", "n": 1}, {"a": "y", "n": 2}]', encoding="utf-16"),
        {"a": "text", "n": "integer"},
        sums={"n": 3},
    ),
    "compressed without saying so": Case(
        gzip.compress(text("a,b", "x,1", "y,2")), {"a": "text", "b": "integer"}, sums={"b": 3}
    ),
    "compressed, with an ending in capitals": Case(
        gzip.compress(text('{"a": 1}', '{"a": 2}')), {"a": "integer"}, suffix=".JSON.GZ"
    ),
    "a name of a compressed file that is not": Case(
        text("a,b", "x,1", "y,2"), {"a": "text", "b": "integer"}, suffix=".csv.gz"
    ),
    "a workbook in the strict form": Case(
        strict(book({"S": [["a", "n"], ["x", Cell(0.5, "0%")], ["y", Cell(0.25, "0%")]]})),
        {"a": "text", "n": "number"},
        suffix=".xlsx",
        sums={"n": 0.75},
        units={"n": "%"},
    ),
    "Parquet with whole figures that are approximate": Case(
        parquet("SELECT 9.1e15::DOUBLE AS n, 7.0::DOUBLE AS a, 'nan'::DOUBLE AS b FROM range(2)"),
        {"n": "number measure", "a": "integer", "b": "text"},
        suffix=".parquet",
        hidden=("b",),
        sums={"n": 18.2e15},
    ),
    "JSON with whole figures that are approximate": Case(
        text('{"n": 9100000000000000.0}', '{"n": 1.0}'),
        {"n": "number measure"},
        suffix=".jsonl",
        sums={"n": 9.100000000000001e15},
    ),
    "one column of decimal commas": Case(
        text("amount", "1,5", "2,7"), asked="--delimiter semicolon"
    ),
    "one column of decimal commas, stated": Case(
        text("amount", "1,5", "2,7"),
        {"amount": "number"},
        given={"delimiter": ";"},
        sums={"amount": 4.2},
    ),
    "one column of decimal commas in some rows": Case(
        text("amount", "1", "2,7", "3"), asked="--delimiter semicolon"
    ),
    "one column of thousands": Case(
        text("people", "1,234,567", "2,345,678"), asked="--delimiter semicolon"
    ),
    "a header with a cell less than most rows": Case(
        text("name,city", "r1,Ada,London", "r2,Bob", "r3,Cleo,Rome", "r4,Dan,Oslo"),
        {"column 1": "text", "name": "text", "city": "text"},
        given={"header": 1, "ragged": "skip"},
        rows=3,
    ),
    "names of identifiers and births": Case(
        text("stationid,movieid,bid,birth rate", "1,1,1,1", "3,3,3,3"),
        {
            "stationid": "integer identifier",
            "movieid": "integer identifier",
            "bid": "integer measure",
            "birth rate": "integer measure",
        },
    ),
    "names of rows, and one header": Case(text("x", "r1,5", "r2,6", "r3,7"), asked="--header 1"),
    "a web page in UTF-16": Case("<html></html>".encode("utf-16"), refused="web page"),
}
