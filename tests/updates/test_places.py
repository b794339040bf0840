"""Projects that are not the whole of a plain repository."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen.commands.status import diff, status
from dashgen.commands.update import abort, update
from tests.cli.helpers import git

from .lab import Template, Tree, commit, files_of, project, write
from .releases import NEWEST, RELEASES

ADDED = "notes/added.md"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template"), RELEASES)


def in_a_subfolder(work: Path, files: Tree) -> Path:
    git(work, "init", "--quiet", "mono")
    (work / "mono/README.md").write_text("All our apps\n")
    (work / "mono/notes").mkdir()
    (work / "mono/notes/guide.md").write_text("of another project\n")
    (work / "mono/apps").mkdir()
    write(work / "mono/apps/the shop", files)
    commit(work / "mono")
    # What others are at does not matter.
    (work / "mono/README.md").write_text("All our apps, and more\n")
    return work / "mono/apps/the shop"


def with_failing_hooks(work: Path, files: Tree) -> Path:
    shop = project(work / "shop", files)
    for name in ("pre-commit", "post-checkout", "post-index-change", "post-merge"):
        hook = shop / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch '{work}/hook-was-here'\nexit 1\n")
        hook.chmod(0o755)
    return shop


def with_autocrlf(work: Path, files: Tree) -> Path:
    shop = project(work / "shop", files)
    git(shop, "config", "core.autocrlf", "true")
    for entry in git(shop, "ls-files").splitlines():
        (shop / entry).unlink()
    git(shop, "checkout", "--quiet", "--", ".")
    assert b"\r\n" in (shop / "app.py").read_bytes()
    return shop


def with_a_submodule(work: Path, files: Tree) -> Path:
    library = project(work / "library", files)
    shop = project(work / "shop", files)
    git(
        shop, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib"
    )
    commit(shop)
    (shop / "lib/app.py").write_text("under way\n")
    return shop


def as_a_submodule(work: Path, files: Tree) -> Path:
    library = project(work / "library", files)
    git(work, "init", "--quiet", "outer")
    words = (
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(library),
        "shop",
    )
    git(work / "outer", *words)
    commit(work / "outer")
    return work / "outer/shop"


def as_a_worktree(work: Path, files: Tree) -> Path:
    shop = project(work / "shop", files)
    git(shop, "worktree", "add", "--quiet", "-b", "other", str(work / "other"))
    return work / "other"


def under_a_hidden_name(work: Path, files: Tree) -> Path:
    (work / "a:b 'c' \"d\" é").mkdir()
    return project(work / "a:b 'c' \"d\" é/shop", files)


def with_sha256(work: Path, files: Tree) -> Path:
    write(work / "shop", files)
    git(work / "shop", "init", "--quiet", "--object-format=sha256")
    commit(work / "shop")
    return work / "shop"


def without_file_modes(work: Path, files: Tree) -> Path:
    shop = project(work / "shop", files)
    git(shop, "config", "core.fileMode", "false")
    (shop / "notes/guide.md").chmod(0o777)
    return shop


PLACES: list[Callable[[Path, Tree], Path]] = [
    in_a_subfolder,
    with_failing_hooks,
    with_autocrlf,
    with_a_submodule,
    as_a_submodule,
    as_a_worktree,
    under_a_hidden_name,
    with_sha256,
    without_file_modes,
]


def text_of(files: Tree) -> dict[str, bytes]:
    return {path: file.content.replace(b"\r\n", b"\n") for path, file in files.items()}


@pytest.mark.parametrize("place", PLACES)
def test_a_project(place: Callable[[Path, Tree], Path], template: Template, work: Path) -> None:
    shop = place(work, template.fresh("v0.1.0", name="shop"))
    guide = shop / "notes/guide.md"
    ending = b"\r\n" if b"\r\n" in guide.read_bytes() else b"\n"
    guide.write_bytes(b"mine" + ending + guide.read_bytes())
    git(shop, "commit", "--quiet", "--all", "--no-verify", "--message", "mine")
    # That commit of ours.
    (work / "hook-was-here").unlink(missing_ok=True)
    before, around = files_of(shop), files_of(work)

    mode = guide.stat().st_mode
    done = update(shop, template=str(template.path))
    expected = text_of(template.fresh(NEWEST, name="shop"))
    expected["notes/guide.md"] = b"mine\n" + expected["notes/guide.md"]
    now = text_of({path: file for path, file in files_of(shop).items() if path[:4] != "lib/"})
    now = {path: content for path, content in now.items() if path in expected or path in before}
    now.pop(".gitmodules", None)
    assert now == expected
    assert not done.conflicts
    assert not (work / "hook-was-here").exists()
    assert guide.stat().st_mode == mode
    assert ending in (shop / ADDED).read_bytes()
    # For git the files are what the template has, however they are on the disk.
    wanted = template.fresh(NEWEST, name="shop")
    git(shop, "add", "--all")
    assert git(shop, "show", f":./{ADDED}") == wanted[ADDED].content.decode().strip()
    git(shop, "-c", f"core.hooksPath={os.devnull}", "reset", "--quiet")
    (work / "hook-was-here").unlink(missing_ok=True)

    assert status(shop, template=str(template.path)).modified == ("notes/guide.md",)
    compared = diff(shop, template=str(template.path))
    assert "+mine" in compared
    assert "\n+++ b/notes/guide.md\n" in compared
    assert "app.py" not in compared.replace("lib/app.py", "")

    abort(shop)
    assert files_of(shop) == before
    assert {p: f for p, f in files_of(work).items() if "/.git" not in p} == {
        p: f for p, f in around.items() if "/.git" not in p
    }


def test_a_name_that_is_no_utf_8_stops_nothing(template: Template, work: Path) -> None:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    odd = os.fsencode(shop) + b"/caf\xe9.txt"
    with open(odd, "w") as file:  # noqa: PTH123
        file.write("mine\n")
    (shop / "notes/shop_legacy.py").unlink()
    commit(shop)
    assert status(shop, template=str(template.path)).deleted == ("notes/shop_legacy.py",)
    update(shop, template=str(template.path))
    commit(shop)
    assert not update(shop, template=str(template.path)).changes
    assert Path(os.fsdecode(odd)).read_text() == "mine\n"
