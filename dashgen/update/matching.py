"""Which file of the template's new side each file of its old side becomes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from dashgen.files import Files
from dashgen.project.repository import Repository, Scratch
from dashgen.update import places
from dashgen.update.places import Places

# Files of two choices resemble each other and are not renames.
TEMPLATE_SIMILARITY = 70


@dataclass(frozen=True)
class Matching:
    """The files of both sides of the template, and where the project has them."""

    base: Files
    """The template's files so far."""
    theirs: Files
    """The template's files from now on."""
    places: Places
    """The places of the template's files in the project."""
    pages: Collection[str]
    """The names of the project's pages, on both sides."""
    renamed: tuple[str, str] | None
    """A page's old and new name, where the update renames one."""
    certain: Mapping[str, str]
    """New paths by old ones, which need no comparison of contents."""
    moved: Mapping[str, str]
    """All new paths by old ones."""

    def target(self, path: str) -> str | None:
        """Return the path that a file of the old side has on the new one, None if it is dropped."""
        moved = self.certain.get(path)
        return moved or (path if path in self.theirs else self.moved.get(path))

    def goal(self, path: str) -> str:
        """Return the place of a file of the new side. The project's owner may have moved it."""
        before = self._moved_here.get(path, path)
        return self.places.files.get(before) or self.places.at(path)

    def added(self) -> list[str]:
        """Return the files of the new side that no file of the old one becomes."""
        matched = (set(self.base) - set(self.certain)) | set(self.moved.values())
        return sorted(set(self.theirs) - matched)

    def dropped_page(self, path: str) -> str:
        """Return the page of a file if the template drops that page, empty otherwise."""
        return places.page_of(path, self._dropped_pages)

    @cached_property
    def page_folder(self) -> tuple[str, str] | None:
        """The old and the new path of the folder of a renamed page."""
        if self.renamed is None:
            return None
        old, new = self.renamed
        folders = sorted(places.around(self.base))
        folder = next((f for f in folders if f.endswith(f"/pages/{old}/")), "")
        here, goal = self.places.at(folder), self.places.at(places.with_page(folder, old, new))
        return (here, goal) if folder and here != goal else None

    @cached_property
    def deleted(self) -> frozenset[str]:
        """The folders that the user deleted, also by deleting their origins."""
        made = {
            places.parents(target)[-1]
            for path, target in self.moved.items()
            if "/" in target and self.places.of(path) is None
            # Tests of other pages may be there.
            if not (path in self.certain and target.startswith("tests/"))
        }
        return self.places.deleted | (made - places.around(self.base))

    @cached_property
    def _moved_here(self) -> dict[str, str]:
        return {there: path for path, there in self.moved.items()}

    @cached_property
    def _dropped_pages(self) -> set[str]:
        return self._pages_of(self.base) - self._pages_of(self.theirs)

    def _pages_of(self, files: Files) -> set[str]:
        return {page for path in files if (page := places.page_of(path, self.pages))}


def find(
    repository: Repository,
    scratch: Scratch,
    base: Files,
    theirs: Files,
    *,
    pages: Collection[str],
    packages: tuple[str, str],
    moves: Mapping[str, str],
    renamed: tuple[str, str] | None,
) -> Matching:
    """Match the files of two sides of the template.

    Args:
        repository: The project's repository.
        scratch: A place for objects.
        base: The template's files so far.
        theirs: The template's files from now on.
        pages: The names of the project's pages, on both sides.
        packages: The names of the package on both sides.
        moves: New paths of files that the template moves, by their old paths.
        renamed: A page's old and new name, where the update renames one.
    """
    new = renamed[1] if renamed else ""
    # Files that the user has moved to a page's new name come from its old name.
    wanted = [path for path in theirs if not new or places.page_of(path, {new}) != new]
    known = set(pages) - {new}
    entries = repository.tracked()
    found = places.find(repository, scratch, entries, base, wanted=wanted, pages=known)
    found = found.with_renamed(*packages)
    if renamed:
        moves = {**moves, **{path: places.with_page(path, *renamed) for path in base}}
    certain = {
        path: target
        for path, target in moves.items()
        if path != target and path in base
        if target in theirs and target not in base
        # A deleted page stays deleted. The machinery comes in any case.
        if found.of(path) or places.page_of(target, pages)
    }
    similar = _similar(repository, scratch, base, theirs, certain)
    similar = {p: q for p, q in similar.items() if not places.between_pages(p, q, pages)}
    return Matching(base, theirs, found, pages, renamed, certain, certain | similar)


def _similar(
    repository: Repository,
    scratch: Scratch,
    base: Files,
    theirs: Files,
    certain: Mapping[str, str],
) -> Mapping[str, str]:
    """Return new paths by old ones of files whose contents resemble each other."""
    # An empty file is like every other.
    gone = {p: f for p, f in base.items() if p not in theirs and p not in certain and f.content}
    taken = set(certain.values())
    come = {p: f for p, f in theirs.items() if p not in base and p not in taken}
    if not gone or not come:
        return {}
    put = scratch.put_files
    return repository.renames(scratch, put(gone), put(come), TEMPLATE_SIMILARITY)
