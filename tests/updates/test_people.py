"""What people really do to their projects: they rename, move, delete, leave out and resolve."""

import shutil
from pathlib import Path

import pytest

from dashgen.commands.doctor import doctor
from dashgen.commands.pages import add_page
from dashgen.commands.status import status
from dashgen.commands.update import Update, abort, update
from dashgen.errors import PageError, RepositoryError
from dashgen.project.record import ANSWERS_FILE
from dashgen.update.changes import Outcome
from tests.cli.helpers import git

from .lab import Template, commit, files_of, fresh, own_version, project
from .releases import NEWEST, RELEASES
from .test_policy import ADDED, CASES, GUIDE

LAYOUT = {"layout": "tabs", "storage": "redis"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template"), RELEASES)


@pytest.fixture
def shop(work: Path) -> Path:
    """Return a committed project of dashgen's own template."""
    return project(work / "shop", fresh(own_version()))


def states(project: Path) -> dict[str, str]:
    lines = git(project, "status", "--porcelain", "--untracked-files=no").splitlines()
    return {line[2:].strip(): line[:2].strip() for line in lines}


# Conflicts that git knows about.


def conflicting(template: Template, work: Path) -> Path:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    CASES["the same line"].does(shop)
    (shop / ADDED).write_bytes(b"mine\n")
    commit(shop)
    return shop


def test_git_knows_of_a_conflict_and_has_its_three_sides(template: Template, work: Path) -> None:
    shop = conflicting(template, work)
    update(shop, template=str(template.path))
    assert states(shop)[GUIDE] == "UU"
    assert states(shop)[ADDED] == "AA"
    wanted = template.fresh(NEWEST)[GUIDE].content.decode()
    assert git(shop, "show", f":3:{GUIDE}") == wanted.strip()
    assert git(shop, "show", f":2:{GUIDE}") == git(shop, "show", f"HEAD:{GUIDE}")
    assert git(shop, "show", f":1:{GUIDE}") == (
        template.fresh("v0.1.0")[GUIDE].content.decode().strip()
    )


@pytest.mark.parametrize("resolved", [False, True])
def test_an_abort_puts_back_the_index_too(resolved: bool, template: Template, work: Path) -> None:
    shop = conflicting(template, work)
    before, index = files_of(shop), git(shop, "ls-files", "--stage")
    update(shop, template=str(template.path))
    if resolved:
        (shop / GUIDE).write_text("resolved\n")
        git(shop, "add", "--all")
    abort(shop)
    assert files_of(shop) == before
    assert git(shop, "ls-files", "--stage") == index
    assert git(shop, "status", "--porcelain") == ""


def test_a_committed_conflict_is_named_by_status_doctor_and_the_next_update(
    template: Template, work: Path
) -> None:
    shop = conflicting(template, work)
    update(shop, to="0.2.0", template=str(template.path))
    (shop / f"{ADDED}.rej").write_text("a patch\n")
    (shop / f"{ADDED}.template").write_text("a version\n")
    commit(shop)
    expected = [ADDED, f"{ADDED}.rej", f"{ADDED}.template", GUIDE]
    assert [left.path for left in status(shop, template=str(template.path)).leftovers] == expected
    shown = update(shop, template=str(template.path), confirm=lambda _: False)
    assert [left.path for left in shown.leftovers] == expected


def test_a_committed_conflict_at_a_files_end_without_a_newline_is_named(work: Path) -> None:
    text = "".join(f'{name} = "{name}"\n\n' for name in "abcdefgh").strip()
    better = text.replace('"a"', '"A"').replace('"h"', '"H"')
    path = "template/project/letters.py"
    releases = {"v0.1.0": {path: f"{text}\n"}, "v0.2.0": {path: f"{better}\n"}}
    template = Template(work / "template", releases)
    shop = project(work / "shop", template.fresh("v0.1.0"))
    # Another layout has a conflict by lines, and none by statements.
    mine = text.replace('"a"', "'a'")
    (shop / "letters.py").write_text(f"{mine}  # mine")
    commit(shop)
    (conflict,) = update(shop, template=str(template.path)).conflicts
    assert conflict.note == "1 place"
    assert "  # mine\n=======\n" in (shop / "letters.py").read_text()
    commit(shop)
    left = [left.path for left in status(shop, template=str(template.path)).leftovers]
    assert left == ["letters.py"]


def test_doctor_fails_where_markers_are_left(shop: Path) -> None:
    assert not [f for f in doctor(shop).findings if f.subject in {"update", "renamed"}]
    readme = shop / "README.md"
    readme.write_text(f"<<<<<<< yours\na\n=======\nb\n>>>>>>> template\n{readme.read_text()}")
    findings = [f for f in doctor(shop).findings if f.subject == "update"]
    assert [f.message for f in findings] == ["README.md has conflict markers"]


# The package renamed or moved.


def replaced(shop: Path, old: str, new: str) -> None:
    for path in shop.rglob("*"):
        own = ".git" in path.relative_to(shop).parts or path.name == ANSWERS_FILE
        if path.is_file() and not own:
            path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))


@pytest.mark.parametrize("thorough", [True, False])
def test_a_renamed_package_is_followed(thorough: bool, work: Path) -> None:
    version = own_version()
    shop = project(work / "shop", fresh(version, package="demo"))
    (shop / "demo").rename(shop / "acme")
    if thorough:
        replaced(shop, "demo", "acme")
    (shop / "acme/own.py").write_text("mine = True\n")
    commit(shop)
    assert status(shop).renamed["demo/"] == "acme/"
    assert not status(shop).deleted

    done = update(shop, answers=LAYOUT)
    assert done.moves == {"demo/": "acme/"}
    assert not done.conflicts
    files = files_of(shop)
    assert files.pop("acme/own.py").content == b"mine = True\n"
    expected = fresh(version, package="acme", **LAYOUT)
    assert files.keys() == expected.keys()
    assert files[ANSWERS_FILE] == expected[ANSWERS_FILE]
    for path, file in expected.items():
        if path in taken(done):
            assert files[path] == file, path
    commit(shop)
    assert not status(shop).renamed


def taken(done: Update) -> set[str]:
    return {c.path for c in done.changes if c.outcome in {Outcome.NEW, Outcome.CHANGED}}


@pytest.mark.parametrize("goal", ["src/shop", "src/acme", "a/b/shop"])
def test_new_files_follow_a_moved_package(goal: str, work: Path) -> None:
    version = own_version()
    shop = project(work / "shop", fresh(version))
    (shop / goal).parent.mkdir(parents=True)
    (shop / "shop").rename(shop / goal)
    name = goal.rpartition("/")[2]
    commit(shop)
    assert status(shop).renamed["shop/"] == f"{goal}/"
    for answers in ({"storage": "memory"}, LAYOUT):
        done = update(shop, answers=answers)
        assert not done.conflicts
        assert not (shop / "shop").exists()
        wanted = fresh(version, package=name, **answers)
        expected = {
            path.replace(f"{name}/", f"{goal}/", 1) if path.startswith(f"{name}/") else path
            for path in wanted
        }
        assert files_of(shop).keys() == expected
        assert files_of(shop)[ANSWERS_FILE] == wanted[ANSWERS_FILE]
        commit(shop)
    assert add_page(shop, {"name": "notes", "kind": "blank"}).written
    assert (shop / goal / "pages/notes/page.py").is_file()


def test_another_package_stays_below_src_and_own_files_are_named(shop: Path) -> None:
    (shop / "src").mkdir()
    (shop / "shop").rename(shop / "src/shop")
    (shop / "src/shop/mine.py").write_text("mine = True\n")
    commit(shop)
    done = update(shop, answers={"package": "store"})
    assert not done.conflicts
    assert not (shop / "store").exists()
    assert (shop / "src/store/pages/home.py").is_file()
    (kept,) = (change for change in done.changes if change.outcome is Outcome.KEPT)
    assert (kept.path, kept.note.split(",")[0]) == ("src/shop/mine.py", "yours")
    assert "moves to src/store/" in kept.note


def test_a_page_below_src_is_not_added_twice(shop: Path) -> None:
    (shop / "src").mkdir()
    (shop / "shop").rename(shop / "src/shop")
    commit(shop)
    with pytest.raises(PageError, match="has a page profile"):
        add_page(shop, {"name": "profile", "kind": "form"})


def test_status_follows_a_renaming_that_is_not_committed(shop: Path) -> None:
    (shop / "shop").rename(shop / "acme")
    found = status(shop)
    assert found.renamed["shop/"] == "acme/"
    assert not found.deleted
    assert any(f.subject == "renamed" for f in doctor(shop).findings)


@pytest.mark.parametrize("renamed", [False, True])
def test_status_reads_no_file_that_cannot_be_a_renamed_one(
    renamed: bool, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "big.bin").write_bytes(bytes(2_000_000))
    (shop / "small.txt").write_text("mine\n")
    if renamed:
        (shop / "shop").rename(shop / "acme")
    read, seen = Path.read_bytes, set()

    def noted(self: Path) -> bytes:
        seen.add(self.name)
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", noted)
    assert bool(status(shop).renamed) is renamed
    assert "big.bin" not in seen
    assert ("small.txt" in seen) is renamed


def test_new_files_follow_a_pages_folder(shop: Path) -> None:
    (shop / "shop/pages/profile").rename(shop / "shop/pages/people")
    commit(shop)
    assert status(shop).renamed == {"shop/pages/profile/": "shop/pages/people/"}
    done = update(shop, answers={"callbacks": "split"})
    outcomes = {change.path: change.outcome for change in done.changes}
    assert outcomes["shop/pages/people/callbacks.py"] is Outcome.CHANGED
    assert not (shop / "shop/pages/profile").exists()


def test_another_package_says_what_becomes_of_own_files(shop: Path) -> None:
    (shop / "shop/mine.py").write_text("mine = True\n")
    commit(shop)
    done = update(shop, answers={"package": "store"})
    (kept,) = (change for change in done.changes if change.outcome is Outcome.KEPT)
    assert kept.path == "shop/mine.py"
    assert "stays here" in kept.note


# Deleted, left out, and only another line ending.


def test_what_is_new_in_a_deleted_folder_stays_deleted(template: Template, work: Path) -> None:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    shutil.rmtree(shop / "notes")
    shutil.rmtree(shop / "tests")
    commit(shop)
    done = update(shop, template=str(template.path))
    assert not (shop / "notes").exists()
    assert not (shop / "tests").exists()
    outcomes = {change.path: change.outcome for change in done.changes}
    assert outcomes[ADDED] is Outcome.DELETED


def test_one_pages_folder_is_never_anothers(shop: Path) -> None:
    shutil.rmtree(shop / "shop/pages/profile")
    (shop / "tests/pages/test_profile.py").unlink()
    commit(shop)
    add_page(shop, {"name": "people", "kind": "form"})
    commit(shop)
    assert "shop/pages/profile/page.py" in status(shop).deleted
    assert not status(shop).renamed
    done = update(shop, answers={"callbacks": "split"})
    assert not done.moves
    assert not (shop / "shop/pages/profile").exists()
    outcomes = {change.path: change.outcome for change in done.changes}
    assert outcomes["shop/pages/people/callbacks.py"] is Outcome.CHANGED


def test_line_endings_of_two_kinds_stay_where_nothing_else_changes(shop: Path) -> None:
    settings = shop / "shop/core/settings.py"
    first, *others = settings.read_bytes().splitlines(keepends=True)
    settings.write_bytes(first.replace(b"\n", b"\r\n") + b"".join(others))
    commit(shop)
    changed = update(shop, answers={"storage": "redis"}).changes
    assert "shop/core/settings.py" in [change.path for change in changed]
    assert settings.read_bytes().count(b"\r\n") == 1


def test_a_dropped_file_with_other_line_endings_is_removed(shop: Path) -> None:
    records = shop / "shop/core/records.py"
    records.write_bytes(records.read_bytes().replace(b"\n", b"\r\n"))
    commit(shop)
    update(shop, answers={"storage": "memory"})
    assert not records.exists()


def test_a_sparse_checkout_gets_in_the_index_what_it_leaves_out(
    template: Template, work: Path
) -> None:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    commit(shop)
    git(shop, "sparse-checkout", "set", "shop", "tests")
    assert not (shop / "notes").exists()
    assert not status(shop, template=str(template.path)).deleted
    before, index = files_of(shop), git(shop, "ls-files", "-v", "--stage")
    done = update(shop, template=str(template.path))
    assert not done.conflicts
    assert not (shop / "notes").exists()
    assert Outcome.DELETED not in {change.outcome for change in done.changes}
    abort(shop)
    assert files_of(shop) == before
    assert git(shop, "ls-files", "-v", "--stage") == index

    update(shop, template=str(template.path))
    git(shop, "commit", "--quiet", "--all", "--message", "updated")
    git(shop, "sparse-checkout", "disable")
    assert files_of(shop) == template.fresh(NEWEST)


def test_a_conflict_in_what_is_left_out_changes_nothing_there(
    template: Template, work: Path
) -> None:
    shop = conflicting(template, work)
    git(shop, "sparse-checkout", "set", "shop", "tests")
    done = update(shop, template=str(template.path))
    assert not done.conflicts
    assert {c.path for c in done.changes if c.outcome is Outcome.KEPT} >= {GUIDE, ADDED}
    assert git(shop, "diff", "--cached", "--name-only", "--", GUIDE) == ""


# A file rewritten as a whole.


def test_a_rewritten_file_is_offered_the_change_once_and_is_then_settled(
    template: Template, work: Path
) -> None:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    mine = "".join(f"my own line {number}\n" for number in range(20))
    (shop / GUIDE).write_text(mine)
    commit(shop)
    done = update(shop, to="0.2.0", template=str(template.path))
    assert not done.conflicts
    assert (shop / GUIDE).read_text() == mine
    assert "+line 1000 of" in (shop / f"{GUIDE}.rej").read_text()
    assert (shop / ".dashgen-own").read_text().endswith(f"\n{GUIDE}\n")
    (shop / f"{GUIDE}.rej").unlink()
    commit(shop)

    done = update(shop, template=str(template.path))
    assert {c.path: c.outcome for c in done.changes}[GUIDE] is Outcome.KEPT
    assert (shop / GUIDE).read_text() == mine
    assert not (shop / f"{GUIDE}.rej").exists()
    abort(shop)
    (shop / ".dashgen-own").unlink()
    commit(shop)
    update(shop, template=str(template.path))
    assert (shop / f"{GUIDE}.rej").exists()


def test_a_file_of_which_most_is_left_is_merged(template: Template, work: Path) -> None:
    shop = conflicting(template, work)
    update(shop, template=str(template.path))
    assert not (shop / ".dashgen-own").exists()


def rewritten(template: Template, work: Path) -> Path:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    (shop / GUIDE).write_text("".join(f"my own line {number}\n" for number in range(20)))
    commit(shop)
    return shop


def test_a_list_that_git_does_not_track_is_not_overwritten(template: Template, work: Path) -> None:
    shop = rewritten(template, work)
    own = shop / ".dashgen-own"
    own.write_text("# mine\n")
    before = files_of(shop)
    done = update(shop, template=str(template.path))
    assert own.read_text() == "# mine\n"
    assert [change.path for change in done.conflicts] == [".dashgen-own"]
    assert (shop / ".dashgen-own.template").read_text().endswith(f"\n{GUIDE}\n")
    abort(shop)
    assert files_of(shop) == before


def test_a_list_keeps_its_mode(template: Template, work: Path) -> None:
    shop = rewritten(template, work)
    own = shop / ".dashgen-own"
    own.write_text("# mine\n")
    own.chmod(0o755)
    commit(shop)
    update(shop, template=str(template.path))
    assert own.read_text() == f"# mine\n{GUIDE}\n"
    assert own.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("what", ["a link", "a folder"])
def test_a_link_or_a_folder_in_the_place_of_the_list(
    what: str, template: Template, work: Path
) -> None:
    shop = rewritten(template, work)
    own = shop / ".dashgen-own"
    if what == "a link":
        own.symlink_to("mine.txt")
        (shop / "mine.txt").write_text("mine\n")
    else:
        own.mkdir()
        (own / "mine.txt").write_text("mine\n")
    commit(shop)
    before = files_of(shop)
    with pytest.raises(RepositoryError, match=rf"\.dashgen-own is {what}, .*move it away"):
        update(shop, template=str(template.path))
    assert files_of(shop) == before
