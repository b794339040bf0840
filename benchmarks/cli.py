"""How long the command line takes, as ratios to Copier's time in the same run.

python -m benchmarks.cli [ROUNDS]

Each pair runs one after the other, in turns, so that a busy machine slows both. The bytecode of all
modules is compiled first. A ratio is the median of the pairs' ratios.
"""

import compileall
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15
ROOT = Path(__file__).parents[1]
SCRIPTS = Path(sysconfig.get_path("scripts"))
DASHGEN, COPIER = str(SCRIPTS / "dashgen"), str(SCRIPTS / "copier")
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

Run = Callable[[], None]


def main() -> None:
    """Measure, and print one line a pair."""
    for folder in (ROOT / "dashgen", Path(sysconfig.get_path("purelib"))):
        compileall.compile_dir(folder, quiet=2, workers=0)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        plain, repository = _templates(work)
        new = _writing(work, DASHGEN, "new", "shop", "--defaults", "--no-git")
        copier_help = _running(COPIER, "--help")
        pairs = {
            "dashgen --help": (_running(DASHGEN, "--help"), copier_help, 0.5),
            "dashgen new --help": (_running(DASHGEN, "new", "--help"), copier_help, 0.5),
            "completion of a command": (_completing("n"), copier_help, 0.6),
            "completion of a choice": (
                _completing("new", "shop", "--storage", ""),
                copier_help,
                0.6,
            ),
            "dashgen new, to copier copy of a folder": (
                new,
                _writing(work, COPIER, "copy", "--defaults", str(plain), "shop"),
                1.0,
            ),
            "dashgen new, to copier copy of a repository": (
                new,
                _writing(work, COPIER, "copy", "--defaults", str(repository), "shop"),
                1.0,
            ),
        }
        print("| What | Takes | Copier takes | Ratio | Limit |")
        print("|---|---|---|---|---|")
        for title, (ours, theirs, limit) in pairs.items():
            times = [(_seconds(ours), _seconds(theirs)) for _ in range(ROUNDS)]
            ratio = statistics.median(a / b for a, b in times)
            mine, other = (statistics.median(column) for column in zip(*times, strict=True))
            print(
                f"| {title} | {mine:.2f} s | {other:.2f} s | {ratio:.2f} | {limit:.2f} |",
                flush=True,
            )


def _templates(work: Path) -> tuple[Path, Path]:
    """Return the template as a folder, and as a repository with a release."""
    plain, repository = work / "plain", work / "repository"
    for folder in (plain, repository):
        folder.mkdir()
        shutil.copy(ROOT / "copier.yml", folder)
        shutil.copytree(ROOT / "template", folder / "template")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (
        ("init", "--quiet"),
        ("add", "--all"),
        ("commit", "--quiet", "-m", "x"),
        ("tag", "v1.0.0"),
    ):
        subprocess.run(["git", *identity, *words], cwd=repository, check=True)
    return plain, repository


def _running(*command: str, env: Mapping[str, str] | None = None) -> Run:
    def run() -> None:
        subprocess.run(
            command,
            env={**ENVIRONMENT, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    return run


def _completing(*words: str) -> Run:
    """Return what asks for a completion, as the function does that a shell got."""
    line = {
        "_DASHGEN_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(["dashgen", *words]),
        "COMP_CWORD": str(len(words)),
    }
    return _running(DASHGEN, env=line)


def _writing(work: Path, *command: str) -> Run:
    def run() -> None:
        with tempfile.TemporaryDirectory(dir=work) as folder:
            subprocess.run(
                command,
                cwd=folder,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
            )

    return run


def _seconds(run: Run) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
