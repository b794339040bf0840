"""Nothing that a template, a bundle or a journal names is read or written outside its folder.

Found by an attack on dashgen: each of these wrote outside the project, some with `--dry-run` and
before any question.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashgen import files
from dashgen.commands.new import new
from dashgen.commands.status import status
from dashgen.commands.update import abort, update
from dashgen.errors import DamagedJournalError, DashgenError, UnsafePathError
from dashgen.files import File
from dashgen.project.journal import APPLYING, DONE, Journal
from dashgen.project.repository import Repository
from dashgen.releases import build, installed
from dashgen.releases.bundle import Bundle, DamagedBundleError
from tests.cli.helpers import git, listing

from .lab import Template, commit, project

OUTSIDE = [
    "../evil",
    "a/../../evil",
    "a/../evil",
    "/tmp/evil",
    "./evil",
    "a//evil",
    "",
    "a/",
    ".git/hooks/pre-commit",
    "a/.git/config",
    ".GIT/config",
    ".git./config",
    ".git /config",
    ".git::$INDEX_ALLOCATION/config",
    "git~1/config",
    "C:/evil",
    "c:evil",
    "a\0b",
]
INSIDE = ["a", "a/b.py", ".gitignore", "a/.github/ci.yml", "a..b", "...", "git", "{{ x }}/a:b"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leads_outside_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafePathError):
        files.checked(path)
    with pytest.raises(UnsafePathError):
        files.lay({"fine": File(b""), path: File(b"")}, tmp_path / "folder")
    assert listing(tmp_path / "folder") == []
    assert not any("evil" in name for name in listing(tmp_path))


@pytest.mark.parametrize("path", INSIDE)
def test_other_paths_are_taken(path: str) -> None:
    assert files.checked(path) == path


def test_a_backslash_leads_into_folders_where_it_separates_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert files.checked(r"a\..\b") == r"a\..\b"
    monkeypatch.setattr("dashgen.files.WINDOWS", True)
    with pytest.raises(UnsafePathError):
        files.checked(r"a\..\b")


def test_a_link_on_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/link").symlink_to(tmp_path / "outside")
    with pytest.raises(UnsafePathError, match="is a link"):
        files.lay({"link/evil": File(b"")}, tmp_path / "folder")
    with pytest.raises(UnsafePathError, match="is a link"):
        files.read(tmp_path / "folder")
    assert listing(tmp_path / "outside") == []


@pytest.mark.parametrize("path", ["../../evil", ".git/hooks/post-checkout"])
def test_a_bundle_with_a_path_outside_is_damaged(path: str, tmp_path: Path) -> None:
    bundle = Bundle()
    bundle.add("v1.0", {"copier.yml": File(b""), path: File(b"#!/bin/sh\n", 0o100755)})
    (tmp_path / "a.bundle").write_bytes(bundle.to_bytes())
    with pytest.raises(DamagedBundleError):
        Bundle.read(tmp_path / "a.bundle")


@pytest.fixture
def shop(work: Path) -> Path:
    return new("shop", defaults=True, answers={"author": ""}).path


def evil_path(path: str) -> Callable[[Path], Path]:
    """Return what makes a template with a file at the path."""

    def make(folder: Path) -> Path:
        bundle = Bundle()
        own = dict(installed.own_files())
        bundle.add("v9.0.0", own | {f"template/project/{path}": File(b"evil")})
        (folder / "evil.bundle").write_bytes(bundle.to_bytes())
        return folder / "evil.bundle"

    return make


def linked(folder: Path) -> Path:
    """Make a template repository with a link to a file outside."""
    repository = folder / "linked"
    files.lay(installed.own_files(), repository)
    (repository / "template/project/stolen.txt").symlink_to(folder / "secret")
    git(repository, "init", "--quiet")
    commit(repository)
    git(repository, "tag", "v9.0.0")
    return repository


ATTACKS: dict[str, Callable[[Path], Path]] = {
    "a path in the bundle": evil_path("../../../../evil"),
    "an absolute path in the bundle": evil_path("/evil"),
    "git's own folder": evil_path(".git/hooks/post-commit"),
    "a folder's rendered name": evil_path("{{ '..' }}/evil"),
    "two of them": evil_path("{{ '..' }}/{{ '..' }}/evil"),
    "a file's rendered name": evil_path("{{ '../evil' }}"),
    "an absolute rendered name": evil_path("{{ '/tmp/dashgen-evil' }}"),
    "git's own folder, rendered": evil_path("{{ '.git' }}/hooks/post-commit"),
    "a link": linked,
}


@pytest.mark.parametrize("make", ATTACKS.values(), ids=list(ATTACKS))
@pytest.mark.parametrize("command", ["update", "dry run", "new"])
def test_a_template_writes_and_reads_nothing_outside(
    make: Callable[[Path], Path], command: str, shop: Path, work: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("the user's own\n")
    template = make(tmp_path)
    run: Callable[[], object] = {
        "new": lambda: new("other", defaults=True, template=str(template)),
        "update": lambda: update(shop, template=str(template)),
        "dry run": lambda: update(shop, template=str(template), confirm=lambda _: False),
    }[command]

    def all_files() -> list[str]:
        # What dashgen itself keeps in the home folder is not meant.
        return [name for name in listing(tmp_path) if not name.startswith("home/")]

    before = all_files()
    with pytest.raises(DashgenError):
        run()
    assert all_files() == before
    assert not Path("/tmp/dashgen-evil").exists()
    assert not any(b"the user's own" in path.read_bytes() for path in shop.rglob("stolen*"))


def test_a_checkout_with_a_link_packs_none(tmp_path: Path) -> None:
    repository = linked(tmp_path)
    content = build.released(repository).files("v9.0.0")["template/project/stolen.txt"].content
    assert content.decode() == str(tmp_path / "secret")
    with pytest.raises(UnsafePathError):
        build.template_files(repository)


def journal_of(shop: Path) -> Path:
    return Journal(Repository.find(shop)).folder / DONE


def updated(work: Path) -> Path:
    """Make a project that has just been updated."""
    template = Template(work / "template", {"v1.0.0": {}, "v1.1.0": {"template/project/a/b": "b"}})
    shop = project(work / "shop", template.fresh("v1.0.0"))
    update(shop, template=str(template.path))
    assert (shop / "a/b").is_file()
    return shop


State = dict[str, Any]
NAMES: dict[str, Callable[[State], None]] = {
    "a file above": lambda entry: entry["files"].update(
        {"../evil": {"before": None, "after": None}}
    ),
    "an absolute file": lambda entry: entry["files"].update(
        {"/tmp/evil": {"before": None, "after": None}}
    ),
    "a folder above": lambda entry: entry["folders"].update({"../evil": None}),
    "the name of its own files": lambda entry: entry.update(id="../../evil"),
}


@pytest.mark.parametrize("change", NAMES.values(), ids=list(NAMES))
def test_an_abort_touches_nothing_outside(change: Callable[[State], None], work: Path) -> None:
    shop = updated(work)
    (work / "evil").mkdir()
    file = journal_of(shop)
    entry = json.loads(file.read_text())
    change(entry)
    file.write_text(json.dumps(entry))
    before = listing(work)
    with pytest.raises((UnsafePathError, DamagedJournalError)):
        abort(shop)
    assert listing(work) == before


def test_an_abort_does_not_write_through_a_link(work: Path) -> None:
    shop = updated(work)
    (work / "outside").mkdir()
    (work / "outside/b").write_text("the user's own\n")
    (shop / "a/b").unlink()
    (shop / "a").rmdir()
    (shop / "a").symlink_to(work / "outside")
    with pytest.raises(UnsafePathError):
        abort(shop)
    assert (work / "outside/b").read_text() == "the user's own\n"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"head": 1}', b"\xff", b"{"])
def test_a_damaged_journal_is_one_line(content: bytes, work: Path) -> None:
    shop = updated(work)
    journal_of(shop).write_bytes(content)
    with pytest.raises(DamagedJournalError, match="look at the project with git status"):
        abort(shop)


def status_of(shop: Path) -> None:
    status(shop, template=str(shop.parent / "template/own.bundle"))


def update_of(shop: Path) -> None:
    update(shop, template=str(shop.parent / "template/own.bundle"))


@pytest.mark.parametrize("command", [abort, update_of, status_of])
def test_a_damaged_journal_of_an_update_that_was_cut_off_is_one_line(
    command: Callable[[Path], Any], work: Path
) -> None:
    shop = updated(work)
    journal_of(shop).unlink()
    journal = journal_of(shop).with_name(APPLYING)
    journal.write_bytes(b"{")
    with pytest.raises(DamagedJournalError, match="then remove that file"):
        command(shop)
    journal.unlink()  # as it says
    status_of(shop)


def test_a_version_with_the_mark_of_a_content_and_no_content_is_not_known(shop: Path) -> None:
    answers = shop / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace(installed.own_tag(), "v0.0.1+t"))
    commit(shop)
    with pytest.raises(DashgenError, match="does not know"):
        update(shop)
