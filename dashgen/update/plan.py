"""What an update does with a project: two renders, the merge between them, what is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashgen.files import EXECUTABLE, File, Files
from dashgen.project.journal import Write
from dashgen.project.record import Record
from dashgen.project.repository import Entry, Repository, Scratch
from dashgen.releases.sources import Source, TemplateVersion, TooNewError, is_newer
from dashgen.template.answers import Answer, Resolved, Stated, resolve
from dashgen.template.choices import ChoiceFacts, registry
from dashgen.update.content import Labels, Style
from dashgen.update.merge import Change, Merge


@dataclass(frozen=True)
class AnswerChange:
    """An answer that an update changes; None where the question does not exist on that side."""

    question: str
    old: Answer | None
    new: Answer | None
    data: str = ""
    """What becomes of the data that is there."""


@dataclass(frozen=True)
class Side:
    """A template version and an answer to each of its questions."""

    version: TemplateVersion
    resolved: Resolved
    brought: Files = field(default_factory=dict)
    """What comes with an answer and is the user's from then on, such as a file of data."""

    def files(self, name: str) -> Files:
        """Return what it gives for a project folder of this name."""
        return {**self.version.rendered(name, self.resolved.answers), **self.brought}


@dataclass(frozen=True)
class Plan:
    """What an update would do; nothing is written yet."""

    old: str
    new: str
    answers: tuple[AnswerChange, ...] = ()
    changes: tuple[Change, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict, repr=False)
    """What git tracked when the plan was made."""
    writes: Mapping[str, Write | None] = field(default_factory=dict, repr=False)
    """What is written, as it will be on the disk; None removes."""


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
        source: Where the version is.
        tag: Its tag.
        project: The project's folder.
        record: What the project has answered, perhaps to another version.
        stated: What goes before that.

    Raises:
        InvalidAnswerError: The version does not accept one of the answers.
    """
    version = source.version(tag)
    given = record.stated(version.template)
    given |= {key: Stated(value, f"--{key}") for key, value in stated.items()}
    name = {"name": Stated(project.name, "the folder's name")}
    return Side(version, resolve(version.template, given, name))


def plan(repository: Repository, old: Side, new: Side, style: Style) -> Plan:
    """Merge what lies between two sides into a project, without writing anything.

    Args:
        repository: The project's repository, without uncommitted changes.
        old: The version and the answers that the project was made from.
        new: Those that it moves to.
        style: How a conflict is left.

    Raises:
        RenderError: One of them does not render.
    """
    differing = tuple(_answer_changes(old, new))
    name = repository.project.name
    base, theirs = old.files(name), new.files(name)
    labels = Labels("yours", f"template {old.version.tag}", _label(new.version.tag, differing))
    with repository.scratch() as scratch:
        merge = Merge(repository, scratch, base, theirs, style=style, labels=labels)
        changes = tuple(merge.changes())
        writes = _on_disk(repository, scratch, merge.entries, changes)
    return Plan(old.version.tag, new.version.tag, differing, changes, merge.entries, writes)


def _answer_changes(old: Side, new: Side) -> Iterator[AnswerChange]:
    before, after = old.resolved, new.resolved
    for name in {**before.answers, **after.answers}:
        given, wanted = before.answers.get(name), after.answers.get(name)
        if given != wanted:
            table = registry(before.facts, name) if wanted is not None else {}
            data = table.get(str(given), ChoiceFacts()).switch
            yield AnswerChange(name, given, wanted, data)


def _label(tag: str, changes: Sequence[AnswerChange]) -> str:
    choices = [f"{change.question} {change.new}" for change in changes if change.new is not None]
    return ", ".join([f"template {tag}", *choices])


def _on_disk(
    repository: Repository,
    scratch: Scratch,
    entries: Mapping[str, Entry],
    changes: Sequence[Change],
) -> dict[str, Write | None]:
    def executable(path: str, file: File) -> bool | None:
        same = path in entries and entries[path].mode == file.mode
        return None if same else file.mode == EXECUTABLE

    wanted = {path: file for change in changes for path, file in change.writes.items()}
    files = {path: file for path, file in wanted.items() if file}
    contents = repository.checked_out(scratch, files)
    return {
        path: Write(contents[path], executable(path, file)) if file else None
        for path, file in wanted.items()
    }
