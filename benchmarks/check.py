"""Times ``dashgen check`` beside ruff on the same files: ``python -m benchmarks.check [PATH…]``.

Without a path, variants are rendered until they have 100,000 lines. Both run in turns on one core,
each in a process of its own, with no cache.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.support.projects import render
from tests.support.variants import pairs

LINES = 100_000
RUNS = 5


def main(words: list[str]) -> None:
    """Print lines, seconds and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(word) for word in words] or [_rendered(Path(folder))]
        for path in paths:
            lines = sum(file.read_bytes().count(b"\n") for file in path.rglob("*.py"))
            ours, theirs = [], []
            for _ in range(RUNS):
                ours.append(_seconds([sys.executable, "-m", "dashgen", "check", "-q", str(path)]))
                ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "-q", "--isolated"]
                theirs.append(_seconds([*ruff, str(path)]))
            ratio = median(ours) / median(theirs)
            print(
                f"{path.name}: {lines:,} lines, dashgen check {median(ours):.2f} s, "
                f"ruff {median(theirs):.2f} s, ratio {ratio:.1f}, "
                f"{median(ours) * LINES / lines:.2f} s for 100,000 lines"
            )


def _rendered(folder: Path) -> Path:
    lines, number = 0, 0
    variants = pairs()
    place = folder / "variants"
    while lines < LINES:
        place.joinpath(str(number)).mkdir(parents=True)
        project = render(place / str(number), variants[number % len(variants)])
        lines += sum(file.read_bytes().count(b"\n") for file in project.rglob("*.py"))
        number += 1
    return place


def _seconds(command: list[str]) -> float:
    """Return the processor time of a command that is held on one core."""
    if shutil.which("taskset"):
        command = ["taskset", "-c", "0", *command]
    before = os.times()
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    after = os.times()
    spent = after.children_user + after.children_system
    spent -= before.children_user + before.children_system
    return spent or time.perf_counter() - start


if __name__ == "__main__":
    main(sys.argv[1:])
