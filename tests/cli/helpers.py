"""Running dashgen and comparing what it leaves."""

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DASHGEN = (sys.executable, "-m", "dashgen")

Tree = dict[str, tuple[int, bytes]]


def dashgen(
    *arguments: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without a terminal."""
    return subprocess.run(
        [*DASHGEN, *arguments],
        cwd=cwd,
        env=os.environ | (env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass(frozen=True)
class Machine:
    """An environment that is not the tests' own, and a home folder."""

    python: Path
    home: Path

    def run(self, cwd: Path, module: str, *words: str | Path) -> str:
        """Run a module without a terminal and return what it prints."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        done = subprocess.run(
            [self.python, "-m", module, *words],
            cwd=cwd,
            env=kept | {"HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def tree(folder: Path) -> Tree:
    """Return every file of a project with its mode, git's own left out."""
    return {
        str(path.relative_to(folder)): (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def listing(folder: Path) -> list[str]:
    """Return everything that is in a folder, at any depth."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def copy_of_checkout(folder: Path) -> Path:
    """Copy what a checkout runs from, to be changed by a test."""
    folder.mkdir()
    shutil.copy(CHECKOUT / "copier.yml", folder)
    for name in ("dashgen", "template"):
        shutil.copytree(
            CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


def own_check(project: Path, *words: str) -> str:
    """Run one of a project's own checks, in the environment of these tests; return what it found.

    Compiled modules are not written: they would be among the files that are compared.
    """
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=project,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
