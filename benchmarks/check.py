"""``dashgen check`` beside ruff on the same files: processor time on one core, without a cache."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.projects import render
from tests.support.variants import pairs

from .report import Table, median, seconds, start

LINES = 100_000
ROUNDS = 5


def measure(small: bool = False) -> Table:
    """Check variants that together have 100,000 lines."""
    with tempfile.TemporaryDirectory() as folder:
        place, lines = _rendered(Path(folder), 1 if small else LINES)
        ours, theirs = [], []
        for _ in range(1 if small else ROUNDS):
            ours.append(_spent([sys.executable, "-m", "dashgen", "check", "-q", str(place)]))
            ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "-q", "--isolated"]
            theirs.append(_spent([*ruff, str(place)]))
    ratio = median(one / other for one, other in zip(ours, theirs, strict=True))
    row = (f"{lines:,}", seconds(median(ours)), seconds(median(theirs)), f"{ratio:.1f}")
    return Table("Check", ("Lines", "`dashgen check`", "ruff", "Ratio"), (row,))


def _rendered(folder: Path, wanted: int) -> tuple[Path, int]:
    lines, number = 0, 0
    variants = pairs()
    place = folder / "variants"
    while lines < wanted:
        place.joinpath(str(number)).mkdir(parents=True)
        project = render(place / str(number), variants[number % len(variants)])
        lines += sum(file.read_bytes().count(b"\n") for file in project.rglob("*.py"))
        number += 1
    return place, lines


def _spent(command: list[str]) -> float:
    """Return the processor time of a command that is held on one core."""
    if shutil.which("taskset"):
        command = ["taskset", "-c", "0", *command]
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    after = os.times()
    spent = after.children_user + after.children_system
    return spent - before.children_user - before.children_system


if __name__ == "__main__":
    start(measure)
