"""The places of the template's files in a project, whose owner may have moved files and folders.

A folder counts as moved if two things hold. None of its files is at its old path. At least half of
them are in one other folder, with the same names. Its new files then belong there, too.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from dashgen.files import EXECUTABLE, FILE, Files
from dashgen.project.git import object_id
from dashgen.project.repository import Entry, Repository, Scratch

# A user who renames a file often changes it, too.
USER_SIMILARITY = 50
# Of a page: its folder, the module it was before pages had folders, and its test.
PAGE = re.compile(r"(?:^|/)pages/(\w+)(\.py$|/)")


def page_of(path: str, pages: Collection[str]) -> str:
    """Return which page a file belongs to, empty if to none."""
    found = PAGE.search(path)
    if not found:
        return ""
    names = [found[1]]
    if found[2] == ".py":
        names.insert(0, found[1].removeprefix("test_"))
    return next((name for name in names if name in pages), "")


def with_page(path: str, page: str, other: str) -> str:
    """Return the path that a file of a page has where the page has another name."""
    found = PAGE.search(path)
    if found is None or page_of(path, {page}) != page:
        return path
    start = found.end(1) - len(page)
    return path[:start] + other + path[found.end(1) :]


def renamed_pages(moves: Mapping[str, str], pages: Collection[str]) -> dict[str, str]:
    """Return the folders of pages that a user has renamed, by the page.

    Args:
        moves: Folders that were moved, by where the template has them.
        pages: The names of the project's pages.
    """
    return {
        page: there.rstrip("/")
        for folder, there in moves.items()
        if (page := page_of(folder, pages)) and folder.endswith(f"/{page}/")
        if not there.endswith(f"/{page}/")
    }


def between_pages(path: str, other: str, pages: Collection[str]) -> bool:
    """Say whether two files belong to two pages: such files resemble each other by their kind."""
    one, two = page_of(path, pages), page_of(other, pages)
    return bool(one and two and one != two)


def parents(path: str) -> list[str]:
    """Return the folders around a path, the outermost first, each with a slash at its end."""
    parts = path.split("/")
    return ["/".join(parts[:end]) + "/" for end in range(1, len(parts))]


@dataclass(frozen=True)
class Places:
    """The places of one render's files in a project."""

    entries: Mapping[str, Entry]
    folders: Mapping[str, str]
    """Moved folders by where the template has them, both with a slash at the end."""
    files: Mapping[str, str]
    """Files that were renamed by themselves."""
    deleted: frozenset[str]
    """Folders of the template of which nothing is left."""

    def at(self, path: str) -> str:
        """Return where a path of the template belongs in the project."""
        return _mapped(path, self.folders)

    def of(self, path: str) -> str | None:
        """Return where a file of the render is, None if it was deleted."""
        there = self.at(path)
        return there if there in self.entries else self.files.get(path)

    def with_renamed(self, old: str, new: str) -> "Places":
        """Return the places for a template that gives the package another name."""
        root = self.root(old)
        if old == new or not root or not new:
            return self
        return replace(self, folders={**self.folders, f"{new}/": f"{root}{new}/"})

    def root(self, package: str) -> str:
        """Return the folder that has a package of the template, empty if it is the project's."""
        return "".join(parents(self.at(f"{package}/").rstrip("/"))[-1:])


def find(
    repository: Repository,
    scratch: Scratch,
    entries: Mapping[str, Entry],
    base: Files,
    *,
    wanted: Collection[str] = (),
    pages: Collection[str] = (),
) -> Places:
    """Find the places of a render's files in a project.

    Args:
        repository: The project's repository.
        scratch: A place for objects.
        entries: The project's files.
        base: The render.
        wanted: Paths that another render has. A file there does not count as renamed.
        pages: The names of the project's pages.
    """
    gone = {path: file for path, file in base.items() if path not in entries and file.content}
    come = {
        path: (entry.mode, entry.id)
        for path, entry in entries.items()
        if gone and path not in base and entry.mode in {FILE, EXECUTABLE}
    }
    free = {path: entry for path, entry in come.items() if path not in wanted}
    renamed = repository.renames(scratch, scratch.put_files(gone), free, USER_SIMILARITY)
    renamed = {p: q for p, q in renamed.items() if not between_pages(p, q, pages)}
    # Files that were moved unchanged, also to paths of another render.
    same = {(path, item) for path, (_, item) in come.items()}
    ids = {p: object_id(f.content, repository.algorithm) for p, f in gone.items()}

    def is_certain(path: str, there: str) -> bool:
        return renamed.get(path) == there or (there, ids.get(path, "")) in same

    folders: dict[str, str] = {}
    # A folder comes before those in it.
    for folder in sorted({folder for path in base for folder in parents(path)}):
        below = [path for path in base if path.startswith(folder)]
        if any(_mapped(path, folders) in entries for path in below):
            continue
        goal = _goal(folder, below, come, base, is_certain)
        if goal and not between_pages(folder, goal, pages):
            folders[folder] = goal
    claimed = {_mapped(path, folders) for path in base}
    files = {
        path: there
        for path, there in renamed.items()
        if _mapped(path, folders) not in entries and there not in claimed
    }
    places = Places(entries, folders, files, frozenset())
    return Places(entries, folders, files, frozenset(_deleted(places, base)))


def _goal(
    folder: str,
    below: Collection[str],
    come: Collection[str],
    base: Files,
    is_certain: Callable[[str, str], bool],
) -> str:
    found, certain = Counter[str](), Counter[str]()
    for path in below:
        rest = path.removeprefix(folder)
        for there in come:
            if there.endswith(f"/{rest}"):
                goal = there.removesuffix(rest)
                found[goal] += 1
                certain[goal] += is_certain(path, there)
    fit = [
        goal
        for goal, number in found.items()
        if certain[goal] and 2 * number >= len(below)
        if not any(path.startswith(goal) for path in base)
    ]
    return min(fit, key=lambda goal: (-found[goal], goal), default="")


def _deleted(places: Places, base: Files) -> Iterator[str]:
    left = {folder for path in places.entries for folder in parents(path)}
    kept = {folder for path in base if places.of(path) for folder in parents(path)}
    for folder in {folder for path in base for folder in parents(path)}:
        if folder not in kept and places.at(folder) not in left:
            yield folder


def _mapped(path: str, folders: Mapping[str, str]) -> str:
    """Return a path, or a folder with its slash, with the moved folders' new names."""
    moved = next((folder for folder in reversed(parents(path)) if folder in folders), None)
    return path if moved is None else folders[moved] + path.removeprefix(moved)
