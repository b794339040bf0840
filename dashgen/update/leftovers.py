"""Conflicts of earlier updates that the user has not resolved yet."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from dashgen.update.places import parents

MARKERS = re.compile(rb"^<{7} .*?^={7}\r?$.*?^>{7} ", re.MULTILINE | re.DOTALL)
NUMBER = r"(\.\d+)?"


class Leftover(NamedTuple):
    """A file that waits for its owner."""

    path: str
    advice: str


def find(project: Path, paths: Iterable[str]) -> list[Leftover]:
    """Return the files that are left of conflicts.

    Args:
        project: The project's folder.
        paths: The paths of the template's files in the project.
    """
    return sorted({left for path in paths for left in _around(project, path)})


def _around(project: Path, path: str) -> Iterator[Leftover]:
    file = project / path
    if file.is_file() and MARKERS.search(file.read_bytes()):
        yield Leftover(path, "has conflict markers: resolve them")
    for rejected in _numbered(project, f"{path}.rej"):
        yield Leftover(
            rejected, "has changes of the template: copy those that you want, then delete it"
        )
    for blocked in (path, *(folder.rstrip("/") for folder in parents(path))):
        rest = path.removeprefix(blocked)
        for aside in _numbered(project, f"{blocked}.template{rest}"):
            yield Leftover(
                aside, "is the template's version: copy the parts that you want, then delete it"
            )


def _numbered(project: Path, path: str) -> Iterator[str]:
    file = project / path
    if file.parent.is_dir():
        for other in file.parent.iterdir():
            if re.fullmatch(re.escape(file.name) + NUMBER, other.name) and other.is_file():
                yield other.relative_to(project).as_posix()
