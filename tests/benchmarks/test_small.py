"""Each benchmark runs, once and with little data, and gives figures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import MODULES

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


def test_all_of_them_are_listed() -> None:
    """What takes no part in the table of all benchmarks is named here."""
    found = {file.stem for file in (ROOT / "benchmarks").glob("*.py")}
    alone = {"data", "lab", "rewritten", "screenshots", "update"}
    assert found - alone - {"__init__", "__main__", "minimal", "report"} == set(MODULES)
