"""Pages are added and removed: updates with another answer to ``pages``."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from dashgen.cli import main
from dashgen.commands.new import new
from dashgen.commands.pages import add_page, remove_page, rename_page
from dashgen.commands.status import status
from dashgen.commands.update import Update, abort, update
from dashgen.errors import PageError, RepositoryError
from dashgen.releases import installed
from dashgen.update.changes import Outcome
from tests.cli.conftest import signal_handlers
from tests.cli.helpers import git, own_check, tree

from .lab import commit

__all__ = ["signal_handlers"]

KINDS = next(q.default for q in installed.own_template().questions if q.name == "page_kinds")
FIELDS = ["name:text", "age:number", "tier:choice=gold,silver", "due:date", "paid:yesno"]


@pytest.fixture
def shop(work: Path) -> Path:
    """Return a committed project without a page of its own, which is the current folder's."""
    answers: dict[str, Any] = {"author": "", "pages": []}
    return new("shop", defaults=True, answers=answers).path


def own_tests(project: Path) -> str:
    """Run the project's own tests and return what failed."""
    return own_check(project, "pytest", "-q", "-p", "no:cacheprovider")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_each_kind_is_added_and_removed_without_a_trace(kind: str, shop: Path) -> None:
    before = tree(shop)
    done = add_page(shop, {"name": "orders_2024", "kind": kind})
    assert done.written
    assert not done.conflicts
    assert (shop / "shop/pages/orders_2024/page.py").is_file()
    assert (shop / "tests/pages/test_orders_2024.py").is_file()
    commit(shop)
    assert not status(shop).modified
    assert not status(shop).deleted

    remove_page(shop, "orders_2024")
    assert tree(shop) == before


def test_adding_the_demos_pages_gives_the_demo(shop: Path, work: Path) -> None:
    demo = next(q.default for q in installed.own_template().questions if q.name == "pages")
    for entry in demo:
        add_page(shop, entry)
        commit(shop)
    (work / "other").mkdir()
    made = new("other/shop", defaults=True, answers={"author": ""}).path
    assert tree(shop) == tree(made)


@pytest.mark.parametrize("kind", KINDS)
def test_the_readmes_map_leads_to_functions_of_each_kind(kind: str, shop: Path) -> None:
    fields = {"fields": [{"name": "tier"}]} if kind == "form" else {}
    add_page(shop, {"name": "orders", "kind": kind, **fields})
    rows = re.findall(r"`(shop/pages/orders/\w+\.py)` \| `(\w+)`", (shop / "README.md").read_text())
    assert rows
    for file, function in rows:
        assert f"{function}(" in (shop / file).read_text()


def test_no_id_of_a_page_can_be_that_of_another(shop: Path) -> None:
    ids = []
    for page, field in (("a", "b_load"), ("a_b", "name")):
        add_page(shop, {"name": page, "kind": "form", "fields": [{"name": field}]})
        commit(shop)
        text = (shop / f"shop/pages/{page}/ids.py").read_text()
        ids += re.findall('= "(.*)"', text)
    assert len(ids) == len(set(ids)) > 2


def test_pages_of_one_kind_have_different_icons(shop: Path) -> None:
    names = ("first", "second", "third", "fourth")
    for name in names:
        stated = {"icon": "M4 4v16h16"} if name == "fourth" else {}
        add_page(shop, {"name": name, "kind": "job", **stated})
        commit(shop)

    def icons() -> list[str]:
        pages = [shop / f"shop/pages/{name}/page.py" for name in names]
        texts = [page.read_text() if page.exists() else "" for page in pages]
        return [text.partition('icon="')[2].partition('"')[0] for text in texts]

    before = icons()
    assert len(set(before)) == 4
    assert before[3] == "M4 4v16h16"
    remove_page(shop, "first")
    assert icons() == ["", *before[1:]]


@pytest.mark.usefixtures("signal_handlers")
def test_the_command_line_adds_a_form(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shop)
    before = tree(shop)
    words = ["customers", "--kind", "form", *(w for f in FIELDS for w in ("--field", f))]
    assert main(["add", "page", *words, "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert not said["written"]
    assert "shop/pages/customers/page.py" in [file["path"] for file in said["files"]]
    assert tree(shop) == before

    assert main(["add", "page", *words, "-y"]) == 0
    assert "pages: none → customers" in capsys.readouterr().out
    assert own_tests(shop) == ""
    assert main(["update", "--abort"]) == 0
    assert tree(shop) == before


def test_a_page_that_was_edited_is_kept_as_a_whole_and_named(shop: Path) -> None:
    add_page(shop, {"name": "notes", "kind": "form"})
    page = shop / "shop/pages/notes/page.py"
    page.write_text(f"{page.read_text()}# mine\n")
    commit(shop)
    done = remove_page(shop, "notes")
    kept = {change.path for change in done.changes if change.outcome is Outcome.KEPT}
    folder = {f"shop/pages/notes/{file.name}" for file in page.parent.glob("*.py")}
    assert kept == {*folder, "tests/pages/test_notes.py"}
    assert done.kept_pages == {"notes": ("shop/pages/notes", "tests/pages/test_notes.py")}
    assert not done.uses, "nothing that is kept is said to be gone"
    assert "# mine" in page.read_text()
    assert own_tests(shop) == ""


def test_a_page_that_was_deleted_stays_deleted_until_it_is_added_again(shop: Path) -> None:
    entry = {"name": "notes", "kind": "blank"}
    add_page(shop, entry)
    commit(shop)
    before = tree(shop)
    shutil.rmtree(shop / "shop/pages/notes")
    (shop / "tests/pages/test_notes.py").unlink()
    commit(shop)
    assert "shop/pages/notes/page.py" in status(shop).deleted
    assert not update(shop).changes
    assert own_tests(shop) == ""

    add_page(shop, entry)
    assert tree(shop) == before
    commit(shop)
    shutil.rmtree(shop / "shop/pages/notes")
    commit(shop)
    remove_page(shop, "notes")
    assert "notes" not in (shop / ".copier-answers.yml").read_text()


def test_a_page_is_renamed_with_the_users_own_files_and_lines(shop: Path) -> None:
    add_page(shop, {"name": "notes", "kind": "form"})
    page = shop / "shop/pages/notes"
    (page / "words.py").write_text('WORDS = "mine"\n')
    text = (page / "page.py").read_text()
    (page / "page.py").write_text(
        text.replace("from . import", "from . import words as words\nfrom . import", 1)
    )
    (shop / "tests/test_mine.py").write_text("from shop.pages.notes import fields as fields\n")
    commit(shop)
    done = rename_page(shop, "notes", "memos")
    assert not done.conflicts
    assert not page.exists()
    assert (shop / "shop/pages/memos/words.py").read_text() == 'WORDS = "mine"\n'
    assert "import words" in (shop / "shop/pages/memos/page.py").read_text()
    named = [(use.path, use.line, use.now) for use in done.uses if use.was.endswith("fields")]
    assert named == [("tests/test_mine.py", 1, "shop.pages.memos.fields")]
    (shop / "tests/test_mine.py").unlink()
    assert own_tests(shop) == ""
    assert status(shop).pages == ()


def hand_renamed(shop: Path, page: str, name: str, *, copied: bool = False) -> None:
    """Rename or copy a page as a person does without the command, with its words."""
    folder, test = shop / "shop/pages", shop / "tests/pages"
    whole = [(folder / page, folder / name), (test / f"test_{page}.py", test / f"test_{name}.py")]
    for old, other in whole:
        if copied:
            (shutil.copytree if old.is_dir() else shutil.copy)(old, other)
        else:
            old.rename(other)
        for file in other.rglob("*.py") if other.is_dir() else [other]:
            text = file.read_text()
            file.write_text(text.replace(page, name).replace(page.capitalize(), name.capitalize()))


def deleted(shop: Path, page: str) -> None:
    shutil.rmtree(shop / "shop/pages" / page)
    (shop / f"tests/pages/test_{page}.py").unlink()


@pytest.mark.parametrize("words", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_of_two_pages_that_are_gone_one_is_in_a_folder(kind: str, words: bool, shop: Path) -> None:
    for name in ("stock", "another", "wares"):
        add_page(shop, {"name": name, "kind": kind})
        commit(shop)
    deleted(shop, "another")
    deleted(shop, "wares")
    if words:
        hand_renamed(shop, "stock", "depot")
    else:
        (shop / "shop/pages/stock").rename(shop / "shop/pages/depot (old")
    commit(shop)
    pages = {page.name: page for page in status(shop).pages}
    assert {name: page.state for name, page in pages.items()} == {
        "another": "deleted",
        "stock": "renamed",
        "wares": "deleted",
    }
    assert "shop/pages/depot" in pages["stock"].advice


@pytest.mark.parametrize("edited", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_of_a_page_is_no_page_that_is_gone(kind: str, edited: bool, shop: Path) -> None:
    """It has the edits of the page of which it is a copy, and its icon."""
    for name in ("orders", "profile"):
        add_page(shop, {"name": name, "kind": kind})
        commit(shop)
    with (shop / "shop/pages/orders/page.py").open("a") as file:
        file.writelines(
            f"\n\ndef step_{n}(value: int) -> int:\n    return value + {n}\n"
            for n in range(9 if edited else 0)
        )
    hand_renamed(shop, "orders", "clients", copied=True)
    deleted(shop, "profile")
    commit(shop)
    assert [(page.name, page.state) for page in status(shop).pages] == [("profile", "deleted")]
    before = tree(shop / "shop/pages/clients")
    add_page(shop, {"name": "profile", "kind": kind})
    commit(shop)
    remove_page(shop, "profile")
    assert tree(shop / "shop/pages/clients") == before


def test_a_renamed_page_and_a_copy_of_it_are_told_apart(shop: Path) -> None:
    for name in ("orders", "profile"):
        add_page(shop, {"name": name, "kind": "form"})
        commit(shop)
    hand_renamed(shop, "orders", "sales")
    hand_renamed(shop, "profile", "visitor")
    hand_renamed(shop, "sales", "copies", copied=True)
    commit(shop)
    found = {page.name: page.advice for page in status(shop).pages}
    assert "shop/pages/sales" in found["orders"] or "shop/pages/copies" in found["orders"]
    assert "shop/pages/visitor" in found["profile"]


@pytest.fixture
def moved(shop: Path) -> Path:
    """Return a project with its package below src and a page in it, which has an own module."""
    add_page(shop, {"name": "notes", "kind": "blank"})
    (shop / "shop/pages/notes/words.py").write_text('WORDS = "mine"\n')
    (shop / "src").mkdir()
    (shop / "shop").rename(shop / "src/shop")
    commit(shop)
    return shop


@pytest.mark.parametrize("tracked", [True, False])
def test_below_src_no_page_gets_the_name_of_an_own_folder(tracked: bool, moved: Path) -> None:
    own = moved / "src/shop/pages/memos/words.py"
    own.parent.mkdir()
    own.write_text("# mine\n")
    if tracked:
        commit(moved)
    before = tree(moved)
    with pytest.raises(PageError, match=r"src/shop/pages/memos is there, and is yours"):
        rename_page(moved, "notes", "memos")
    assert tree(moved) == before


def test_below_src_a_page_is_renamed_also_where_its_folder_has_the_name(moved: Path) -> None:
    rename_page(moved, "notes", "memos")
    words = moved / "src/shop/pages/memos/words.py"
    assert "mine" in words.read_text()
    assert not (moved / "src/shop/pages/notes").exists()
    commit(moved)
    words.parent.rename(words.parent.with_name("sales"))
    commit(moved)
    rename_page(moved, "memos", "sales")
    commit(moved)
    assert status(moved).pages == ()
    assert not status(moved).modified


def test_an_own_file_of_a_page_does_not_replace_one_that_git_does_not_track(moved: Path) -> None:
    folder = moved / "src/shop/pages"
    (folder / "notes/__pycache__").mkdir()
    (folder / "notes/__pycache__/own.pyc").write_bytes(b"committed")
    commit(moved)
    (folder / "memos/__pycache__").mkdir(parents=True)
    (folder / "memos/__pycache__/own.pyc").write_bytes(b"on the disk")
    rename_page(moved, "notes", "memos")
    assert (folder / "memos/__pycache__/own.pyc").read_bytes() == b"on the disk"
    assert (folder / "notes/__pycache__/own.pyc").read_bytes() == b"committed"


REWRITTEN = "".join(f"MINE_{number} = {number}\n" for number in range(60))


def rewritten(shop: Path) -> Path:
    """Rename a page whose module was rewritten, so that it is listed as the user's alone."""
    add_page(shop, {"name": "notes", "kind": "form"})
    (shop / "shop/pages/notes/page.py").write_text(REWRITTEN)
    commit(shop)
    rename_page(shop, "notes", "memos")
    assert "\nshop/pages/memos/page.py\n" in (shop / ".dashgen-own").read_text()
    for offer in shop.rglob("*.rej"):
        offer.unlink()
    commit(shop)
    return shop


@pytest.mark.parametrize("root", ["", "src/"])
def test_a_file_that_is_the_users_alone_moves_with_its_page(root: str, shop: Path) -> None:
    rewritten(shop)
    if root:
        (shop / "src").mkdir()
        git(shop, "mv", "shop", "src/shop")
        commit(shop)
    done = rename_page(shop, "memos", "sales")
    assert not done.conflicts
    assert not done.kept_pages
    assert not (shop / f"{root}shop/pages/memos").exists()
    assert (shop / f"{root}shop/pages/sales/page.py").read_text() == REWRITTEN
    listed = (shop / ".dashgen-own").read_text().splitlines()
    assert listed[-1] == f"{root}shop/pages/sales/page.py"
    assert not any("memos" in line for line in listed)
    abort(shop)
    done = update(shop, answers={"package": "store"})
    assert (shop / f"{root}store/pages/memos/page.py").read_text() == REWRITTEN
    assert (shop / ".dashgen-own").read_text().endswith(f"\n{root}store/pages/memos/page.py\n")
    assert not (shop / f"{root}shop/pages/memos").exists()


def test_a_listed_file_stays_with_its_page_when_that_is_removed(shop: Path) -> None:
    add_page(shop, {"name": "notes", "kind": "blank"})
    (shop / ".dashgen-own").write_text("# Ours.\nshop/pages/notes/page.py\n")
    commit(shop)
    done = remove_page(shop, "notes")
    assert done.kept_pages == {"notes": ("shop/pages/notes", "tests/pages/test_notes.py")}
    assert (shop / "shop/pages/notes/page.py").is_file()


def test_the_users_own_listed_file_moves_with_its_page_and_keeps_its_line(shop: Path) -> None:
    add_page(shop, {"name": "notes", "kind": "blank"})
    (shop / "shop/pages/notes/words.py").write_text("mine = True\n")
    (shop / ".dashgen-own").write_text("# Ours.\n  shop/pages/notes/words.py\n")
    commit(shop)
    rename_page(shop, "notes", "memos")
    assert (shop / ".dashgen-own").read_text() == "# Ours.\n  shop/pages/memos/words.py\n"


def compiled(folder: Path) -> None:
    """Leave what Python writes for a module that it imports."""
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__pycache__/page.cpython-312.pyc").write_bytes(b"compiled")


def test_compiled_modules_alone_are_no_page(shop: Path) -> None:
    entry = {"name": "notes", "kind": "blank"}
    add_page(shop, entry)
    commit(shop)
    before = tree(shop)
    git(shop, "rm", "-r", "--quiet", "shop/pages/notes")
    git(shop, "commit", "--quiet", "--message", "deleted")
    compiled(shop / "shop/pages/notes")
    add_page(shop, entry)
    shutil.rmtree(shop / "shop/pages/notes/__pycache__")
    assert tree(shop) == before
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message", "back")

    rename_page(shop, "notes", "memos")
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message", "renamed")
    compiled(shop / "shop/pages/notes")
    rename_page(shop, "memos", "notes")
    shutil.rmtree(shop / "shop/pages/notes/__pycache__")
    assert tree(shop) == before


def test_a_file_that_is_made_while_the_preview_is_shown_is_not_overwritten(shop: Path) -> None:
    own = shop / "shop/pages/notes/page.py"

    def makes(_: Update) -> bool:
        own.parent.mkdir()
        own.write_text("# mine\n")
        return True

    before = tree(shop)
    with pytest.raises(RepositoryError, match=r"notes/page\.py appeared meanwhile"):
        add_page(shop, {"name": "notes", "kind": "blank"}, confirm=makes)
    assert own.read_text() == "# mine\n"
    own.unlink()
    assert tree(shop) == before


def test_an_own_file_in_the_place_of_a_page_is_not_lost(shop: Path) -> None:
    own = shop / "tests/pages/test_notes.py"
    own.write_text("# mine\n")
    commit(shop)
    done = add_page(shop, {"name": "notes", "kind": "blank"})
    assert [change.path for change in done.conflicts] == ["tests/pages/test_notes.py"]
    assert "# mine" in own.read_text()
    abort(shop)
    assert own.read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"name": "../evil", "kind": "blank"}, "the name must be"),
        ({"name": "core", "kind": "blank"}, "the name is reserved"),
        ({"name": "con", "kind": "blank"}, "the name is reserved"),
        ({"name": "notes", "kind": "table"}, "the kind must be one of"),
        ({"name": "notes", "kind": "blank", "fields": [{"name": "a"}]}, "only a form has fields"),
        (
            {"name": "notes", "kind": "blank", "icon": "a.svg"},
            "the icon must be the path of an SVG",
        ),
        ({"name": "notes", "kind": "form", "fields": [{"name": "a", "type": "x"}]}, "the type"),
    ],
    ids=lambda value: str(value),
)
def test_a_wrong_entry_is_one_line_and_nothing_is_written(
    entry: dict[str, Any], says: str, shop: Path
) -> None:
    before = tree(shop)
    with pytest.raises(PageError, match=f"^page {re.escape(entry['name'])}: .*{says}") as caught:
        add_page(shop, entry)
    assert len(str(caught.value).splitlines()) == 1
    assert tree(shop) == before


def test_what_is_there_already_and_what_is_not(shop: Path) -> None:
    add_page(shop, {"name": "notes", "kind": "blank"})
    commit(shop)
    with pytest.raises(PageError, match="has a page notes; choose another name"):
        add_page(shop, {"name": "notes", "kind": "form"})
    with pytest.raises(PageError, match="has no page orders; its pages are: notes"):
        remove_page(shop, "orders")


@pytest.mark.usefixtures("signal_handlers")
def test_an_app_begins_empty_or_with_the_demo(work: Path) -> None:
    assert main(["new", "a", "-y", "--no-git", "--start", "empty"]) == 0
    assert main(["new", "b", "-y", "--no-git", "--start", "demo"]) == 0
    own = [path for path in (work / "a/a").rglob("*.py") if "core" not in path.parts]
    assert len(own) <= 10
    assert sum(len(path.read_text().splitlines()) for path in own) <= 200
    assert (work / "b/b/pages/explore").is_dir()
