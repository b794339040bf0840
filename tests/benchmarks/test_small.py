"""Each benchmark runs, once and with little data, and gives figures."""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks import plots
from benchmarks.__main__ import MODULES, replaced
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


@pytest.mark.parametrize("over", [None, 1])
def test_a_table_becomes_a_picture(over: int | None, browser: Browser, tmp_path: Path) -> None:
    rows = (("`a`", "1.0 kB", "20 ms"), ("`a`", "2.0 kB", "1.20 s"), ("`b`", "1.0 kB", "-"))
    table = Table("Some figures", ("Name", "Size", "Takes"), rows, plot=Plot((("takes", 2),), over))
    assert plots.write(table, tmp_path, browser) == "some-figures.svg"
    drawn = (tmp_path / "some-figures.svg").read_text()
    assert drawn.startswith("<svg")
    assert ("1.20 s" in drawn) is (over is None)
    assert plots.write(replace(table, plot=None), tmp_path, browser) == ""
    assert Table.of(json.loads(json.dumps(asdict(table)))) == table


def test_a_table_replaces_the_one_before_in_the_document() -> None:
    first, second = (Table(title, ("A",), (("1",),)).markdown() for title in ("One", "Two"))
    both = replaced(replaced("# Head\n\nText.\n", first), second)
    assert both.split() == ["#", "Head", "Text.", *first.split(), *second.split()]
    newer = Table("One", ("A",), (("2",),), "New.").markdown()
    assert replaced(both, newer) == both.replace(first, newer)


def test_all_of_them_are_listed() -> None:
    """What takes no part in the table of all benchmarks is named here."""
    found = {file.stem for file in (ROOT / "benchmarks").glob("*.py")}
    alone = {"lab", "rewritten", "screenshots"}
    assert found - alone - {"__init__", "__main__", "minimal", "plots", "report"} == set(MODULES)
