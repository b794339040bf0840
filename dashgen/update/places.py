"""The places of the template's files in a project, whose owner may have moved files and folders.

A folder counts as moved if two things hold. None of its files is at its old path. At least half of
them are in one other folder, with the same names. Its new files then belong there, too.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

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

    def goals(folder: str) -> list[str]:
        below = [path for path in base if path.startswith(folder)]
        if any(_mapped(path, folders) in entries for path in below):
            return []
        found = _goals(folder, below, come, base, is_certain)
        return [goal for goal in found if not between_pages(folder, goal, pages)]

    folders: dict[str, str] = {}
    # A folder comes before those in it.
    inner = sorted({folder for path in base for folder in parents(path)})
    own = [folder for folder in inner if page_of(folder, pages)]
    for folder in inner:
        if folder not in own and (found := goals(folder)):
            folders[folder] = found[0]
    wholes = [folder for folder in own if folder.endswith(f"pages/{page_of(folder, pages)}/")]
    if possible := {folder: found for folder in wholes if (found := goals(folder))}:
        there = {_mapped(path, folders): path for path in base}
        looked_at = {*wholes, *chain(*possible.values())}
        items = {
            place: entry.id
            for path, entry in entries.items()
            if path in come or (path in there and entry.mode in {FILE, EXECUTABLE})
            # The other files of the user may be large.
            if not looked_at.isdisjoint(parents(place := there.get(path, path)))
        }
        texts = repository.contents(items.values())
        present = {place: texts[item] for place, item in items.items()}
        absent = {path: file.content for path, file in gone.items()}
        folders |= _page_folders(
            possible,
            lambda page, goal: _likeness(page, absent, goal, present),
            lambda goal: max(_likeness(page, present, goal, present) for page in wholes),
        )
    for folder in own:
        if folder not in wholes and (found := goals(folder)):
            folders[folder] = found[0]
    claimed = {_mapped(path, folders) for path in base}
    files = {
        path: there
        for path, there in _with_tests(renamed, folders, gone, come, pages).items()
        if _mapped(path, folders) not in entries and there not in claimed
    }
    places = Places(entries, folders, files, frozenset())
    return Places(entries, folders, files, frozenset(_deleted(places, base)))


def _goals(
    folder: str,
    below: Collection[str],
    come: Collection[str],
    base: Files,
    is_certain: Callable[[str, str], bool],
) -> list[str]:
    """Return the folders to which one may have been moved, the likeliest first."""
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
    return sorted(fit, key=lambda goal: (-found[goal], goal))


def _page_folders(
    goals: Mapping[str, Collection[str]],
    likeness: Callable[[str, str], float],
    rival: Callable[[str], float],
) -> dict[str, str]:
    """Return the folders of pages that were moved. A folder has one page, the likest.

    Pages of a kind resemble each other. A folder may be more like a page that is still there. Then
    it is a copy of that page, and the user's own.

    Args:
        goals: The possible places of each page that is gone.
        likeness: How much of a page a folder has, from 0 to 1.
        rival: The same for the likest page that is still there.
    """
    pairs = ((page, goal) for page, found in goals.items() for goal in found)
    likest = sorted((-likeness(page, goal), page, goal) for page, goal in pairs)
    moved: dict[str, str] = {}
    for negative, page, goal in likest:
        if page in moved or goal in moved.values():
            continue
        if rival(goal) <= -negative:
            moved[page] = goal
    return moved


def _likeness(page: str, of: Mapping[str, bytes], goal: str, there: Mapping[str, bytes]) -> float:
    """Return the share of lines that two folders of pages have in files of the same name.

    Each folder has its own name in its lines. They count as equal.
    """
    same = together = 0
    for path in of:
        if path.startswith(page):
            one = _lines(page, of[path])
            other = _lines(goal, there.get(goal + path.removeprefix(page), b""))
            same += 2 * (one & other).total()
            together += one.total() + other.total()
    return same / together if together else 0


def _lines(folder: str, text: bytes) -> Counter[str]:
    """Return the lines of a page's file, each without the page's name."""
    name = re.escape(folder.rstrip("/").rpartition("/")[2]).replace("_", "[-_ ]")
    pattern = rf"(?<![a-z]){name}(?![a-z])"
    return Counter(
        re.sub(pattern, "", text.decode(errors="replace"), flags=re.IGNORECASE).splitlines()
    )


def _with_tests(
    renamed: Mapping[str, str],
    folders: Mapping[str, str],
    gone: Collection[str],
    come: Collection[str],
    pages: Collection[str],
) -> dict[str, str]:
    """Return the renamed files. The test of a page is where its folder's name says."""
    names = {
        page: place.rpartition("/")[2] for page, place in renamed_pages(folders, pages).items()
    }
    strangers = {found[1] for path in come if (found := PAGE.search(path)) and found[2] == "/"}
    files = {
        path: there
        for path, there in renamed.items()
        if not (page := page_of(path, pages))
        or page_of(there, strangers) in {"", names.get(page, page)}
    }
    for path in gone:
        name = names.get(page_of(path, pages), "")
        if name and (there := with_page(path, page_of(path, pages), name)) in come:
            files[path] = there
    return files


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
