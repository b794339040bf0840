"""All benchmarks, or those that are named, one after the other. Each becomes a part of a document.

``python -m benchmarks [NAME…] [--small]``
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
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
    "storage",
    "background",
    "slow",
    "weight",
    "data",
    "check",
    "soak",
)
DOCUMENT = Path(__file__).parents[1] / "docs/benchmarks.md"
PICTURES = DOCUMENT.with_suffix("")
HEAD = """# Benchmarks

`nox -s bench` measures all of this and writes this page. `nox -s bench -- NAME` measures one
subject again. A time is the median of several runs, unless its part names another kind. In a ratio,
the two programs took turns in one run.
"""


def main() -> None:
    """Measure, and print each table and put it into the document as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MODULES))
    parser.add_argument("--small", action="store_true", help="once, with as little as possible")
    given = parser.parse_args()
    if unknown := set(given.names) - set(MODULES):
        parser.error(f"no benchmark is named {' or '.join(sorted(unknown))}")
    for name in given.names or MODULES:
        print(f"{name} …", file=sys.stderr, flush=True)
        table = measured_alone(name, given.small)
        print(table.markdown(), flush=True)
        if not given.small:
            with alone() as browser:
                picture = plots.write(table, PICTURES, browser)
            measured = f"Measured on {datetime.now(UTC):%Y-%m-%d}: {_machine()}."
            known = DOCUMENT.read_text() if DOCUMENT.exists() else HEAD
            part = table.markdown(measured, picture and f"{PICTURES.name}/{picture}")
            DOCUMENT.write_text(replaced(known, part))


def measured_alone(name: str, small: bool) -> Table:
    """Measure in a process of its own. Linux counts a parent's memory to that of its children."""
    command = [
        sys.executable,
        "-m",
        f"benchmarks.{name}",
        "--json",
        *(["--small"] if small else []),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Table.of(json.loads(done.stdout))


def replaced(document: str, part: str) -> str:
    """Return a document with a part in place of the one with its heading, or else at the end."""
    parts = [*re.split(r"^(?=## )", document, flags=re.M)]
    headings = [one.partition("\n")[0] for one in parts]
    if (heading := part.partition("\n")[0]) in headings:
        parts[headings.index(heading)] = part
    else:
        parts.append(part)
    return "\n".join(f"{one.strip()}\n" for one in parts)


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    parts = [f"{os.cpu_count()} processors", f"{memory:.0f} GiB", platform.system()]
    return ", ".join([*parts, f"Python {platform.python_version()}"])


if __name__ == "__main__":
    main()
