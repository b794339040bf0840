"""``dashgen update``: move a project to a newer template, or to other choices."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISREG
from typing import TypedDict, Unpack

from dashgen.commands import trial as trials
from dashgen.commands.trial import NOT_TRIED, Trial
from dashgen.errors import (
    DirtyRepositoryError,
    InvalidAnswerError,
    NoRepositoryError,
    NotAProjectError,
    RepositoryError,
)
from dashgen.project import record as records
from dashgen.project.journal import Journal, Restored
from dashgen.project.record import ANSWERS_FILE, Record
from dashgen.project.repository import COMMIT_FIRST, Repository
from dashgen.releases import installed, sources
from dashgen.releases.sources import Source
from dashgen.system import in_turn
from dashgen.template.answers import Answer
from dashgen.update import plan as plans
from dashgen.update.changes import Change, Outcome
from dashgen.update.content import Style
from dashgen.update.plan import Plan, Side

AGAIN = "run the update again"


@dataclass(frozen=True, kw_only=True)
class Update(Plan):
    """An update, planned or written."""

    project: Path
    old: str
    new: str
    warning: str = ""
    written: bool = False
    trial: Trial = NOT_TRIED
    """Whether the app starts afterwards."""

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Return the files that are left for the user to resolve."""
        return tuple(change for change in self.changes if change.outcome is Outcome.CONFLICT)


class How(TypedDict, total=False):
    """How a project is moved, where that is not as usual."""

    style: Style
    """How conflicts are left."""
    trying: bool
    """Whether to try the app before and afterwards, in its own environment."""
    confirm: Callable[[Update], bool]
    """Gets the planned changes. Nothing is written unless it returns True."""


def update(
    project: Path,
    *,
    to: str | None = None,
    answers: Mapping[str, Answer] | None = None,
    template: str | None = None,
    **how: Unpack[How],
) -> Update:
    """Move a project to another template version or other answers. Nothing is committed.

    Args:
        project: The project's folder.
        to: A version. Default: the newest.
        answers: Answers that differ from the recorded ones.
        template: Another source of the template.
        how: See ``How``.

    Raises:
        DashgenError: See ``dashgen.errors``. The project is unchanged then.
    """
    stated = answers or {}

    def between(source: Source, project: Path, record: Record) -> tuple[Side, Side]:
        recorded = source.recorded(project, record)
        new = plans.target(source, project, recorded, to)
        return (
            plans.side(source, recorded, project, record, {}),
            plans.side(source, new, project, record, stated),
        )

    return moved(project, between, template=template, **how)


Between = Callable[[Source, Path, Record], tuple[Side, Side]]
"""Returns the two sides that a project is moved between."""


def moved(
    project: Path,
    between: Between,
    *,
    template: str | None = None,
    renamed_page: tuple[str, str] | None = None,
    refuse: Callable[[Update], None] = lambda _: None,
    style: Style = Style.INLINE,
    trying: bool = True,
    confirm: Callable[[Update], bool] = lambda _: True,
) -> Update:
    """Move a project from one side to another.

    Args:
        project: The project's folder.
        between: Returns the sides.
        template: Another source of the template.
        renamed_page: A page's old and new name, where one is renamed.
        refuse: Raises an error if the planned changes must not be written.
        style: See ``How``, as for the others.
        trying: See there.
        confirm: See there.

    Raises:
        DashgenError: See ``dashgen.errors``. The project is unchanged then.
    """
    project = Path(os.path.realpath(project))
    record = records.read(project)
    repository = Repository.find(project)
    journal = Journal(repository)
    _require_clean(repository, journal)
    with sources.opened(template, record.source) as source:
        warning = installed.share()
        before, after = between(source, project, record)
        renamed = _renamed(repository, record, before)
        old = before if renamed else None
        if renamed:
            try:
                before, after = between(source, project, renamed)
            except InvalidAnswerError:
                # No name that the template takes: the folder is followed all the same.
                renamed = old = None
        new = after.version.tag
        same_answers = before.resolved.answers == after.resolved.answers and not before.lacking
        recorded = (before.version.tag, new, after.version.source)
        if not renamed and same_answers and recorded == (record.tag, record.tag, record.source):
            return Update(project=project, old=record.tag, new=new, warning=warning)
        planned = plans.plan(repository, before, after, style, old, renamed_page)
    there = _there(repository, planned)
    outcome = Update(project=project, old=record.tag, new=new, warning=warning, **vars(planned))
    refuse(outcome)
    if not confirm(outcome):
        return outcome
    first = trials.begin(project) if trying else NOT_TRIED
    _write(repository, journal, planned, there)
    modules = any(c.path.endswith(".py") and c.stages for c in outcome.conflicts)
    try:
        trial = trials.end(project, first, modules)
    except KeyboardInterrupt as error:
        error.add_note("stopped before the app was tried, but the update is written")
        error.add_note("dashgen update --abort puts everything back as it was")
        raise
    return replace(outcome, written=True, trial=trial)


def _renamed(repository: Repository, record: Record, side: Side) -> Record | None:
    """Return the record with the name that the user has given to the package, if it is another."""
    package = plans.followed(repository, side)
    if package == side.package or not package.isidentifier():
        return None
    return replace(record, answers={**record.answers, plans.PACKAGE: package})


def abort(project: Path) -> Restored:
    """Put a project back as it was before its last update.

    Raises:
        DashgenError: See ``dashgen.errors``.
    """
    project = Path(os.path.realpath(project))
    if not project.is_dir():
        raise NotAProjectError(project, ANSWERS_FILE)
    try:
        journal = Journal(Repository.find(project))
    except NoRepositoryError as error:
        if (project / ANSWERS_FILE).exists():
            raise
        raise NotAProjectError(project, ANSWERS_FILE) from error
    with journal.locked():
        return journal.abort()


def _there(repository: Repository, planned: Plan) -> set[str]:
    """Return the paths of a plan that something has, which git need not track."""
    return {path for path in planned.writes if os.path.lexists(repository.project / path)}


def _write(repository: Repository, journal: Journal, planned: Plan, there: Collection[str]) -> None:
    with journal.locked():
        # The user may have changed the project before confirming.
        _require_clean(repository, journal)
        if repository.tracked() != planned.entries:
            raise RepositoryError(f"{repository.project} changed meanwhile", AGAIN)
        if come := sorted(_there(repository, planned) - set(there)):
            raise RepositoryError(f"{repository.project / come[0]} appeared meanwhile", AGAIN)
        journal.apply(planned.writes, planned.staged)


def _require_clean(repository: Repository, journal: Journal) -> None:
    journal.require_finished()
    if changed := repository.changes():
        raise DirtyRepositoryError(
            repository.project, changed, journal.undoable, repository.operation
        )
    entry = repository.tracked().get(ANSWERS_FILE)
    if entry is None or not S_ISREG(entry.mode):
        file = repository.project / ANSWERS_FILE
        words = ["--others", "--ignored", "--exclude-standard", "--"]
        if repository.git("ls-files", *words, ANSWERS_FILE):
            way_out = in_turn(f"git add --force {ANSWERS_FILE} && git commit")
            raise RepositoryError(f"{file} is ignored by git", f"commit it: {way_out}")
        raise RepositoryError(f"{file} is not committed as a plain file", COMMIT_FIRST)
