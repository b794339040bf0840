"""All benchmarks, or those that are named, one after the other; all of them become a document.

``python -m benchmarks [NAME…] [--small]``
"""

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import psutil

from tests.support.browser import alone

from . import plots
from .report import Table

MODULES = (
    "commands",
    "first_page",
    "variants",
    "boot",
    "load",
    "soak",
    "storage",
    "background",
    "slow",
    "weight",
    "data",
    "check",
)
DOCUMENT = Path(__file__).parents[1] / "docs/benchmarks.md"
PICTURES = DOCUMENT.with_suffix("")
HEAD = """# Benchmarks

`nox -s bench` measures all of this and writes this page. `python -m benchmarks NAME` measures one
subject. Each figure is a median. A ratio compares two programs that took turns in one run.

Measured on {date}: {machine}.
"""


def main() -> None:
    """Measure, print each table as soon as it is there, and write the document after all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MODULES))
    parser.add_argument("--small", action="store_true", help="once, with as little as possible")
    given = parser.parse_args()
    if unknown := set(given.names) - set(MODULES):
        parser.error(f"no benchmark is named {' or '.join(sorted(unknown))}")
    tables: list[Table] = []
    for name in given.names or MODULES:
        print(f"{name} …", file=sys.stderr, flush=True)
        tables.append(import_module(f"benchmarks.{name}").measure(given.small))
        print(tables[-1].markdown(), flush=True)
    if not given.names and not given.small:
        head = HEAD.format(date=f"{datetime.now(UTC):%Y-%m-%d}", machine=_machine())
        with alone() as browser:
            names = plots.write(tables, PICTURES, browser)
        parts = [
            table.markdown(f"{PICTURES.name}/{names[table.title]}" if table.plot else "")
            for table in tables
        ]
        DOCUMENT.write_text("\n".join([head, *parts]))


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    parts = [f"{os.cpu_count()} processors", f"{memory:.0f} GiB", platform.system()]
    return ", ".join([*parts, f"Python {platform.python_version()}"])


if __name__ == "__main__":
    main()
