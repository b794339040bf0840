"""Adding, removing and renaming a page: updates with another answer to ``pages``."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

from dashgen.commands.update import How, Update, moved
from dashgen.errors import InvalidAnswerError, NotAProjectError, PageError
from dashgen.files import File
from dashgen.project import record as records
from dashgen.project.record import Record
from dashgen.project.repository import Repository
from dashgen.releases import installed
from dashgen.releases.sources import Source
from dashgen.template.answers import Stated, resolve
from dashgen.update import places
from dashgen.update import plan as plans
from dashgen.update.changes import Outcome
from dashgen.update.plan import PAGES, Side

OF_EVERY_APP = {"home": "Home", "not_found_404": "the page for wrong addresses"}
EDIT = "edit it as you like"

Entry = Mapping[str, Any]


def add_page(
    project: Path,
    entry: Entry,
    *,
    files: Mapping[str, bytes] | None = None,
    **how: Unpack[How],
) -> Update:
    """Add a page to a project. A page that was deleted by hand comes back.

    Args:
        project: The project's folder.
        entry: Its name and kind, and the other keys of an entry of ``pages``.
        files: Files that come with it, by path, such as a file of data.
        how: See ``How``.

    Raises:
        PageError: The page is there, or the project's template version has no pages.
        DashgenError: See ``dashgen.errors``. The project is unchanged then.
    """
    name = str(entry["name"])
    _refuse_own("choose another name", name)

    def between(source: Source, project: Path, record: Record) -> tuple[Side, Side]:
        now = _now(source, project, record)
        pages = _pages(now, project)
        place = _place(_folder(project, now), name)
        if any(page["name"] == name for page in pages):
            before = replace(now, lacking=_deleted(project, now, name, place))
            listed = [dict(entry) if page["name"] == name else page for page in pages]
            after = _with(source, project, record, now, listed)
        else:
            before, after = now, _with(source, project, record, now, [*pages, dict(entry)])
            if place and place.is_file():
                raise _taken(place)
            if icon := _own_icon(after, entry):
                added = {**entry, "icon": icon}
                after = _with(source, project, record, now, [*pages, added])
        brought = {path: File(content) for path, content in (files or {}).items()}
        return before, replace(after, brought=brought)

    def refuse(update: Update) -> None:
        for change in update.conflicts:
            if places.page_of(change.path, {name}) and places.in_page(change.path, name):
                raise _taken(Path(change.path).parent)

    return moved(project, between, refuse=refuse, **how)


def name_fault(name: str) -> str:
    """Return the fault of a new page's name, as this version's template finds it, or nothing."""
    if name in OF_EVERY_APP:
        return "the name is reserved; choose another"
    own = installed.own_template()
    # The check of pages needs no other answer.
    questions = tuple(q for q in own.questions if q.name == PAGES or not (q.visible or q.computed))
    pages = [{"name": name, "kind": "blank"}]
    try:
        resolve(replace(own, questions=questions), {PAGES: Stated(pages, "")}, {})
    except InvalidAnswerError as error:
        return error.complaint.partition(": ")[2]
    return ""


def require_project(project: Path) -> None:
    """Make sure that a folder is a project, before anything is asked about it.

    Raises:
        NotAProjectError: It is none.
        RecordError: The project's answers cannot be read.
    """
    records.read(Path(os.path.realpath(project)))


def recorded_entry(project: Path, name: str) -> Entry:
    """Return the entry that a project's answers have for a page, empty if there is none.

    Raises:
        RecordError: The project's answers cannot be read.
    """
    try:
        pages = records.read(project).answers.get(PAGES, ())
    except NotAProjectError:
        return {}
    entries = [page for page in pages if isinstance(page, Mapping)]
    return next((page for page in entries if page.get("name") == name), {})


def remove_page(
    project: Path,
    name: str,
    **how: Unpack[How],
) -> Update:
    """Remove a page from a project. A page that was edited is kept and named.

    Args:
        project: The project's folder.
        name: The page's name.
        how: See ``How``.

    Raises:
        PageError: There is no such page, or the project's template version has no pages.
        DashgenError: See ``dashgen.errors``. The project is unchanged then.
    """
    _refuse_own(EDIT, name)
    machinery = False  # whether what the page imports would go with it

    def between(source: Source, project: Path, record: Record) -> tuple[Side, Side]:
        nonlocal machinery
        now = _now(source, project, record)
        pages = _pages(now, project)
        others = [page for page in pages if page["name"] != name]
        if len(others) == len(pages):
            raise _unknown(project, now, name)
        machinery = any("source" in page for page in pages) and not any(
            "source" in page for page in others
        )
        return now, _with(source, project, record, now, others)

    def refuse(update: Update) -> None:
        kept = [c.path for c in update.changes if c.outcome is Outcome.KEPT and not c.writes]
        if machinery and (edited := [path for path in kept if places.in_page(path, name)]):
            folder = Path(edited[0]).parent
            raise PageError(
                f"the page in {folder} was edited, and would not run without its data modules",
                f"delete {folder} and its test, commit that, and remove the page again",
            )

    return moved(project, between, refuse=refuse, **how)


def rename_page(
    project: Path,
    name: str,
    other: str,
    **how: Unpack[How],
) -> Update:
    """Give a page another name. Its folder may have the new name already.

    Args:
        project: The project's folder.
        name: The page's name.
        other: Its new name.
        how: See ``How``.

    Raises:
        PageError: There is no such page, or something has the new name.
        DashgenError: See ``dashgen.errors``. The project is unchanged then.
    """
    _refuse_own(EDIT, name)
    _refuse_own("choose another name", other)

    def between(source: Source, project: Path, record: Record) -> tuple[Side, Side]:
        now = _now(source, project, record)
        pages = _pages(now, project)
        names = [page["name"] for page in pages]
        folder = _folder(project, now)
        here, there = _place(folder, name), _place(folder, other)
        if here and not there and name not in names and other in names:
            # The answer has the new name already.
            before = [{**p, "name": name} if p["name"] == other else p for p in pages]
            return _with(source, project, record, now, before), now
        if name not in names:
            raise _unknown(project, now, name)
        if other in names:
            raise PageError(f"{project} has a page {other}", "choose another name")
        if here and here.is_file():
            raise PageError(f"{here} is yours, no page of the template", "rename it yourself")
        base, found = plans.located(Repository.find(project), now)
        own = [path for path in base if places.in_page(path, name)]
        named = [{**page, "name": other} if page["name"] == name else page for page in pages]
        after = _with(source, project, record, now, named)
        at = folder.relative_to(project).as_posix()
        here_before = {f"{at}/{path.partition(f'/{PAGES}/')[2]}" for path in own}
        moved_there = there is not None and not here_before & set(found.entries)
        if there and (there.is_file() or not moved_there):
            raise _taken(there)
        if not there and not any(found.of(path) for path in own):
            raise PageError(
                f"the page {name} was deleted", f"dashgen add page {name} brings it back"
            )
        return now, after

    return moved(project, between, renamed_page=(name, other), **how)


def _refuse_own(hint: str, name: str) -> None:
    if name in OF_EVERY_APP:
        raise PageError(f"{OF_EVERY_APP[name]} belongs to every app", hint)


def renaming(name: str, folder: str) -> str:
    """Return what to do about a page whose folder has another name."""
    other = folder.rpartition("/")[2]
    return f"dashgen rename page {name} {other} gives the page that name"


def _now(source: Source, project: Path, record: Record) -> Side:
    """Return the version that the project has. Adding a page does not change it."""
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


def _deleted(project: Path, side: Side, name: str, place: Path | None) -> frozenset[str]:
    """Return the files of a page that was deleted by hand.

    Raises:
        PageError: The page is there, or elsewhere.
    """
    there = PageError(f"{project} has a page {name}", "choose another name, or remove it")
    if place:
        raise there
    base, found = plans.located(Repository.find(project), side)
    if where := places.renamed_pages(found.folders, {name}).get(name):
        raise PageError(f"the page {name} is in {where}", renaming(name, where))
    own = [path for path in base if places.page_of(path, {name})]
    if any(found.of(path) for path in own if not path.startswith("tests/")):
        raise there
    return frozenset(path for path in own if found.of(path) is None)


def _own_icon(side: Side, entry: Entry) -> str:
    """Return an icon for the last page if another page has that of its kind, empty otherwise."""
    facts = side.resolved.facts
    icons = [page["icon"] for page in facts.get("page_facts", ())]
    if "icon" in entry or not icons or icons[-1] not in icons[:-1]:
        return ""
    return next((spare for spare in facts.get("spare_icons", ()) if spare not in icons), "")


def _unknown(project: Path, side: Side, name: str) -> PageError:
    names = ", ".join(page["name"] for page in _pages(side, project)) or "none"
    if place := _place(_folder(project, side), name):
        _, found = plans.located(Repository.find(project), side)
        for page, folder in places.renamed_pages(found.folders, side.pages).items():
            if project / folder == place:
                return PageError(f"{place} is the page {page}", f"call it {page}")
        return PageError(
            f"{place} is yours, no page of the answers", "delete it yourself, and its test"
        )
    return PageError(f"{project} has no page {name}", f"its pages are: {names}")


def _taken(place: Path) -> PageError:
    return PageError(f"{place} is there, and is yours", "choose another name, or move it away")


def _place(folder: Path, name: str) -> Path | None:
    """Return the place of a page. Return None if it was deleted or moved by hand."""
    return next((p for p in (folder / name, folder / f"{name}.py") if _is_used(p)), None)


def _folder(project: Path, side: Side) -> Path:
    """Return the folder of the pages, which the user may have moved with its package."""
    folder = project / side.package / PAGES
    if _is_used(folder):
        return folder
    _, found = plans.located(Repository.find(project), side)
    return project / found.at(f"{side.package}/{PAGES}/")


def _is_used(place: Path) -> bool:
    """Say whether something is there, but for the modules that Python compiles on its own."""
    if not place.is_dir():
        return place.exists()
    files = (path for path in place.rglob("*") if path.is_symlink() or not path.is_dir())
    return any("__pycache__" not in path.relative_to(place).parts for path in files)
