"""``dashgen update``: move a project to a newer template, or to other choices."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from dashgen import home
from dashgen.answers import Answer, Answers
from dashgen.errors import DirtyRepositoryError, NotAProjectError, RepositoryError
from dashgen.history import EXECUTABLE, File
from dashgen.update import record as records
from dashgen.update import target
from dashgen.update.content import Labels, Style
from dashgen.update.journal import Journal, Restored, Write
from dashgen.update.merge import Change, Merge, Outcome
from dashgen.update.pristine import Version, unpacked
from dashgen.update.record import ANSWERS_FILE, Record
from dashgen.update.repository import COMMIT_FIRST, Entry, Repository
from dashgen.update.scratch import Scratch


@dataclass(frozen=True)
class AnswerChange:
    """An answer that an update changes; None where the question does not exist on that side."""

    question: str
    old: Answer | None
    new: Answer | None
    data: str = ""
    """What becomes of the data that is there."""


@dataclass(frozen=True)
class Update:
    """What an update does, or would do."""

    project: Path
    old: str
    new: str
    answers: tuple[AnswerChange, ...]
    changes: tuple[Change, ...]
    warning: str = ""
    written: bool = False

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Return the files that are left for the user to resolve."""
        return tuple(change for change in self.changes if change.outcome is Outcome.CONFLICT)


@dataclass(frozen=True)
class Sides:
    """What the template gives before and after."""

    old: Version
    new: Version
    old_answers: Answers
    new_answers: Answers

    def files(self) -> tuple[dict[str, File], dict[str, File]]:
        """Return the files of both sides by path."""
        base = self.old.render(self.old_answers)
        return base, self.new.render(self.new_answers)


def update(
    project: Path,
    *,
    to: str | None = None,
    answers: Mapping[str, Answer] | None = None,
    style: Style = Style.INLINE,
    template: str | None = None,
    confirm: Callable[[Update], bool] = lambda _: True,
) -> Update:
    """Move a project to another template version or other answers; nothing is committed.

    Args:
        project: The project's folder.
        to: A version; dashgen's own where left out.
        answers: Answers that differ from the recorded ones.
        style: How conflicts are left.
        template: Where else the template comes from.
        confirm: Shown what is going to be done; nothing is written unless it returns True.

    Raises:
        DashgenError: See ``dashgen.errors``; the project is as it was then.
    """
    project = Path(os.path.realpath(project))
    record = records.read(project)
    repository = Repository.find(project)
    journal = Journal(repository)
    _require_clean(repository, journal)
    known = target.known(project, record, template)
    warning = home.refresh()
    old = known.recorded(project, record)
    new = known.target(project, old, to)
    with _sides(known, project, record, old, new, answers or {}) as sides:
        differing = tuple(_answer_changes(sides))
        if (
            (old, new) == (record.tag, record.tag)
            and not differing
            and known.source == record.source
        ):
            return Update(project, old, new, (), (), warning)
        base, theirs = sides.files()
        labels = Labels("yours", f"template {old}", _label(new, differing))
        with repository.scratch() as scratch:
            merge = Merge(repository, scratch, base, theirs, style=style, labels=labels)
            changes = tuple(merge.changes())
            outcome = Update(project, record.tag, new, differing, changes, warning)
            writes = _on_disk(repository, scratch, merge.entries, changes)
    if not confirm(outcome):
        return outcome
    with journal.locked():
        _require_clean(repository, journal)
        if repository.tracked() != merge.entries:
            raise RepositoryError(f"{project} changed meanwhile", "run the update again")
        journal.apply(writes)
    return Update(project, record.tag, new, differing, changes, warning, written=True)


def abort(project: Path) -> Restored:
    """Put a project back as it was before its last update.

    Raises:
        DashgenError: See ``dashgen.errors``.
    """
    project = Path(os.path.realpath(project))
    if not project.is_dir():
        raise NotAProjectError(project, ANSWERS_FILE)
    journal = Journal(Repository.find(project))
    with journal.locked():
        return journal.abort()


def _require_clean(repository: Repository, journal: Journal) -> None:
    journal.require_finished()
    if changed := repository.changes():
        raise DirtyRepositoryError(repository.project, changed, journal.undoable)
    entry = repository.tracked().get(ANSWERS_FILE)
    if entry is None or not S_ISREG(entry.mode):
        file = repository.project / ANSWERS_FILE
        raise RepositoryError(f"{file} is not committed as a plain file", COMMIT_FIRST)


@contextmanager
def _sides(
    known: target.Versions,
    project: Path,
    record: Record,
    old: str,
    new: str,
    stated: Mapping[str, Answer],
) -> Iterator[Sides]:
    with (
        unpacked(known.history, old, known.source) as before,
        unpacked(known.history, new, known.source) as after,
    ):
        yield Sides(
            before,
            after,
            before.answers(project.name, record.answers, {}),
            after.answers(project.name, record.answers, stated),
        )


def _answer_changes(sides: Sides) -> Iterator[AnswerChange]:
    facts = {question.name: question.default for question in sides.old.questions}
    for name in {**sides.old_answers, **sides.new_answers}:
        old, new = sides.old_answers.get(name), sides.new_answers.get(name)
        if old != new:
            # The template's own table of what each choice means.
            registry = facts.get(f"{name}_registry")
            choice = registry.get(old) if isinstance(registry, dict) else None
            data = choice.get("switch", "") if isinstance(choice, dict) and new is not None else ""
            yield AnswerChange(name, old, new, data)


def _label(tag: str, changes: Sequence[AnswerChange]) -> str:
    choices = [f"{change.question} {change.new}" for change in changes if change.new is not None]
    return ", ".join([f"template {tag}", *choices])


def _on_disk(
    repository: Repository,
    scratch: Scratch,
    entries: Mapping[str, Entry],
    changes: Sequence[Change],
) -> dict[str, Write | None]:
    """Return what is written, as it will be on the disk."""

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
