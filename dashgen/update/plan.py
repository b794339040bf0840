"""The plan of an update: two renders, the merge between them, and the files to write."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashgen.errors import InvalidAnswerError
from dashgen.files import EXECUTABLE, File, Files
from dashgen.project.index import Stages
from dashgen.project.journal import Write
from dashgen.project.record import Record
from dashgen.project.repository import Entry, Repository, Scratch
from dashgen.releases.sources import Source, TemplateVersion, TooNewError, is_newer
from dashgen.template.answers import Answer, Resolved, Stated, resolve
from dashgen.template.choices import ChoiceFacts, registry
from dashgen.update import leftovers, places, uses
from dashgen.update.changes import Change, Outcome, Use
from dashgen.update.content import Labels, Style
from dashgen.update.leftovers import Leftover
from dashgen.update.matching import Matching
from dashgen.update.matching import find as match
from dashgen.update.merge import Merge
from dashgen.update.places import Places

PACKAGE, PAGES = "package", "pages"


@dataclass(frozen=True)
class AnswerChange:
    """An answer that an update changes. None stands for a question that a side does not have."""

    question: str
    old: Answer | None
    new: Answer | None
    data: str = ""
    """The effect on stored data."""


@dataclass(frozen=True)
class Side:
    """A template version and an answer to each of its questions."""

    version: TemplateVersion
    resolved: Resolved
    brought: Files = field(default_factory=dict)
    """Files that come with an answer, such as a file of data. They belong to the user."""
    lacking: frozenset[str] = frozenset()
    """Paths that count as absent on this side, so that an update writes them again."""

    def files(self, name: str) -> Files:
        """Return its files for a project folder of this name."""
        given = self.version.rendered(name, self.resolved.answers)
        return {p: f for p, f in given.items() if p not in self.lacking} | dict(self.brought)

    @property
    def package(self) -> str:
        """Return the name of the package, empty where the template asks for none."""
        return str(self.resolved.answers.get(PACKAGE, ""))

    @property
    def pages(self) -> frozenset[str]:
        """Return the names of the pages. Another template may ask anything by that name."""
        answer = self.resolved.answers.get(PAGES)
        entries = answer if isinstance(answer, list) else ()
        names = (page.get("name") for page in entries if isinstance(page, Mapping))
        return frozenset(name for name in names if isinstance(name, str))


@dataclass(frozen=True)
class Plan:
    """The changes of an update, before anything is written."""

    answers: tuple[AnswerChange, ...] = ()
    changes: tuple[Change, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict, repr=False)
    """The files that git tracked when the plan was made."""
    writes: Mapping[str, Write | None] = field(default_factory=dict, repr=False)
    """The files as they will be on the disk. None removes a file."""
    staged: Mapping[str, Stages] = field(default_factory=dict, repr=False)
    """Entries for git's index, by path."""
    moves: Mapping[str, str] = field(default_factory=dict)
    """Folders that the user has moved, by where the template has them."""
    renamed_pages: Mapping[str, str] = field(default_factory=dict)
    """Folders of pages that the user has renamed, by the page."""
    kept_pages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Folders and tests of edited pages that are no longer among the answers, by the page."""
    leftovers: tuple[Leftover, ...] = ()
    """Files with conflicts of earlier updates."""
    uses: tuple[Use, ...] = ()
    """The user's lines with names that the new version no longer has."""
    diff: str = field(default="", repr=False)
    """The changes, as a patch."""


def target(source: Source, project: Path, recorded: str, stated: str | None) -> str:
    """Return the version to move to: the one that is stated, or the newest.

    Raises:
        VersionError: There is no such version, or the project is beyond the newest.
    """
    if stated is not None:
        return source.wanted(stated, recorded)
    if is_newer(recorded, source.newest):
        raise TooNewError(project, recorded, source.newest, ", or pass --to")
    return source.newest


def side(
    source: Source, tag: str, project: Path, record: Record, stated: Mapping[str, Answer]
) -> Side:
    """Return a version with the project's answers to it.

    Args:
        source: The source of the version.
        tag: Its tag.
        project: The project's folder.
        record: The project's answers, perhaps to another version.
        stated: Answers that replace recorded ones.

    Raises:
        InvalidAnswerError: The version does not accept one of the answers.
    """
    version = source.version(tag)
    given = record.stated(version.template)
    given |= {key: Stated(value, f"--{key}") for key, value in stated.items()}
    name = {"name": Stated(project.name, "the folder's name")}
    try:
        return Side(version, resolve(version.template, given, name))
    except InvalidAnswerError as error:
        if not version.own:
            error.hint = "use copier update, which asks for it"
        raise


def located(repository: Repository, side: Side) -> tuple[Files, Places]:
    """Return the files of a side, and their places in the project.

    Raises:
        RenderError: The side does not render.
    """
    base = side.files(repository.project.name)
    with repository.scratch() as scratch:
        entries = repository.tracked()
        return base, places.find(repository, scratch, entries, base, pages=side.pages)


def followed(repository: Repository, side: Side) -> str:
    """Return the package's present name, which the user may have changed.

    Raises:
        RenderError: The side does not render.
    """
    package, entries = side.package, repository.tracked()
    if not package or any(path.startswith(f"{package}/") for path in entries):
        return package
    _, found = located(repository, side)
    return found.at(f"{package}/").rstrip("/").rpartition("/")[2]


def plan(
    repository: Repository,
    old: Side,
    new: Side,
    style: Style,
    recorded: Side | None,
    renamed: tuple[str, str] | None,
) -> Plan:
    """Merge the difference between two sides into a project, without writing anything.

    Args:
        repository: The project's repository, without uncommitted changes.
        old: The version and the answers that the project was made from.
        new: Those that it moves to.
        style: How a conflict is left.
        recorded: The old side under the package's recorded name, where the user has renamed it.
        renamed: A page's old and new name, where the update renames one.

    Raises:
        RenderError: One of them does not render.
    """
    differing = tuple(_answer_changes(recorded or old, new))
    name = repository.project.name
    base, theirs = old.files(name), new.files(name)
    labels = Labels("yours", f"template {old.version.tag}", _label(new.version.tag, differing))
    pages = old.pages | new.pages
    packages = (old.package, new.package)
    with repository.scratch() as scratch:
        matching = match(
            repository,
            scratch,
            base,
            theirs,
            pages=pages,
            packages=packages,
            moves=dict(uses.moves(old.version.files, new.version.files, packages, pages)),
            renamed=renamed,
        )
        other = _renamed(recorded, old, name) if recorded else {}
        entries = matching.places.entries
        merge = Merge(repository, matching, style, labels, other)
        changes = (*merge.changes(), *_left_behind(matching, old, new))
        wanted = {path: file for change in changes for path, file in change.writes.items()}
        writes = _on_disk(repository, scratch, entries, wanted)
        diff = repository.difference(scratch, entries, wanted)
    kept = {change.path for change in changes if change.outcome is Outcome.KEPT}
    named = _uses(matching, old, new, _texts(repository, entries, wanted), kept)
    moves = dict(matching.places.folders)
    if recorded:
        moves = {f"{recorded.package}/": moves.pop(f"{old.package}/", f"{old.package}/")} | moves
    staged: dict[str, Stages] = {c.path: c.stages for c in changes if c.stages}
    for change in changes:
        staged |= {path: {0: file} if file else {} for path, file in change.staged.items()}
    return Plan(
        answers=differing,
        changes=changes,
        entries=entries,
        writes=writes,
        staged=staged,
        moves=moves,
        renamed_pages=places.renamed_pages(moves, new.pages),
        kept_pages=merge.kept_pages(changes),
        leftovers=tuple(leftovers.find(repository.project, matching.places.present(base))),
        uses=tuple(named),
        diff=diff,
    )


def _uses(
    matching: Matching, old: Side, new: Side, texts: Mapping[str, bytes], kept: Collection[str]
) -> list[Use]:
    """Return the user's lines with names that the new version no longer has.

    Args:
        matching: The files of both sides.
        old: The version and the answers that the project was made from.
        new: Those that it moves to.
        texts: The project's files that may name something, as they will be.
        kept: The files that stay although the template drops them.
    """
    at = matching.places.at
    # Modules that are elsewhere on the new side, or nowhere.
    moved = {
        at(path): at(matching.moved.get(path, ""))
        for path in matching.base
        if path.endswith(".py") and path not in matching.theirs
        if matching.places.of(path) not in kept
    }
    given = {matching.goal(path): file for path, file in matching.theirs.items()}
    renamed = uses.renames(old.version.files, new.version.files)
    return uses.find(texts, given, renamed, moved, matching.places.root(old.package))


def _texts(
    repository: Repository, entries: Mapping[str, Entry], wanted: Mapping[str, File | None]
) -> dict[str, bytes]:
    """Return the new texts of files that may name something, with `.env`, which git ignores."""
    plain = {
        path: entry.id
        for path, entry in entries.items()
        if path not in wanted and entry.is_plain and uses.may_name(path)
    }
    contents = repository.contents(plain.values())
    texts = {path: contents[item] for path, item in plain.items()}
    texts |= {path: file.content for path, file in wanted.items() if file and uses.may_name(path)}
    environment = repository.project / ".env"
    return texts | ({".env": environment.read_bytes()} if environment.is_file() else {})


def _renamed(recorded: Side, old: Side, name: str) -> Files:
    """Return the template's files for the package's recorded name, at the paths of today's name."""
    before, after = f"{recorded.package}/", f"{old.package}/"
    return {
        after + path.removeprefix(before) if path.startswith(before) else path: file
        for path, file in recorded.files(name).items()
    }


def _left_behind(matching: Matching, old: Side, new: Side) -> Iterator[Change]:
    """Name the user's own files in a package that gets another name."""
    folder, goal = (matching.places.at(f"{side.package}/") for side in (old, new))
    if old.package != new.package and new.package:
        given = matching.places.present(matching.base)
        given |= set(map(matching.goal, matching.theirs))
        for path in matching.places.entries:
            if path.startswith(folder) and path not in given:
                note = f"yours, so it stays here. The package moves to {goal}"
                yield Change(path, Outcome.KEPT, note)


def _answer_changes(old: Side, new: Side) -> Iterator[AnswerChange]:
    before, after = old.resolved, new.resolved
    for name in {**before.public, **after.public}:
        given, wanted = before.public.get(name), after.public.get(name)
        if given != wanted:
            table = registry(before.facts, name) if wanted is not None else {}
            data = table.get(str(given), ChoiceFacts()).switch
            yield AnswerChange(name, given, wanted, data)


def _label(tag: str, changes: Sequence[AnswerChange]) -> str:
    choices = [f"{c.question} {_named(c.new)}" for c in changes if c.new is not None]
    return ", ".join([f"template {tag}", *choices])


def _named(answer: Answer) -> str:
    """Return an answer in a few words. A list is shown by its names."""
    if not isinstance(answer, list):
        return str(answer)
    return " ".join(str(e.get("name") if isinstance(e, Mapping) else e) for e in answer)


def _on_disk(
    repository: Repository,
    scratch: Scratch,
    entries: Mapping[str, Entry],
    wanted: Mapping[str, File | None],
) -> dict[str, Write | None]:
    def executable(path: str, file: File) -> bool | None:
        same = path in entries and entries[path].mode == file.mode
        return None if same else file.mode == EXECUTABLE

    files = {path: file for path, file in wanted.items() if file}
    contents = repository.checked_out(scratch, files)
    return {
        path: Write(contents[path], executable(path, file)) if file else None
        for path, file in wanted.items()
    }
