"""The three-way merge of a project, one file at a time, without writing anything.

No text of the user is lost. It stays in the file, between conflict markers, or in a file that the
merge keeps and names.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatch
from stat import S_ISREG

from dashgen.errors import RepositoryError
from dashgen.files import EXECUTABLE, FILE, File, Files
from dashgen.project.git import object_id
from dashgen.project.index import Stages
from dashgen.project.record import ANSWERS_FILE
from dashgen.project.repository import Repository, Scratch
from dashgen.update import formatter, own, places
from dashgen.update.content import (
    Labels,
    Style,
    in_format,
    is_binary,
    is_same_code,
    like,
    merge_code,
    merge_text,
    patch,
    rejected,
    with_crlf,
)

# Files of two choices resemble each other and are not renames.
TEMPLATE_SIMILARITY = 70
# Rendered once and then the user's, as `_skip_if_exists` in copier.yml tells plain Copier.
DESCRIPTIONS = "*/pages/*/dataset.toml"


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
class Merge:
    """The merge of one project."""

    repository: Repository
    """The project's repository, without uncommitted changes."""
    scratch: Scratch
    """A place for objects."""
    base: Files
    """The template's files so far."""
    theirs: Files
    """The template's files from now on."""
    style: Style
    """How a conflict is left."""
    labels: Labels
    """How the sides are called in a conflict."""
    pages: Collection[str]
    """The names of the project's pages."""
    packages: tuple[str, str]
    """The names of the package on both sides."""
    moves: Mapping[str, str]
    """New paths of files that the template moves, by their old paths."""
    other: Files = field(default_factory=dict)
    """The template's files for the package's recorded name, if the user has renamed the package."""
    renamed: tuple[str, str] | None = None
    """A page's old and new name, where the update renames one."""

    def __post_init__(self) -> None:
        repository = self.repository
        self.entries = repository.tracked()
        self.ids = {
            path: object_id(file.content, repository.algorithm) for path, file in self.base.items()
        }
        self.places = self._find().with_renamed(*self.packages)
        self.page_folder = self._page_folder()
        self.exact = self._exact()
        self.dropped_pages = self._pages_of(self.base) - self._pages_of(self.theirs)
        self.moved_by_template = self._template_renames()
        self.moved_here = {there: path for path, there in self.moved_by_template.items()}
        self.deleted = self._deleted_with_their_files()
        self.contents = self._read()
        self.list = self._listed()
        # Listed lines by where their files are, which the user may have moved since.
        self.own = {self._now_at(line): line for line in own.listed(self.list)}
        self.settled: set[str] = set()
        self.relisted: dict[str, str] = {}
        self.vacated: set[str] = set()

    def changes(self) -> list[Change]:
        """Return the changes, ordered by path."""
        dropped = {path: change for path in self.base if (change := self._dropped(path))}
        found = [*self._together(dropped), *self._alongside()]
        matched = (set(self.base) - set(self.exact)) | set(self.moved_by_template.values())
        self.vacated = _removed(found)
        found += [change for path in self.base if (change := self._kept(path))]
        self.vacated = _removed(found)
        for path in sorted(set(self.theirs) - matched):
            found += self._new(path)
        written = {path for change in found for path, file in change.writes.items() if file}
        found = [_without_removals(change, written) for change in found]
        found += self._listing()
        found = [self._without_what_is_left_out(change) for change in found]
        return sorted(found, key=lambda change: change.path)

    def goal(self, path: str) -> str:
        """Return the place of a file of the new side. The project's owner may have moved it."""
        before = self.moved_here.get(path, path)
        return self.places.files.get(before) or self.places.at(path)

    # The list of the files that are the user's alone.

    def _listed(self) -> bytes:
        place, entry = self.repository.project / own.LIST, self.entries.get(own.LIST)
        if place.is_symlink() or place.is_dir():
            what = "a link" if place.is_symlink() else "a folder"
            problem = f"{place} is {what}, but dashgen keeps a list of your files there"
            raise RepositoryError(problem, "make it a plain file or move it away")
        return self.contents[entry.id] if entry else b""

    def _now_at(self, line: str) -> str:
        return line if line in self.entries else self.places.of(line) or line

    def _moved_own(self, place: str, destination: str, changed: bool) -> Change | None:
        """Let a listed file follow its page or package, without a change of its content."""
        ours, note = self._ours(place), f"yours, see {own.LIST}"
        if destination == place:
            return Change(place, Outcome.KEPT, note) if changed else None
        if not ours.mergeable or (problem := self._in_the_way(destination)):
            why = problem if ours.mergeable else "it is no plain file that git looks at"
            return Change(place, Outcome.KEPT, f"{note}. It stays where it is, because {why}")
        return Change(
            destination, Outcome.KEPT, f"{note}, was {place}", self._moved(place, destination)
        )

    def _moved(self, place: str, destination: str) -> dict[str, File | None]:
        """Return the writes that move a file, and note its new path for the list."""
        ours = self._ours(place)
        if place in self.own:
            self.relisted[self.own[place]] = destination
        return {place: None, destination: File(ours.content, ours.mode)}

    def _listing(self) -> Iterator[Change]:
        if self.settled or self.relisted:
            content = own.with_moved(self.list, self.relisted)
            note = "names your files by their new paths"
            if self.settled:
                content = own.with_more(content, self.settled)
                note = "names files that are yours alone from now on"
            entry = self.entries.get(own.LIST)
            new = File(content, entry.mode if entry else FILE)
            problem = "" if entry and not entry.hidden else self._in_the_way(own.LIST)
            if problem:
                yield self._aside(own.LIST, new, problem)
            else:
                yield Change(own.LIST, Outcome.CHANGED, note, {own.LIST: new})

    # Files that the template drops.

    def _dropped(self, path: str) -> Change | None:
        place = self.places.of(path)
        if self._target(path) or place is None:
            return None
        if place in self.own:
            return Change(place, Outcome.KEPT, f"yours, see {own.LIST}")
        expected = place == self.places.at(path) or self._dropped_page(path)
        if expected and self._untouched(path, place):
            return Change(place, Outcome.REMOVED, writes={place: None})
        if place == self.places.at(path) and fnmatch(path, DESCRIPTIONS):
            # A description alone is useless, and git has it.
            return Change(place, Outcome.REMOVED, "git has your version", writes={place: None})
        return Change(place, Outcome.KEPT, "the template no longer has it, so it is yours now")

    def _together(self, dropped: Mapping[str, Change]) -> list[Change]:
        """Keep files that the template drops together if the user changed one of them.

        Such files are a page with its test, or a package. Their modules import each other. A page
        does not start without its ids, and a test fails without its page.
        """
        packages = {
            path.removesuffix("__init__.py") for path in self.base if path.endswith("/__init__.py")
        }
        gone = [p for p in packages if not any(path.startswith(p) for path in self.theirs)]

        def whole(path: str) -> str:
            page = self._dropped_page(path)
            return page or next((package for package in gone if path.startswith(package)), "")

        edited = {
            whole(path): change.path
            for path, change in dropped.items()
            if change.outcome is Outcome.KEPT
        }

        def decided(path: str, change: Change) -> Change:
            cause = edited.get(whole(path)) if whole(path) else None
            if cause is None or change.outcome is not Outcome.REMOVED:
                return change
            note = f"kept with {cause}, which you changed"
            return Change(change.path, Outcome.KEPT, note)

        return [decided(path, change) for path, change in dropped.items()]

    def kept_pages(self, changes: Collection[Change]) -> dict[str, tuple[str, ...]]:
        """Return the kept folders and tests of the pages that the template drops."""
        kept = {change.path for change in changes if change.outcome is Outcome.KEPT}
        found: dict[str, set[str]] = {}
        for path in self.base:
            page, place = self._dropped_page(path), self.places.of(path)
            if page and place in kept and not self._target(path):
                folder = places.parents(path)[-1]
                whole = folder.endswith(f"/{page}/") and place == self.places.at(path)
                name = self.places.at(folder) if whole else str(place)
                found.setdefault(page, set()).add(name.rstrip("/"))
        return {page: tuple(sorted(paths)) for page, paths in found.items()}

    def _dropped_page(self, path: str) -> str:
        """Return the page of a file if the template drops that page, empty otherwise."""
        return places.page_of(path, self.dropped_pages)

    def _pages_of(self, files: Files) -> set[str]:
        return {page for path in files if (page := places.page_of(path, self.pages))}

    def _page_folder(self) -> tuple[str, str] | None:
        """Return the old and the new path of the folder of a renamed page."""
        if self.renamed is None:
            return None
        old, new = self.renamed
        folders = {folder for path in self.base for folder in places.parents(path)}
        folder = next((f for f in sorted(folders) if f.endswith(f"/pages/{old}/")), "")
        here, goal = self.places.at(folder), self.places.at(places.with_page(folder, old, new))
        return (here, goal) if folder and here != goal else None

    def _alongside(self) -> Iterator[Change]:
        """Let the user's own files in a page's folder follow the page to its new name."""
        if self.page_folder is None:
            return
        here, goal = self.page_folder
        given = {place for path in self.base if (place := self.places.of(path))}
        for path in self.entries:
            if path in given or not path.startswith(here):
                continue
            there = goal + path.removeprefix(here)
            if not self._ours(path).mergeable or self._in_the_way(there):
                yield Change(path, Outcome.KEPT, f"yours, while the page moves to {goal}")
                continue
            yield Change(there, Outcome.CHANGED, f"was {path}", self._moved(path, there))

    # Files that stay, perhaps moved or changed.

    def _kept(self, path: str) -> Change | None:
        target, place = self._target(path), self.places.of(path)
        if target is None:
            return None
        old, new = self.base[path], self.theirs[target]
        here, goal = self.places.at(path), self.places.at(target)
        if place is None:
            same = old == new and target == path
            note = "you deleted it, and the template has changed it since"
            return None if same else Change(goal, Outcome.DELETED, note)
        ours = self._ours(place)
        if path == ANSWERS_FILE:
            return self._record(ours, new)
        if fnmatch(path, DESCRIPTIONS) and goal == here:
            return None
        destination = goal if place == here else place
        if place in self.own:
            return self._moved_own(place, destination, old != new)
        old = self._nearer(path, old, ours)
        note = (
            f"was {place}"
            if destination != place
            else f"you renamed {here}"
            if place != here
            else ""
        )
        if destination == place and old == new:
            return None
        if not ours.mergeable:
            return self._aside(
                destination, new, f"{place} stays as it is, no plain file that git looks at"
            )
        if destination != place and (problem := self._in_the_way(destination)):
            return self._aside(destination, new, f"{place} stays where it is, because {problem}")
        return self._merged(place, destination, old, ours, new, note)

    def _record(self, ours: Ours, new: File) -> Change | None:
        content = like(ours.content, new.content)
        if content == ours.content:
            return None
        file = File(content, ours.mode)
        return Change(ANSWERS_FILE, Outcome.CHANGED, writes={ANSWERS_FILE: file})

    def _merged(
        self, place: str, destination: str, old: File, ours: Ours, new: File, note: str
    ) -> Change | None:
        old = old._replace(content=like(ours.content, old.content))
        new = new._replace(content=like(ours.content, new.content))
        mode = new.mode if ours.mode == old.mode else ours.mode
        removal: dict[str, File | None] = {} if destination == place else {place: None}
        unedited = ours.content in (old.content, new.content)
        if unedited or new.content == old.content:
            file = File(new.content if unedited else ours.content, mode)
            if (*file, destination) == (ours.content, ours.mode, place):
                return None
            outcome = Outcome.CHANGED if unedited else Outcome.MERGED
            return Change(destination, outcome, note, removal | {destination: file})
        if any(map(is_binary, (old.content, ours.content, new.content))):
            kept, why = File(ours.content, mode), "binary, and changed on both sides"
            return self._aside(destination, new, why, removal, kept)
        return self._text(destination, old.content, ours, File(new.content, mode), note, removal)

    def _text(
        self,
        destination: str,
        old: bytes,
        ours: Ours,
        new: File,
        note: str,
        removal: Mapping[str, File | None],
    ) -> Change:
        content, conflicts = merge_text(ours.content, old, new.content, self.style, self.labels)
        if destination.endswith(".py"):
            content, conflicts = self._code(
                destination, ours.content, old, new.content, (content, conflicts)
            )
        writes = {**removal, destination: File(content, new.mode)}
        if not conflicts:
            return Change(destination, Outcome.MERGED, note, writes)
        if own.is_rewritten(destination, ours.content, old):
            return self._settled(destination, old, ours, new, removal)
        count = f"{conflicts} place{'s' if conflicts > 1 else ''}"
        if self.style is Style.REJ:
            file = self._free(f"{destination}.rej")
            writes[file] = File(rejected(destination, ours.content, old, new.content, self.labels))
            if content == ours.content and new.mode == ours.mode and not removal:
                del writes[destination]
            return Change(destination, Outcome.CONFLICT, f"{count}, in {file}", writes)
        stages = {1: File(old), 2: File(ours.content, ours.mode), 3: new}
        if not old:
            del stages[1]
        words = ", ".join(filter(None, [count, note]))
        return Change(destination, Outcome.CONFLICT, words, writes, stages)

    def _settled(
        self, path: str, old: bytes, ours: Ours, new: File, removal: Mapping[str, File | None]
    ) -> Change:
        """Offer the template's change once, and leave the file alone from then on."""
        self.settled.add(path)
        offer = self._free(f"{path}.rej")
        writes = {**removal, offer: File(patch(path, old, new.content))}
        if removal or new.mode != ours.mode:
            writes[path] = File(ours.content, new.mode)
        note = f"you rewrote it, so it is yours. The template's change is in {offer}"
        return Change(path, Outcome.KEPT, note, writes)

    def _code(
        self, path: str, ours: bytes, old: bytes, new: bytes, by_lines: tuple[bytes, int]
    ) -> tuple[bytes, int]:
        """Merge by statements if a merge by lines has conflicts and this leaves fewer."""

        def formatted(model: str, text: str) -> str:
            return formatter.formatted(self.repository.project, path, model, text)

        if not by_lines[1]:
            return in_format(ours, by_lines[0], formatted), 0
        by_statements = merge_code(ours, old, new, self.labels, formatted)
        if by_statements is None or by_statements[1] >= by_lines[1]:
            return by_lines
        if self.style is Style.REJ and by_statements[1]:
            return by_lines
        return by_statements

    # New files of the template.

    def _new(self, target: str) -> Iterator[Change]:
        new, path = self.theirs[target], self.places.at(target)
        if path not in self.entries or path in self.vacated:
            if any(folder in self.deleted for folder in places.parents(target)):
                yield Change(path, Outcome.DELETED, "you deleted its folder")
                return
            problem = self._in_the_way(path)
            if problem:
                yield self._aside(path, new, problem)
            else:
                yield Change(path, Outcome.NEW, writes={path: new})
            return
        if fnmatch(path, DESCRIPTIONS):
            return
        ours = self._ours(path)
        if not ours.mergeable or path in self.places.files.values():
            yield self._aside(path, new, "a file of yours is there")
            return
        content = like(ours.content, new.content)
        if content == ours.content:
            return
        if path in self.own:
            yield Change(path, Outcome.KEPT, f"yours, see {own.LIST}")
            return
        if is_binary(ours.content) or is_binary(content):
            yield self._aside(path, new, "a file of yours is there")
            return
        note = "a file of yours is there"
        yield self._text(path, b"", ours, File(content, ours.mode), note, {})

    def _aside(
        self,
        path: str,
        new: File,
        problem: str,
        removal: Mapping[str, File | None] | None = None,
        ours: File | None = None,
    ) -> Change:
        """Keep the user's file, and put the template's version next to it."""
        around = (folder.rstrip("/") for folder in places.parents(path))
        blocked = next((p for p in around if self._is_file(p)), path)
        aside = self._free(f"{blocked}.template{path.removeprefix(blocked)}")
        writes: dict[str, File | None] = {**(removal or {}), aside: new}
        if ours and (removal or ours.mode != self._ours(path).mode):
            writes[path] = ours
        note = f"{problem}. The template's version is in {aside}"
        return Change(path, Outcome.CONFLICT, note, writes)

    # The project's side.

    def _find(self) -> places.Places:
        new = self.renamed[1] if self.renamed else ""
        # Files that the user has moved to a page's new name come from its old name.
        wanted = [path for path in self.theirs if not new or places.page_of(path, {new}) != new]
        pages = set(self.pages) - {new}
        return places.find(
            self.repository, self.scratch, self.entries, self.base, wanted=wanted, pages=pages
        )

    def _target(self, path: str) -> str | None:
        moved = self.exact.get(path)
        return moved or (path if path in self.theirs else self.moved_by_template.get(path))

    def _exact(self) -> dict[str, str]:
        """Return the known moves of the template, which need no comparison of contents."""
        moved = dict(self.moves)
        if self.renamed:
            moved |= {path: places.with_page(path, *self.renamed) for path in self.base}
        return {
            path: target
            for path, target in moved.items()
            if path != target and path in self.base
            if target in self.theirs and target not in self.base
            # A deleted page stays deleted. The machinery comes in any case.
            if self.places.of(path) or places.page_of(target, self.pages)
        }

    def _untouched(self, path: str, place: str) -> bool:
        entry, file = self.entries[place], self.base[path]
        if entry.hidden or entry.mode != file.mode:
            return False
        content = self.contents[entry.id]
        if entry.id == self.ids[path] or content == with_crlf(file.content):
            return True
        return path.endswith(".py") and is_same_code(content, file.content)

    def _nearer(self, path: str, old: File, ours: Ours) -> File:
        """Return the origin of the user's file, under the old or the new name of the package."""
        other = self.other.get(path)
        if other is None or _distance(ours.content, old.content) <= _distance(
            ours.content, other.content
        ):
            return old
        return File(other.content, old.mode)

    def _ours(self, place: str) -> Ours:
        entry = self.entries[place]
        return Ours(self.contents[entry.id], entry.mode, entry.hidden)

    def _in_the_way(self, path: str) -> str:
        """Return the reason why a new file cannot have its place. Empty if it can."""
        for folder in places.parents(path):
            if self._is_file(folder.rstrip("/")):
                return f"{folder.rstrip('/')} is not a folder"
        if path in self.vacated:
            return ""
        place = self.repository.project / path
        if place.is_dir() and not place.is_symlink():
            files = (p for p in place.rglob("*") if p.is_symlink() or not p.is_dir())
            left = {p.relative_to(self.repository.project).as_posix() for p in files} - self.vacated
            return "a folder of yours is there" if left else ""
        if path in self.entries:
            return "a file of yours is there"
        return "a file that git does not track is there" if os.path.lexists(place) else ""

    def _is_file(self, path: str) -> bool:
        if path in self.vacated:
            return False
        place = self.repository.project / path
        return path in self.entries or place.is_symlink() or place.is_file()

    def _free(self, path: str) -> str:
        """Return the path, or one like it that nothing has yet."""
        candidates = (path, *(f"{path}.{number}" for number in range(2, 1000)))
        return next(
            name
            for name in candidates
            if name not in self.theirs and not os.path.lexists(self.repository.project / name)
        )

    def _read(self) -> dict[str, bytes]:
        """Return the content of each file of the project that a merge may look at."""
        found = {own.LIST, *map(self.places.of, self.base), *map(self.places.at, self.theirs)}
        wanted = {self.entries[place] for place in found if place in self.entries}
        given = {self.ids[path]: file.content for path, file in self.base.items()}
        if self.page_folder:
            here = self.page_folder[0]
            wanted |= {entry for path, entry in self.entries.items() if path.startswith(here)}
        plain = {entry.id for entry in wanted if entry.mode in {FILE, EXECUTABLE}}
        others = {entry.id: b"" for entry in wanted}
        missing = plain - set(given)
        return others | given | self.repository.contents(missing)

    def _template_renames(self) -> dict[str, str]:
        exact = self.exact
        # An empty file is like every other.
        gone = {p: f for p, f in self.base.items() if p not in self.theirs and f.content}
        gone = {path: file for path, file in gone.items() if path not in exact}
        come = {p: f for p, f in self.theirs.items() if p not in self.base}
        come = {path: file for path, file in come.items() if path not in exact.values()}
        if not gone or not come:
            return exact
        put = self.scratch.put_files
        found = self.repository.renames(self.scratch, put(gone), put(come), TEMPLATE_SIMILARITY)
        return exact | {
            p: q for p, q in found.items() if not places.between_pages(p, q, self.pages)
        }

    def _deleted_with_their_files(self) -> frozenset[str]:
        """Return the folders that the user deleted, also by deleting their origins."""
        known = {folder for path in self.base for folder in places.parents(path)}
        made = {
            places.parents(target)[-1]
            for path, target in self.moved_by_template.items()
            if "/" in target and self.places.of(path) is None
            # Tests of other pages may be there.
            if not (path in self.exact and target.startswith("tests/"))
        }
        return self.places.deleted | (made - known)

    # Files that a sparse checkout leaves out.

    def _without_what_is_left_out(self, change: Change) -> Change:
        """Write files that are not on the disk to the index, as git's own merges do."""
        staged = {path: file for path, file in change.writes.items() if self._left_out(path)}
        if not staged:
            return change
        if change.outcome is Outcome.CONFLICT:
            note = "not checked out, and changed on both sides. Your version stays"
            return Change(change.path, Outcome.KEPT, note)
        writes = {path: file for path, file in change.writes.items() if path not in staged}
        note = ", ".join(filter(None, [change.note, "not checked out, but in git's index"]))
        return replace(change, note=note, writes=writes, staged=staged)

    def _left_out(self, path: str) -> bool:
        if path in self.entries:
            return self.entries[path].left_out
        for folder in reversed(places.parents(path)):
            below = [e.left_out for p, e in self.entries.items() if p.startswith(folder)]
            if below:
                return all(below)
        return False


def _removed(changes: Iterable[Change]) -> set[str]:
    return {path for change in changes for path, file in change.writes.items() if file is None}


def _without_removals(change: Change, written: Collection[str]) -> Change:
    """Return a change that removes nothing that another one writes."""
    writes = {p: f for p, f in change.writes.items() if f is not None or p not in written}
    return change if len(writes) == len(change.writes) else replace(change, writes=writes)


def _distance(one: bytes, other: bytes) -> int:
    """Return how many lines only one of two texts has."""
    lines, others = Counter(one.splitlines()), Counter(other.splitlines())
    return ((lines - others) + (others - lines)).total()
