"""Adding, removing and renaming a page: updates with another answer to ``pages``."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Unpack

from dashgen.commands.update import How, Update, moved
from dashgen.errors import InvalidAnswerError, NotAProjectError, PageError
from dashgen.files import File, Files
from dashgen.project import record as records
from dashgen.project.record import Record
from dashgen.project.repository import Repository
from dashgen.releases import installed
from dashgen.releases.sources import Source
from dashgen.template.answers import Stated, resolve
from dashgen.update import places
from dashgen.update import plan as plans
from dashgen.update.changes import Outcome
from dashgen.update.places import Places
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
        pages = _Pages(source, project, record)
        place = pages.place(name)
        if name in pages.names:
            before = replace(pages.side, lacking=pages.deleted(name))
            after = pages.changed(name, dict(entry))
        else:
            before, after = pages.side, pages.listed([*pages.entries, dict(entry)])
            if place and place.is_file():
                raise _taken(place)
            if icon := _own_icon(after, entry):
                after = pages.listed([*pages.entries, {**entry, "icon": icon}])
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


def remove_page(project: Path, name: str, **how: Unpack[How]) -> Update:
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
        pages = _Pages(source, project, record)
        if name not in pages.names:
            raise pages.unknown(name)
        others = [page for page in pages.entries if page["name"] != name]
        machinery = any("source" in page for page in pages.entries) and not any(
            "source" in page for page in others
        )
        return pages.side, pages.listed(others)

    def refuse(update: Update) -> None:
        kept = [c.path for c in update.changes if c.outcome is Outcome.KEPT and not c.writes]
        if machinery and (edited := [path for path in kept if places.in_page(path, name)]):
            folder = Path(edited[0]).parent
            raise PageError(
                f"the page in {folder} was edited, and would not run without its data modules",
                f"delete {folder} and its test, commit that, and remove the page again",
            )

    return moved(project, between, refuse=refuse, **how)


def rename_page(project: Path, name: str, other: str, **how: Unpack[How]) -> Update:
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
        pages = _Pages(source, project, record)
        here, there = pages.place(name), pages.place(other)
        if here and not there and name not in pages.names and other in pages.names:
            # The answer has the new name already.
            return pages.changed(other, {**pages.names[other], "name": name}), pages.side
        if name not in pages.names:
            raise pages.unknown(name)
        if other in pages.names:
            raise PageError(f"{project} has a page {other}", "choose another name")
        if here and here.is_file():
            raise PageError(f"{here} is yours, no page of the template", "rename it yourself")
        base, found = pages.located
        own = [path for path in base if places.in_page(path, name)]
        after = pages.changed(name, {**pages.names[name], "name": other})
        at = pages.folder.relative_to(project).as_posix()
        here_before = {f"{at}/{path.partition(f'/{PAGES}/')[2]}" for path in own}
        moved_there = there is not None and not here_before & set(found.entries)
        if there and (there.is_file() or not moved_there):
            raise _taken(there)
        if not there and not any(found.of(path) for path in own):
            raise PageError(
                f"the page {name} was deleted", f"dashgen add page {name} brings it back"
            )
        return pages.side, after

    return moved(project, between, renamed_page=(name, other), **how)


def _refuse_own(hint: str, name: str) -> None:
    if name in OF_EVERY_APP:
        raise PageError(f"{OF_EVERY_APP[name]} belongs to every app", hint)


def renaming(name: str, folder: str) -> str:
    """Return what to do about a page whose folder has another name."""
    other = folder.rpartition("/")[2]
    return f"dashgen rename page {name} {other} gives the page that name"


class _Pages:
    """The pages of a project, by its answers and on the disk. Its template version stays."""

    def __init__(self, source: Source, project: Path, record: Record) -> None:
        self.project = project
        tag = source.recorded(project, record)
        self._answered = partial(plans.side, source, tag, project, record)
        self.side = self._answered({})
        if PAGES not in self.side.resolved.answers:
            raise PageError(
                f"{project} has template {tag}, in which pages are no answer",
                "run dashgen update first",
            )
        self.entries: Sequence[Entry] = self.side.resolved.answers[PAGES]
        self.names = {page["name"]: page for page in self.entries}

    @cached_property
    def located(self) -> tuple[Files, Places]:
        """The template's files, and their places in the project."""
        return plans.located(Repository.find(self.project), self.side)

    @cached_property
    def folder(self) -> Path:
        """The folder of the pages, which the user may have moved with its package."""
        usual = f"{self.side.package}/{PAGES}"
        folder = self.project / usual
        return folder if _is_used(folder) else self.project / self.located[1].at(f"{usual}/")

    def place(self, name: str) -> Path | None:
        """Return the place of a page. Return None if it was deleted or moved by hand."""
        possible = (self.folder / name, self.folder / f"{name}.py")
        return next(filter(_is_used, possible), None)

    def listed(self, entries: Sequence[Entry]) -> Side:
        """Return the version with another list of pages."""
        try:
            return self._answered({PAGES: list(entries)})
        except InvalidAnswerError as error:
            # Its name would be that of the whole list, which nobody has typed.
            raise PageError(error.complaint) from error

    def changed(self, name: str, entry: Entry) -> Side:
        """Return the version with another entry for a page."""
        return self.listed([entry if page["name"] == name else page for page in self.entries])

    def deleted(self, name: str) -> frozenset[str]:
        """Return the files of a page that was deleted by hand.

        Raises:
            PageError: The page is there, or elsewhere.
        """
        there = PageError(f"{self.project} has a page {name}", "choose another name, or remove it")
        if self.place(name):
            raise there
        base, found = self.located
        if where := places.renamed_pages(found.folders, {name}).get(name):
            raise PageError(f"the page {name} is in {where}", renaming(name, where))
        own = [path for path in base if places.page_of(path, {name})]
        if any(found.of(path) for path in own if not path.startswith("tests/")):
            raise there
        return frozenset(path for path in own if found.of(path) is None)

    def unknown(self, name: str) -> PageError:
        """Return the error of a page that is not among the answers."""
        place = self.place(name)
        if not place:
            names = ", ".join(self.names) or "none"
            return PageError(f"{self.project} has no page {name}", f"its pages are: {names}")
        renamed = places.renamed_pages(self.located[1].folders, self.side.pages)
        for page, folder in renamed.items():
            if self.project / folder == place:
                return PageError(f"{place} is the page {page}", f"call it {page}")
        return PageError(
            f"{place} is yours, no page of the answers", "delete it yourself, and its test"
        )


def _own_icon(side: Side, entry: Entry) -> str:
    """Return an icon for the last page if another page has that of its kind, empty otherwise."""
    facts = side.resolved.facts
    icons = [page["icon"] for page in facts.get("page_facts", ())]
    if "icon" in entry or not icons or icons[-1] not in icons[:-1]:
        return ""
    return next((spare for spare in facts.get("spare_icons", ()) if spare not in icons), "")


def _taken(place: Path) -> PageError:
    return PageError(f"{place} is there, and is yours", "choose another name, or move it away")


def _is_used(place: Path) -> bool:
    """Say whether something is there, but for the modules that Python compiles on its own."""
    if not place.is_dir():
        return place.exists()
    files = (path for path in place.rglob("*") if path.is_symlink() or not path.is_dir())
    return any("__pycache__" not in path.relative_to(place).parts for path in files)
