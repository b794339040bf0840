"""Each benchmark runs, once and with little data, and gives figures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks import plots
from benchmarks.__main__ import MODULES
from benchmarks.report import Plot, Table

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", MODULES)
def test_it_runs_and_gives_figures(name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--small", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    table = json.loads(done.stdout)
    assert table["rows"]
    assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert all(any(any(map(str.isdigit, cell)) for cell in row) for row in table["rows"])


def test_tables_become_pictures(browser: Browser, tmp_path: Path) -> None:
    rows = (("`a`", "1.0 kB", "20 ms"), ("`a`", "2.0 kB", "1.20 s"), ("`b`", "1.0 kB", "-"))
    columns = ("Name", "Size", "Takes")
    bars = Table("Some bars", columns, rows, plot=Plot((("takes", 2),)))
    lines = Table("Some lines", columns, rows, plot=Plot((("takes", 2),), over=1))
    bare = Table("None", columns, rows)
    (tmp_path / "old.svg").touch()
    names = plots.write([bars, lines, bare], tmp_path, browser)
    assert names == {"Some bars": "some-bars.svg", "Some lines": "some-lines.svg"}
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names.values())
    drawn = (tmp_path / "some-bars.svg").read_text()
    assert drawn.startswith("<svg")
    assert "1.20 s" in drawn


def test_all_of_them_are_listed() -> None:
    """What takes no part in the table of all benchmarks is named here."""
    found = {file.stem for file in (ROOT / "benchmarks").glob("*.py")}
    alone = {"lab", "rewritten", "screenshots", "update"}
    assert found - alone - {"__init__", "__main__", "minimal", "plots", "report"} == set(MODULES)
