"""The places of the template's files in a project, whose owner may have moved files and folders.

A folder counts as moved if two things hold. None of its files is at its old path. At least half of
them are in one other folder, with the same names. Its new files then belong there, too.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import chain

from dashgen.files import Files
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


def in_page(path: str, page: str) -> bool:
    """Say whether a file is in the folder of a page."""
    return f"/pages/{page}/" in path


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


def around(paths: Iterable[str]) -> set[str]:
    """Return all folders around some paths, as ``parents`` does."""
    return {folder for path in paths for folder in parents(path)}


@dataclass(frozen=True)
class Places:
    """The places of one render's files in a project."""

    entries: Mapping[str, Entry]
    folders: Mapping[str, str]
    """Moved folders by where the template has them, both with a slash at the end."""
    files: Mapping[str, str]
    """Files that were renamed by themselves."""
    deleted: frozenset[str] = frozenset()
    """Folders of the template of which nothing is left."""

    def at(self, path: str) -> str:
        """Return where a path of the template belongs in the project."""
        return _mapped(path, self.folders)

    def of(self, path: str) -> str | None:
        """Return where a file of the render is, None if it was deleted."""
        there = self.at(path)
        return there if there in self.entries else self.files.get(path)

    def present(self, paths: Iterable[str]) -> set[str]:
        """Return where those files of the render are that were not deleted."""
        return {place for path in paths if (place := self.of(path))}

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
        if gone and path not in base and entry.is_plain
    }
    free = {path: entry for path, entry in come.items() if path not in wanted}
    renamed = repository.renames(scratch, scratch.put_files(gone), free, USER_SIMILARITY)
    renamed = {p: q for p, q in renamed.items() if not between_pages(p, q, pages)}
    return _Search(repository, entries, base, pages, gone, come, renamed).places()


@dataclass
class _Search:
    """The search for moved folders. A folder comes before those in it."""

    repository: Repository
    entries: Mapping[str, Entry]
    base: Files
    pages: Collection[str]
    gone: Files
    """The files of the render that are not at their paths."""
    come: Mapping[str, tuple[int, str]]
    """Modes and hashes of the project's other files."""
    renamed: Mapping[str, str]
    """The files that are gone, where git finds them under another name."""
    folders: dict[str, str] = field(default_factory=dict)
    """The moved folders so far."""

    def __post_init__(self) -> None:
        algorithm = self.repository.algorithm
        self.ids = {path: object_id(file.content, algorithm) for path, file in self.gone.items()}

    def places(self) -> Places:
        """Return the places of all files."""
        inner = sorted(around(self.base))
        own = [folder for folder in inner if page_of(folder, self.pages)]
        wholes = [f for f in own if f.endswith(f"pages/{page_of(f, self.pages)}/")]
        self._find(folder for folder in inner if folder not in own)
        self._find_pages(wholes)
        self._find(folder for folder in own if folder not in wholes)
        claimed = set(map(self._at, self.base))
        files = {
            path: there
            for path, there in self._with_tests().items()
            if self._at(path) not in self.entries and there not in claimed
        }
        found = Places(self.entries, self.folders, files)
        return replace(found, deleted=frozenset(_deleted(found, self.base)))

    def _at(self, path: str) -> str:
        return _mapped(path, self.folders)

    def _find(self, folders: Iterable[str]) -> None:
        for folder in folders:
            if goals := self._goals(folder):
                self.folders[folder] = goals[0]

    def _goals(self, folder: str) -> list[str]:
        """Return the folders to which one may have been moved, the likeliest first."""
        below = [path for path in self.base if path.startswith(folder)]
        if any(self._at(path) in self.entries for path in below):
            return []
        found, certain = Counter[str](), Counter[str]()
        for path in below:
            rest = path.removeprefix(folder)
            for there in self.come:
                if there.endswith(f"/{rest}"):
                    goal = there.removesuffix(rest)
                    found[goal] += 1
                    certain[goal] += self._is_certain(path, there)
        fit = [
            goal
            for goal, number in found.items()
            if certain[goal] and 2 * number >= len(below)
            if not any(path.startswith(goal) for path in self.base)
            if not between_pages(folder, goal, self.pages)
        ]
        return sorted(fit, key=lambda goal: (-found[goal], goal))

    def _is_certain(self, path: str, there: str) -> bool:
        """Say whether a file was moved there. Unchanged, it may be at a path of another render."""
        return self.renamed.get(path) == there or self.come[there][1] == self.ids.get(path)

    def _find_pages(self, wholes: Collection[str]) -> None:
        """Find the folders of pages that were moved. A folder has one page, the likest.

        Pages of a kind resemble each other. A folder may be more like a page that is still there.
        Then it is a copy of that page, and the user's own.
        """
        possible = {page: goals for page in wholes if (goals := self._goals(page))}
        if not possible:
            return
        absent = {path: file.content for path, file in self.gone.items()}
        present = self._texts({*wholes, *chain(*possible.values())})
        pairs = ((page, goal) for page, goals in possible.items() for goal in goals)
        likest = sorted(
            (-_likeness(page, absent, goal, present), page, goal) for page, goal in pairs
        )
        moved: dict[str, str] = {}
        for negative, page, goal in likest:
            if page in moved or goal in moved.values():
                continue
            if max(_likeness(other, present, goal, present) for other in wholes) <= -negative:
                moved[page] = goal
        self.folders |= moved

    def _texts(self, folders: Set[str]) -> dict[str, bytes]:
        """Return the texts in some folders, each by the path that the render gives it."""
        there = {self._at(path): path for path in self.base}
        items = {
            place: entry.id
            for path, entry in self.entries.items()
            if path in self.come or (path in there and entry.is_plain)
            # The other files of the user may be large.
            if not folders.isdisjoint(parents(place := there.get(path, path)))
        }
        texts = self.repository.contents(items.values())
        return {place: texts[item] for place, item in items.items()}

    def _with_tests(self) -> dict[str, str]:
        """Return the renamed files. The test of a page is where its folder's name says."""
        moved = renamed_pages(self.folders, self.pages)
        names = {page: place.rpartition("/")[2] for page, place in moved.items()}
        matches = map(PAGE.search, self.come)
        strangers = {found[1] for found in matches if found and found[2] == "/"}
        files = {
            path: there
            for path, there in self.renamed.items()
            if not (page := page_of(path, self.pages))
            or page_of(there, strangers) in {"", names.get(page, page)}
        }
        for path in self.gone:
            page = page_of(path, self.pages)
            if page in names and (there := with_page(path, page, names[page])) in self.come:
                files[path] = there
        return files


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


def _deleted(places: Places, base: Files) -> Iterator[str]:
    left = around(places.entries)
    kept = around(path for path in base if places.of(path))
    for folder in around(base) - kept:
        if places.at(folder) not in left:
            yield folder


def _mapped(path: str, folders: Mapping[str, str]) -> str:
    """Return a path, or a folder with its slash, with the moved folders' new names."""
    moved = next((folder for folder in reversed(parents(path)) if folder in folders), None)
    return path if moved is None else folders[moved] + path.removeprefix(moved)
