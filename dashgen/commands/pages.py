"""``dashgen add page`` and ``dashgen remove page``: an update with another answer to ``pages``."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dashgen.commands.update import Update, moved
from dashgen.errors import InvalidAnswerError, PageError
from dashgen.files import File
from dashgen.project.record import Record
from dashgen.project.repository import Repository
from dashgen.releases.sources import Source
from dashgen.update import plan as plans
from dashgen.update.content import Style
from dashgen.update.merge import Outcome
from dashgen.update.plan import Side

PAGES = "pages"
Entry = Mapping[str, Any]
Confirm = Callable[[Update], bool]


def add_page(
    project: Path,
    entry: Entry,
    *,
    files: Mapping[str, bytes] | None = None,
    style: Style = Style.INLINE,
    trying: bool = True,
    confirm: Confirm = lambda _: True,
) -> Update:
    """Add a page to a project; one that was deleted by hand comes back.

    Args:
        project: The project's folder.
        entry: Its name and kind, and what else an entry of ``pages`` may have.
        files: What comes with it, by path, such as a file of data.
        style: How conflicts are left.
        trying: Whether to try the app before and afterwards, in its own environment.
        confirm: Shown what is going to be done; nothing is written unless it returns True.

    Raises:
        PageError: The page is there, or the project's template version has no pages.
        DashgenError: See ``dashgen.errors``; the project is as it was then.
    """
    name = str(entry["name"])

    def between(source: Source, project: Path, record: Record) -> tuple[Side, Side]:
        now = _now(source, project, record)
        others = [page for page in _pages(now, project) if page["name"] != name]
        folder = str(now.resolved.answers.get("package", ""))
        if len(others) < len(_pages(now, project)) and _is_there(project, folder, name):
            raise PageError(f"{project} has a page {name}", "choose another name, or remove it")
        before = _with(source, project, record, now, others)
        after = _with(source, project, record, now, [*others, dict(entry)])
        brought = {path: File(content) for path, content in (files or {}).items()}
        return before, replace(after, brought=brought)

    return moved(project, between, style=style, trying=trying, confirm=confirm)


def remove_page(
    project: Path,
    name: str,
    *,
    style: Style = Style.INLINE,
    trying: bool = True,
    confirm: Confirm = lambda _: True,
) -> Update:
    """Remove a page from a project; one that was edited is kept and named.

    Args:
        project: The project's folder.
        name: The page's name.
        style: How conflicts are left.
        trying: Whether to try the app before and afterwards, in its own environment.
        confirm: Shown what is going to be done; nothing is written unless it returns True.

    Raises:
        PageError: There is no such page, or the project's template version has no pages.
        DashgenError: See ``dashgen.errors``; the project is as it was then.
    """

    machinery = False  # whether what the page imports would go with it

    def between(source: Source, project: Path, record: Record) -> tuple[Side, Side]:
        nonlocal machinery
        now = _now(source, project, record)
        pages = _pages(now, project)
        others = [page for page in pages if page["name"] != name]
        if len(others) == len(pages):
            names = ", ".join(page["name"] for page in pages) or "none"
            raise PageError(f"{project} has no page {name}", f"its pages are: {names}")
        machinery = any("source" in page for page in pages) and not any(
            "source" in page for page in others
        )
        return now, _with(source, project, record, now, others)

    def agreed(update: Update) -> bool:
        kept = [c.path for c in update.changes if c.outcome is Outcome.KEPT and not c.writes]
        if machinery and (edited := [path for path in kept if f"/{PAGES}/{name}/" in path]):
            folder = Path(edited[0]).parent
            raise PageError(
                f"{folder} was edited, and would not run without what reads its data",
                f"delete {folder}, commit that, and remove the page again",
            )
        return confirm(update)

    return moved(project, between, style=style, trying=trying, confirm=agreed)


def kinds(project_questions: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of pages that a template has, from the defaults of its questions."""
    return tuple(project_questions.get("page_kinds", ()))


def _now(source: Source, project: Path, record: Record) -> Side:
    """Return the version that the project has; adding a page does not change it."""
    return plans.side(source, source.recorded(project, record), project, record, {})


def _pages(side: Side, project: Path) -> Sequence[Entry]:
    if PAGES not in side.resolved.answers:
        raise PageError(
            f"{project} has template {side.version.tag}, in which pages are no answer",
            "run dashgen update first",
        )
    pages: Sequence[Entry] = side.resolved.answers[PAGES]
    return pages


def _with(source: Source, project: Path, record: Record, now: Side, pages: Sequence[Entry]) -> Side:
    try:
        return plans.side(source, now.version.tag, project, record, {PAGES: list(pages)})
    except InvalidAnswerError as error:
        # Its name would be that of the whole list, which nobody has typed.
        raise PageError(error.complaint) from error


def _is_there(project: Path, package: str, name: str) -> bool:
    """Say whether a page is there; it is not if it was deleted by hand."""
    folder = project / package / PAGES
    if (folder / name).exists() or (folder / f"{name}.py").exists():
        return True
    # The package may have been moved, as into `src/`.
    page = re.compile(rf"(^|/){package}/{PAGES}/{name}(/|\.py$)")
    return any(page.search(path) for path in Repository.find(project).tracked())
