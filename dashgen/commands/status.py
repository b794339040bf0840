"""``dashgen status`` and ``dashgen diff``: a project beside what the template gives for it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashgen.answers import Answer
from dashgen.errors import NoRepositoryError
from dashgen.history import File
from dashgen.update import record as records
from dashgen.update import target
from dashgen.update.journal import Journal
from dashgen.update.pristine import unpacked
from dashgen.update.record import ANSWERS_FILE
from dashgen.update.repository import Repository


@dataclass(frozen=True)
class Status:
    """Where a project stands."""

    project: Path
    version: str
    newest: str
    """The newest template that this dashgen has."""
    answers: Mapping[str, Answer]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    unfinished: bool
    """Whether an update was cut off."""

    @property
    def outdated(self) -> bool:
        """Whether a newer template is there."""
        return target.is_newer(self.newest, self.version) or self._rebuilt

    @property
    def _rebuilt(self) -> bool:
        """Whether it is another state of the same version, as in a checkout."""
        older = target.is_newer(self.version, self.newest)
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
    tag, newest, answers, files = _pristine(project, template)
    modified = [path for path, file in files.items() if _differs(project / path, file)]
    deleted = [path for path in files if not (project / path).is_file()]
    return Status(
        project,
        tag,
        newest,
        answers,
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
    _, _, _, files = _pristine(project, template)
    repository = Repository.find(project)
    with repository.scratch() as scratch:
        return repository.diff(scratch, files, color=color)


def _pristine(
    project: Path, template: str | None
) -> tuple[str, str, dict[str, Answer], dict[str, File]]:
    record = records.read(project)
    known = target.known(project, record, template)
    tag = known.recorded(project, record)
    with unpacked(known.history, tag, record.source) as version:
        answers = version.answers(project.name, record.answers, {})
        files = version.render(answers)
    # The record is what the comparison begins with.
    files[ANSWERS_FILE] = File((project / ANSWERS_FILE).read_bytes())
    return tag, known.newest, answers, files


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
