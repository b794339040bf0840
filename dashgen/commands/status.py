"""``dashgen status`` and ``dashgen diff``: a project beside what the template gives for it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashgen.errors import NoRepositoryError
from dashgen.files import File
from dashgen.project import record as records
from dashgen.project.journal import Journal
from dashgen.project.record import ANSWERS_FILE
from dashgen.project.repository import Repository
from dashgen.releases import sources
from dashgen.template.answers import Answer
from dashgen.update import plan as plans


@dataclass(frozen=True)
class Status:
    """Where a project stands."""

    project: Path
    version: str
    newest: str
    """The newest template that its source has."""
    answers: Mapping[str, Answer]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    unfinished: bool
    """Whether an update was cut off."""

    @property
    def outdated(self) -> bool:
        """Whether a newer template is there, or another state of the same version."""
        older = sources.is_newer(self.version, self.newest)
        return self.version != self.newest and not older


def status(project: Path, *, template: str | None = None) -> Status:
    """Compare a project with the template; it needs no repository.

    Args:
        project: The project's folder.
        template: Where else the template comes from.

    Raises:
        DashgenError: See ``dashgen.errors``.
    """
    project = Path(os.path.realpath(project))
    pristine = _pristine(project, template)
    modified = [path for path, file in pristine.files.items() if _differs(project / path, file)]
    deleted = [path for path in pristine.files if not (project / path).is_file()]
    return Status(
        project,
        pristine.version,
        pristine.newest,
        pristine.answers,
        tuple(sorted(modified)),
        tuple(sorted(deleted)),
        _unfinished(project),
    )


def diff(project: Path, *, template: str | None = None, color: bool = False) -> str:
    """Return what git finds different between a project and what the template gives for it.

    Args:
        project: The project's folder.
        template: Where else the template comes from.
        color: Whether it is for a terminal.

    Raises:
        DashgenError: See ``dashgen.errors``.
    """
    project = Path(os.path.realpath(project))
    pristine = _pristine(project, template)
    repository = Repository.find(project)
    with repository.scratch() as scratch:
        return repository.diff(scratch, pristine.files, color=color)


@dataclass(frozen=True)
class Pristine:
    """What the template gives for a project as it was made."""

    version: str
    newest: str
    answers: Mapping[str, Answer]
    files: Mapping[str, File]


def _pristine(project: Path, template: str | None) -> Pristine:
    record = records.read(project)
    with sources.opened(template, record.source) as source:
        tag = source.recorded(project, record)
        side = plans.side(source, tag, project, record, {})
        files = dict(side.files(project.name))
        # The record is what the comparison begins with.
        files[ANSWERS_FILE] = File((project / ANSWERS_FILE).read_bytes())
        return Pristine(tag, source.newest, side.resolved.answers, files)


def _differs(path: Path, file: File) -> bool:
    if not path.is_file():
        return False
    content = path.read_bytes()
    # Git may have been told to use the line endings of Windows.
    return file.content not in (content, content.replace(b"\r\n", b"\n"))


def _unfinished(project: Path) -> bool:
    try:
        return Journal(Repository.find(project)).unfinished
    except NoRepositoryError:
        return False
