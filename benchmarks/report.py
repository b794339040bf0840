"""What a benchmark gives, a table, and how one is started from the command line."""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# `PYTHONDONTWRITEBYTECODE` would double the time of every import.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

UNITS = {"": 1, "ms": 1e-3, "s": 1, "B": 1, "kB": 1e3, "MB": 1e6}


@dataclass(frozen=True)
class Plot:
    """How a table is drawn: as bars, or as lines where there is a column to draw them over.

    The first column names a bar or a line. `values` has a name and the place of each column of
    figures.
    """

    values: tuple[tuple[str, int], ...]
    over: int | None = None


@dataclass(frozen=True)
class Table:
    """Figures with a title. Cells are texts with their units."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    plot: Plot | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Table":
        """Return a table that was written as JSON."""
        plot = data["plot"] and Plot(
            tuple((name, place) for name, place in data["plot"]["values"]), data["plot"]["over"]
        )
        rows = tuple(map(tuple, data["rows"]))
        return cls(data["title"], tuple(data["columns"]), rows, data["note"], plot)

    def markdown(self, measured: str = "", picture: str = "") -> str:
        """Return the table as a section of a Markdown file, with a line and a picture's file."""
        lines = [self.columns, tuple("---" for _ in self.columns), *self.rows]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        image = f"![{self.title}]({picture})" if picture else ""
        parts = [f"## {self.title}", f"{self.note} {measured}".strip(), image, table]
        return "\n\n".join(part for part in parts if part) + "\n"


Measure = Callable[[bool], Table]
"""Measures a subject. With True, once and with as little data as shows that it works."""


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds, and the peak memory of its largest process in megabytes."""

    seconds: float
    megabytes: float


def start(measure: Measure, words: Sequence[str] | None = None) -> None:
    """Measure as the command line says, and print the table."""
    parser = argparse.ArgumentParser(description=measure.__doc__)
    parser.add_argument("--small", action="store_true", help="once, with as little as possible")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(words)
    table = measure(given.small)
    print(json.dumps(asdict(table), ensure_ascii=False) if given.json else table.markdown())


def need(program: str, package: str) -> str:
    """Return where a program is. Ends the run with a line if it is missing."""
    if found := shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
        return found
    raise SystemExit(f"{program} is missing: install Debian's package {package}")


def spend(command: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None) -> Spent:
    """Run a command that has to succeed, and return what it took."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**ENVIRONMENT, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{output.decode()}")
    return Spent(seconds, usage.ru_maxrss / 1024)


def median(values: Iterable[float]) -> float:
    """Return the median of some values."""
    return statistics.median(list(values))


def seconds(value: float) -> str:
    """Return a duration as a table has it, with about two significant digits."""
    if value < 0.01:
        return f"{value * 1000:.1f} ms"
    return f"{value * 1000:.0f} ms" if value < 0.1 else f"{value:.2f} s"


def amount(cell: str) -> float | None:
    """Return the figure of a cell in seconds, bytes or pieces. None where there is no figure."""
    found = re.fullmatch(r"([\d,]*\.?\d+) ?(\D*)", cell)
    if not found or found[2] not in UNITS:
        return None
    return float(found[1].replace(",", "")) * UNITS[found[2]]


def size(count: float) -> str:
    """Return a number of bytes as a table has it."""
    if count < 1000:
        return f"{count:.0f} B"
    if count < 1_000_000:
        return f"{count / 1000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB"
