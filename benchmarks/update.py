"""``dashgen update`` beside ``copier update``: the same switch of the same project, in turns.

Run ``python benchmarks/update.py [ROUNDS]``. Prints each round's times and the ratios' median.
Both begin with a committed project, whose one edit has to be merged; dashgen's preview and its
journal for ``--abort`` are part of its time.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = sys.executable
SWITCH = ("sqlite", "redis")
COMMANDS = {
    "dashgen": [PYTHON, "-m", "dashgen", "update", "-y", "--storage", SWITCH[1]],
    "copier": [
        *(PYTHON, "-m", "copier", "update", "--defaults", "--quiet"),
        *("--vcs-ref", ":current:", "--data", f"storage={SWITCH[1]}"),
    ],
}


def main(rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {"HOME": name, "PYTHONDONTWRITEBYTECODE": ""}
        project = make_project(folder, environment)
        for command in COMMANDS.values():
            timed(command, project, environment)
        ratios = []
        for number in range(rounds):
            # Neither is always the first.
            order = sorted(COMMANDS, reverse=bool(number % 2))
            seconds = {key: timed(COMMANDS[key], project, environment) for key in order}
            ratios.append(seconds["dashgen"] / seconds["copier"])
            print(*(f"{key} {value:.2f} s" for key, value in sorted(seconds.items())), sep="  ")
        print(f"median ratio {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})")


def make_project(folder: Path, environment: dict[str, str]) -> Path:
    """Return a committed project with an edit."""
    for key, value in {"user.name": "Ada", "user.email": "ada@example.org"}.items():
        run(["git", "config", "--global", key, value], folder, environment)
    run([PYTHON, "-m", "dashgen", "new", "shop", "--defaults"], folder, environment)
    project = folder / "shop"
    readme = project / "README.md"
    readme.write_text(readme.read_text() + "\nOur own words.\n")
    run(["git", "commit", "--quiet", "--all", "--message", "ours"], project, environment)
    return project


def timed(command: list[str], project: Path, environment: dict[str, str]) -> float:
    """Run an update, put the project back, and return the seconds that the update took."""
    begin = time.perf_counter()
    run(command, project, environment)
    seconds = time.perf_counter() - begin
    text = (project / "README.md").read_text()
    assert "Our own words." in text
    assert "<<<" not in text
    assert f"storage: {SWITCH[1]}" in (project / ".copier-answers.yml").read_text()
    run(["git", "reset", "--quiet", "--hard"], project, environment)
    run(["git", "clean", "--quiet", "-d", "--force"], project, environment)
    return seconds


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a command that has to succeed."""
    subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
