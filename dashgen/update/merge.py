"""The three-way merge of a project, one file at a time, without writing anything.

No text of the user is lost. It stays in the file, between conflict markers, or in a file that the
merge keeps and names.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch

from dashgen.errors import RepositoryError
from dashgen.files import FILE, File, Files
from dashgen.project.git import object_id
from dashgen.project.record import ANSWERS_FILE
from dashgen.project.repository import Repository
from dashgen.update import formatter, own, places, worktree
from dashgen.update.changes import Change, Outcome, removed, without_removals
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
from dashgen.update.matching import Matching
from dashgen.update.own import OwnFiles
from dashgen.update.worktree import Ours, Worktree

# Rendered once and then the user's, as `_skip_if_exists` in copier.yml tells plain Copier.
DESCRIPTIONS = "*/pages/*/dataset.toml"
YOURS = f"yours, see {own.LIST}"


@dataclass
class Merge:
    """The merge of one project."""

    repository: Repository
    """The project's repository, without uncommitted changes."""
    matching: Matching
    """Both sides of the template, and where the project has their files."""
    style: Style
    """How a conflict is left."""
    labels: Labels
    """How the sides are called in a conflict."""
    other: Files = field(default_factory=dict)
    """The template's files for the package's recorded name, if the user has renamed the package."""

    def __post_init__(self) -> None:
        self.base, self.theirs = self.matching.base, self.matching.theirs
        self.places, self.entries = self.matching.places, self.matching.places.entries
        algorithm = self.repository.algorithm
        self.ids = {path: object_id(file.content, algorithm) for path, file in self.base.items()}
        self.worktree = Worktree(self.repository, self.entries, self._contents())
        self.own = OwnFiles(self._listed(), self._now_at)

    def changes(self) -> list[Change]:
        """Return the changes, ordered by path."""
        dropped = {path: change for path in self.base if (change := self._dropped(path))}
        found = [*self._together(dropped), *self._alongside()]
        self.worktree.vacated = removed(found)
        found += [change for path in self.base if (change := self._kept(path))]
        self.worktree.vacated = removed(found)
        for path in self.matching.added():
            found += self._new(path)
        written = {path for change in found for path, file in change.writes.items() if file}
        found = [without_removals(change, written) for change in found]
        found += self._listing()
        found = [self._without_what_is_left_out(change) for change in found]
        return sorted(found, key=lambda change: change.path)

    # The project's side.

    def _contents(self) -> dict[str, bytes]:
        """Return the content of each file of the project that a merge may look at."""
        here = self.places.present(self.base)
        wanted = {own.LIST, *here, *map(self.places.at, self.theirs)}
        if self.matching.page_folder:
            folder = self.matching.page_folder[0]
            wanted |= {path for path in self.entries if path.startswith(folder)}
        given = {self.ids[path]: file.content for path, file in self.base.items()}
        return worktree.read(self.repository, self.entries, wanted, given)

    def _listed(self) -> bytes:
        place, entry = self.repository.project / own.LIST, self.entries.get(own.LIST)
        if place.is_symlink() or place.is_dir():
            what = "a link" if place.is_symlink() else "a folder"
            problem = f"{place} is {what}, but dashgen keeps a list of your files there"
            raise RepositoryError(problem, "make it a plain file or move it away")
        return self.worktree.contents[entry.id] if entry else b""

    def _now_at(self, line: str) -> str:
        return line if line in self.entries else self.places.of(line) or line

    # Files that the template drops.

    def _dropped(self, path: str) -> Change | None:
        place = self.places.of(path)
        if self.matching.target(path) or place is None:
            return None
        if place in self.own:
            return Change(place, Outcome.KEPT, YOURS)
        expected = place == self.places.at(path) or self.matching.dropped_page(path)
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
            page = self.matching.dropped_page(path)
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
            page, place = self.matching.dropped_page(path), self.places.of(path)
            if page and place in kept and not self.matching.target(path):
                folder = places.parents(path)[-1]
                whole = folder.endswith(f"/{page}/") and place == self.places.at(path)
                name = self.places.at(folder) if whole else str(place)
                found.setdefault(page, set()).add(name.rstrip("/"))
        return {page: tuple(sorted(paths)) for page, paths in found.items()}

    def _alongside(self) -> Iterator[Change]:
        """Let the user's own files in a page's folder follow the page to its new name."""
        if self.matching.page_folder is None:
            return
        here, goal = self.matching.page_folder
        given = self.places.present(self.base)
        for path in self.entries:
            if path in given or not path.startswith(here):
                continue
            there = goal + path.removeprefix(here)
            if not self.worktree.ours(path).mergeable or self.worktree.in_the_way(there):
                yield Change(path, Outcome.KEPT, f"yours, while the page moves to {goal}")
                continue
            yield Change(there, Outcome.CHANGED, f"was {path}", self._moved(path, there))

    def _moved(self, place: str, destination: str) -> dict[str, File | None]:
        """Return the writes that move a file of the user, and its line in the list."""
        ours = self.worktree.ours(place)
        self.own.move(place, destination)
        return {place: None, destination: File(ours.content, ours.mode)}

    # Files that stay, perhaps moved or changed.

    def _kept(self, path: str) -> Change | None:
        target, place = self.matching.target(path), self.places.of(path)
        if target is None:
            return None
        old, new = self.base[path], self.theirs[target]
        here, goal = self.places.at(path), self.places.at(target)
        if place is None:
            same = old == new and target == path
            note = "you deleted it, and the template has changed it since"
            return None if same else Change(goal, Outcome.DELETED, note)
        ours = self.worktree.ours(place)
        if path == ANSWERS_FILE:
            return self._record(ours, new)
        if fnmatch(path, DESCRIPTIONS) and goal == here:
            return None
        destination = goal if place == here else place
        if place in self.own:
            return self._moved_own(place, destination, old != new)
        old = self._nearer(path, old, ours)
        note = f"you renamed {here}" if place != here else ""
        if destination != place:
            note = f"was {place}"
        elif old == new:
            return None
        if not ours.mergeable:
            return self._aside(
                destination, new, f"{place} stays as it is, no plain file that git looks at"
            )
        if destination != place and (problem := self.worktree.in_the_way(destination)):
            return self._aside(destination, new, f"{place} stays where it is, because {problem}")
        return self._merged(place, destination, old, ours, new, note)

    def _moved_own(self, place: str, destination: str, changed: bool) -> Change | None:
        """Let a listed file follow its page or package, without a change of its content."""
        ours = self.worktree.ours(place)
        if destination == place:
            return Change(place, Outcome.KEPT, YOURS) if changed else None
        problem = self.worktree.in_the_way(destination)
        if not ours.mergeable or problem:
            why = problem if ours.mergeable else "it is no plain file that git looks at"
            return Change(place, Outcome.KEPT, f"{YOURS}. It stays where it is, because {why}")
        writes = self._moved(place, destination)
        return Change(destination, Outcome.KEPT, f"{YOURS}, was {place}", writes)

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
        self.own.settle(path)
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
        if path not in self.entries or path in self.worktree.vacated:
            if any(folder in self.matching.deleted for folder in places.parents(target)):
                yield Change(path, Outcome.DELETED, "you deleted its folder")
                return
            if problem := self.worktree.in_the_way(path):
                yield self._aside(path, new, problem)
            else:
                yield Change(path, Outcome.NEW, writes={path: new})
            return
        if fnmatch(path, DESCRIPTIONS):
            return
        ours = self.worktree.ours(path)
        if not ours.mergeable or path in self.places.files.values():
            yield self._aside(path, new, worktree.TAKEN)
            return
        content = like(ours.content, new.content)
        if content == ours.content:
            return
        if path in self.own:
            yield Change(path, Outcome.KEPT, YOURS)
            return
        if is_binary(ours.content) or is_binary(content):
            yield self._aside(path, new, worktree.TAKEN)
            return
        yield self._text(path, b"", ours, File(content, ours.mode), worktree.TAKEN, {})

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
        blocked = next((p for p in around if self.worktree.is_file(p)), path)
        aside = self._free(f"{blocked}.template{path.removeprefix(blocked)}")
        writes: dict[str, File | None] = {**(removal or {}), aside: new}
        if ours and (removal or ours.mode != self.worktree.ours(path).mode):
            writes[path] = ours
        note = f"{problem}. The template's version is in {aside}"
        return Change(path, Outcome.CONFLICT, note, writes)

    def _untouched(self, path: str, place: str) -> bool:
        entry, file = self.entries[place], self.base[path]
        if entry.hidden or entry.mode != file.mode:
            return False
        content = self.worktree.contents[entry.id]
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

    def _free(self, path: str) -> str:
        return self.worktree.free(path, self.theirs)

    def _listing(self) -> Iterator[Change]:
        """Return the change of the list of the user's own files."""
        new, note = self.own.renewed()
        if not note:
            return
        entry = self.entries.get(own.LIST)
        file = File(new, entry.mode if entry else FILE)
        problem = "" if entry and not entry.hidden else self.worktree.in_the_way(own.LIST)
        if problem:
            yield self._aside(own.LIST, file, problem)
        else:
            yield Change(own.LIST, Outcome.CHANGED, note, {own.LIST: file})

    # Files that a sparse checkout leaves out.

    def _without_what_is_left_out(self, change: Change) -> Change:
        """Write files that are not on the disk to the index, as git's own merges do."""
        staged = {
            path: file for path, file in change.writes.items() if self.worktree.left_out(path)
        }
        if not staged:
            return change
        if change.outcome is Outcome.CONFLICT:
            note = "not checked out, and changed on both sides. Your version stays"
            return Change(change.path, Outcome.KEPT, note)
        writes = {path: file for path, file in change.writes.items() if path not in staged}
        note = ", ".join(filter(None, [change.note, "not checked out, but in git's index"]))
        return replace(change, note=note, writes=writes, staged=staged)


def _distance(one: bytes, other: bytes) -> int:
    """Return how many lines only one of two texts has."""
    lines, others = Counter(one.splitlines()), Counter(other.splitlines())
    return ((lines - others) + (others - lines)).total()
