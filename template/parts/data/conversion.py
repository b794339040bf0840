"""Conversion of a file into one of DuckDB's, in the types that its description has."""

import csv
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import duckdb

from . import searching
from .connection import alias, cursor, plenty
from .description import Column, DataError
from .reading import TYPES, ReadingError, Source, missing, reader, reads, table

REMEMBERED = 20_000  # cells of a column whose plain form is remembered during conversion
BLOCK = 10_000  # rows between two looks at the clock
PATIENCE = 2  # seconds of a conversion without a word in the log
LINE = 20_000_000  # bytes of a line during a conversion

log = logging.getLogger(__name__)


def convert(source: Source, path: Path, columns: Sequence[Column], made: Path) -> None:
    """Write the file in the format of DuckDB. All but Parquet is first written as plain CSV.

    Raises:
        DataError: The file is not as described. The log has the same message.
    """
    draft = made.with_suffix(f".{os.getpid()}")
    page = made.name.rpartition("-")[0]
    log.info("Converting %s", source.path)
    begun = monotonic()
    try:
        with plenty():
            texts = [one.key for one in columns if one.type == "text" and not one.listed]
            keep(in_types(source, path, columns, draft.with_suffix(".csv")), draft, texts)
        draft.replace(made)
        log.info("Converted %s in %.1f s", source.path, monotonic() - begun)
    except (ReadingError, OSError, UnicodeError, duckdb.Error) as error:
        reason = str(error).partition("\n")[0]  # DuckDB goes on with its own options
        message = f"{source.path} is not as pages/{page}/dataset.toml says: {reason}"
        log.error("%s", message)
        raise DataError(message) from error
    finally:
        draft.unlink(missing_ok=True)
        draft.with_suffix(".csv").unlink(missing_ok=True)


def in_types(
    source: Source, path: Path, columns: Sequence[Column], draft: Path
) -> duckdb.DuckDBPyRelation:
    """Return the rows in the types of their columns.

    Raises:
        ReadingError: The file is not as it is described.
    """
    if source.format == "parquet":
        direct = reads("parquet").direct(cursor(), source, path, columns)
        if direct is not None:
            found: duckdb.DuckDBPyRelation = direct
            return found
    write_plain(source, path, columns, draft)
    return cursor().read_csv(
        str(draft),
        header=False,
        columns={searching.ROW: "BIGINT", **{column.key: TYPES[column.type] for column in columns}},
        auto_detect=False,
        delimiter=",",
        quotechar='"',
        escapechar='"',
        na_values="",
        allow_quoted_nulls=False,
        max_line_size=LINE,
        buffer_size=LINE,  # by default sixteen lines, which are allocated at once
    )


def write_plain(source: Source, path: Path, columns: Sequence[Column], draft: Path) -> None:
    """Write the cells in their plain form, an empty one where there is no value.

    Raises:
        ReadingError: A column is not there, or a cell does not fit its column.
    """
    names, rows = table(source, path)
    for column in columns:
        if column.name not in names:
            raise ReadingError(f"there is no column {column.name!r}. There is {', '.join(names)}")
    places = [
        (
            names.index(column.name),
            column,
            reader(column.type, decimal=column.decimal, form=column.format),
        )
        for column in columns
    ]
    known: list[dict[str, str]] = [{} for _ in places]
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        said = monotonic()
        for number, (line, row) in enumerate(rows, 1):
            if number % BLOCK == 0 and monotonic() - said > PATIENCE:
                said = monotonic()
                log.info("Converting %s: %s rows", source.path, f"{number:,}")
            cells: list[Any] = [number]
            for (place, column, read), seen in zip(places, known, strict=True):
                cell = row[place]
                plain = seen.get(cell)
                if plain is None:
                    found = "" if missing(cell, column.type) else read(cell)
                    if found is None:
                        raise ReadingError(
                            f"line {line}: {cell!r} in column {column.name!r} is no {column.type}"
                        )
                    plain = found
                    if len(seen) < REMEMBERED:
                        seen[cell] = plain
                cells.append(plain)
            writer.writerow(cells)


def keep(rows: duckdb.DuckDBPyRelation, draft: Path, texts: Sequence[str]) -> None:
    """Write rows as a DuckDB file, which takes a third of the time of Parquet to ask.

    Args:
        rows: The rows in the types of their columns.
        draft: The file.
        texts: The columns in which one searches.
    """
    own, name = cursor(), alias(draft)
    own.execute(f"ATTACH ? AS {name} (STORAGE_VERSION 'latest')", [str(draft)])
    try:
        rows.create(f"{name}.main.data")
        searching.write(own, name, texts)
    finally:
        own.execute(f"DETACH {name}")


def remove_others(made: Path) -> None:
    """Remove the converted files of earlier versions of a file."""
    for old in made.parent.glob(f"{made.name.rpartition('-')[0]}-*"):
        with suppress(OSError):  # Windows keeps what another process has open.
            if old != made:
                old.unlink()
