"""``dashgen status`` and ``dashgen diff``: compare a project with its template."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dashgen.commands.pages import renaming
from dashgen.errors import DubiousOwnerError, GitMissingError, RepositoryError
from dashgen.files import File, Files
from dashgen.project import record as records
from dashgen.project.journal import Journal
from dashgen.project.record import ANSWERS_FILE
from dashgen.project.repository import Repository
from dashgen.releases import sources
from dashgen.template.answers import Answer
from dashgen.update import leftovers, places
from dashgen.update import plan as plans
from dashgen.update.leftovers import Leftover
from dashgen.update.plan import Side


@dataclass(frozen=True)
class Page:
    """A page that its owner has deleted, renamed or replaced by hand."""

    name: str
    state: str
    """`deleted`, `renamed`, or `replaced` by a module."""
    advice: str


@dataclass(frozen=True)
class Status:
    """The state of a project."""

    project: Path
    version: str
    newest: str
    """The newest template that its source has."""
    answers: Mapping[str, Answer]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    pages: tuple[Page, ...]
    """The pages that are not where the answers have them."""
    renamed: Mapping[str, str]
    """Renamed files and folders, by the template's name. Folders end with a slash."""
    leftovers: tuple[Leftover, ...]
    """Files with conflicts of updates."""
    unfinished: bool
    """Whether an update was cut off."""
    operation: str
    """The operation of git that is not finished, such as a rebase."""

    @property
    def outdated(self) -> bool:
        """Whether a newer template is there, or another state of the same version."""
        older = sources.is_newer(self.version, self.newest)
        return self.version != self.newest and not older


def status(project: Path, *, template: str | None = None) -> Status:
    """Compare a project with the template. Without a repository, no file counts as moved.

    Args:
        project: The project's folder.
        template: Another source of the template.

    Raises:
        DashgenError: See ``dashgen.errors``.
    """
    project = Path(os.path.realpath(project))
    side, files, newest = _pristine(project, template)
    repository = _repository(project)
    where, moves = _places(project, repository, side, files)
    modified = [
        place for path, place in where.items() if place and _differs(project / place, files[path])
    ]
    deleted = [path for path, place in where.items() if place is None]
    return Status(
        project=project,
        version=side.version.tag,
        newest=newest,
        answers=side.resolved.public,
        modified=tuple(sorted(modified)),
        deleted=tuple(sorted(deleted)),
        pages=tuple(_pages(project, side, where, moves)),
        renamed=moves,
        leftovers=tuple(leftovers.find(project, [place for place in where.values() if place])),
        unfinished=repository is not None and Journal(repository).unfinished,
        operation=repository.operation if repository else "",
    )


def _repository(project: Path) -> Repository | None:
    """Return the project's repository, or None if git does not find one.

    Raises:
        DubiousOwnerError: It belongs to another user.
    """
    try:
        return Repository.find(project)
    except DubiousOwnerError:
        raise
    except (RepositoryError, GitMissingError):
        return None


def _pages(
    project: Path, side: Side, where: Mapping[str, str | None], moves: Mapping[str, str]
) -> Iterator[Page]:
    renamed = places.renamed_pages(moves, side.pages)
    for name in sorted(side.pages):
        own = [path for path in where if places.in_page(path, name)]
        if name in renamed:
            advice = f"it is in {renamed[name]}. {renaming(name, renamed[name])}"
            yield Page(name, "renamed", advice)
        elif not any(where[path] for path in own):
            module = f"{next(iter(own), '').rpartition('/')[0]}.py"
            if (project / module).is_file():
                yield Page(name, "replaced", f"it is {module}, which is yours")
                continue
            words = ("add", "brings it back"), ("remove", "takes it out of the answers")
            advice = ", ".join(f"dashgen {verb} page {name} {what}" for verb, what in words)
            yield Page(name, "deleted", f"you deleted it. {advice}")


def _places(
    project: Path, repository: Repository | None, side: Side, files: Files
) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return the place of each file of the template, and the renamed files and folders.

    A file that a sparse checkout leaves out has its usual place.
    """
    if repository is None:
        return {path: path if (project / path).is_file() else None for path in files}, {}
    with repository.scratch() as scratch:
        entries = repository.on_disk(scratch, files)
        found = places.find(repository, scratch, entries, files, pages=side.pages)
    where = {path: found.of(path) for path in files}
    return where, dict(found.folders) | dict(found.files)


def diff(project: Path, *, template: str | None = None, color: bool = False) -> str:
    """Return the difference between the template's files and a project, by git.

    Args:
        project: The project's folder.
        template: Another source of the template.
        color: Whether it is for a terminal.

    Raises:
        DashgenError: See ``dashgen.errors``.
    """
    project = Path(os.path.realpath(project))
    _, files, _ = _pristine(project, template)
    repository = Repository.find(project)
    with repository.scratch() as scratch:
        return repository.diff(scratch, files, color=color)


def _pristine(project: Path, template: str | None) -> tuple[Side, Files, str]:
    """Return the template's side of a project, its files without edits, and the newest version."""
    record = records.read(project)
    with sources.opened(template, record.source) as source:
        tag = source.recorded(project, record)
        side = plans.side(source, tag, project, record, {})
        files = dict(side.files(project.name))
        # The comparison begins with the record.
        files[ANSWERS_FILE] = File((project / ANSWERS_FILE).read_bytes())
        return side, files, source.newest


def _differs(path: Path, file: File) -> bool:
    if not path.is_file():
        # A folder or a broken link may be there. A sparse checkout leaves files out.
        return os.path.lexists(path)
    content = path.read_bytes()
    # Git may have been told to use the line endings of Windows.
    return file.content not in (content, content.replace(b"\r\n", b"\n"))
