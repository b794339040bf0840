"""The files of a project before a merge, and the places that are free for new ones."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from stat import S_ISREG

from dashgen.project.repository import Entry, Repository
from dashgen.update import places

TAKEN = "a file of yours is there"


@dataclass(frozen=True)
class Ours:
    """A file of the project as it is committed."""

    content: bytes
    mode: int
    hidden: bool

    @property
    def mergeable(self) -> bool:
        """Whether it is a plain file that git looks at."""
        return S_ISREG(self.mode) and not self.hidden


@dataclass
class Worktree:
    """A project's files: those that git tracks, and others beside them."""

    repository: Repository
    entries: Mapping[str, Entry]
    """The files that git tracks."""
    contents: Mapping[str, bytes]
    """The contents that the merge may look at, by their ids."""
    vacated: Collection[str] = field(default_factory=set)
    """Paths that the update empties, so that others can have them."""

    def ours(self, place: str) -> Ours:
        """Return a file that git tracks."""
        entry = self.entries[place]
        return Ours(self.contents[entry.id], entry.mode, entry.hidden)

    def in_the_way(self, path: str) -> str:
        """Return the reason why a new file cannot have its place. Empty if it can."""
        for folder in places.parents(path):
            if self.is_file(folder.rstrip("/")):
                return f"{folder.rstrip('/')} is not a folder"
        if path in self.vacated:
            return ""
        place = self.repository.project / path
        if place.is_dir() and not place.is_symlink():
            files = (p for p in place.rglob("*") if p.is_symlink() or not p.is_dir())
            left = {p.relative_to(self.repository.project).as_posix() for p in files}
            return "a folder of yours is there" if left.difference(self.vacated) else ""
        if path in self.entries:
            return TAKEN
        return "a file that git does not track is there" if os.path.lexists(place) else ""

    def is_file(self, path: str) -> bool:
        """Say whether a file is there, and stays there."""
        if path in self.vacated:
            return False
        place = self.repository.project / path
        return path in self.entries or place.is_symlink() or place.is_file()

    def free(self, path: str, taken: Collection[str]) -> str:
        """Return the path, or one like it that nothing has yet, and nothing of `taken` gets."""
        candidates = (path, *(f"{path}.{number}" for number in range(2, 1000)))
        return next(
            name
            for name in candidates
            if name not in taken and not os.path.lexists(self.repository.project / name)
        )

    def left_out(self, path: str) -> bool:
        """Say whether a sparse checkout leaves a file out."""
        if path in self.entries:
            return self.entries[path].left_out
        for folder in reversed(places.parents(path)):
            below = [e.left_out for p, e in self.entries.items() if p.startswith(folder)]
            if below:
                return all(below)
        return False


def read(
    repository: Repository,
    entries: Mapping[str, Entry],
    wanted: Collection[str],
    given: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Return the contents of files by their ids.

    Args:
        repository: The project's repository.
        entries: The files that git tracks.
        wanted: The paths of the files. Others than plain ones count as empty.
        given: Contents that are at hand.
    """
    found = {entries[path] for path in wanted if path in entries}
    plain = {entry.id for entry in found if entry.is_plain}
    others = {entry.id: b"" for entry in found}
    return others | dict(given) | repository.contents(plain - set(given))
