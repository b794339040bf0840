"""Folders for the time of a run. A run on a later day removes those of a killed run."""

import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from dashgen import system

DAY = 24 * 3600
PREFIX, ASIDE = "dashgen-run-", ".dashgen-"
KEPT = "kept-"
"""Begins the names of the user's files that a run has put aside. Their folder is kept."""


@contextmanager
def temporary() -> Iterator[Path]:
    """Give an empty folder, among the system's temporary ones, for the time of the block."""
    parent = Path(tempfile.gettempdir())
    collect(parent, PREFIX)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=parent) as folder:
        yield Path(folder)


def aside(parent: Path) -> Path:
    """Return a new folder on the same disk as ``parent``, so that content can be moved."""
    collect(parent, ASIDE)
    return Path(tempfile.mkdtemp(prefix=ASIDE, dir=parent))


@cache
def collect(parent: Path, prefix: str) -> None:
    """Remove the folders of killed runs, once in a process. No run takes a day."""
    name = re.compile(re.escape(prefix) + "[a-z0-9_]{8}")
    for old in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            facts = old.lstat()
            if (
                name.fullmatch(old.name)
                and stat.S_ISDIR(facts.st_mode)
                and (not hasattr(os, "getuid") or facts.st_uid == os.getuid())
                and facts.st_mtime < time.time() - DAY
                and not any(entry.name.startswith(KEPT) for entry in old.iterdir())
            ):
                system.remove_tree(old, all_or_error=False)
