"""The changes of an update, one for each file."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from dashgen.files import File
from dashgen.project.index import Stages


class Outcome(StrEnum):
    """The effect of an update on a file."""

    NEW = "new"
    CHANGED = "changed"
    MERGED = "merged"
    CONFLICT = "conflict"
    REMOVED = "removed"
    KEPT = "kept"
    DELETED = "deleted"


@dataclass(frozen=True)
class Change:
    """The change of one file by an update."""

    path: str
    outcome: Outcome
    note: str = ""
    writes: Mapping[str, File | None] = field(default_factory=dict, repr=False)
    """The files to write, by path. None removes a file."""
    stages: Stages = field(default_factory=dict, repr=False)
    """The versions between which git is to see a conflict."""
    staged: Mapping[str, File | None] = field(default_factory=dict, repr=False)
    """The files for the index alone, because a sparse checkout leaves them out."""


class Use(NamedTuple):
    """A line that names something by an old name."""

    path: str
    line: int
    was: str
    now: str
    """Empty if the template no longer has it."""


def removed(changes: Iterable[Change]) -> set[str]:
    return {path for change in changes for path, file in change.writes.items() if file is None}


def without_removals(change: Change, written: Collection[str]) -> Change:
    """Return a change that removes nothing that another one writes."""
    writes = {p: f for p, f in change.writes.items() if f is not None or p not in written}
    return change if len(writes) == len(change.writes) else replace(change, writes=writes)
