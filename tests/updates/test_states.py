"""What each command does with a page, whatever its owner has done by hand; docs/pages.md says it.

A page is an entry of the answer `pages`, a folder, for data a description in it, and a test. Each
of them is there, edited, deleted or renamed.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from dashgen.cli import main
from dashgen.commands.data import data_page
from dashgen.commands.pages import recorded_entry
from dashgen.data.describe import described
from dashgen.errors import ExitCode
from dashgen.files import File
from dashgen.releases import installed
from dashgen.releases.bundle import Bundle
from dashgen.releases.sources import TemplateVersion
from dashgen.template.questions import read
from tests.cli.conftest import signal_handlers
from tests.cli.helpers import Tree, git, tree

from .lab import commit, fresh, project
from .pages import BETTER, MINE, Act, edits, two_releases

__all__ = ["signal_handlers"]

DOCUMENTATION = Path(__file__).parents[2] / "docs/pages.md"
PAGES, TESTS, ANSWERS = "shop/pages", "tests/pages", ".copier-answers.yml"
FOLDER, TEST = f"{PAGES}/orders", f"{TESTS}/test_orders.py"
COMMANDS = {
    "status": ["status"],
    "update": ["update", "-y", "--no-try"],
    "add page": ["add", "page", "orders", "-y", "--no-try"],
    "remove page": ["remove", "page", "orders", "-y", "--no-try"],
    "rename page": ["rename", "page", "orders", "sales", "-y", "--no-try"],
}
REFUSALS = {
    "has a page orders": "refused, it is there",
    "dashgen rename page orders sales": "refused, names `rename page`",
    "is there, and is yours": "refused, the folder is yours",
    "is yours, no page": "refused, it is yours",
    "is the page sales": "refused, it is `sales`",
    "has no page orders": "refused, no such page",
    "has a page sales": "refused, the name is taken",
    "dashgen add page orders": "refused, names `add page`",
}


def deletes(*paths: str) -> Act:
    def do(shop: Path) -> None:
        git(shop, "rm", "-r", "--quiet", *paths)

    return do


def renames(path: str, other: str) -> Act:
    return lambda shop: git(shop, "mv", path, other)


def answers(pattern: str, by: str) -> Act:
    """Return what edits the answers by hand."""

    def do(shop: Path) -> None:
        file = shop / ANSWERS
        text, number = re.subn(pattern, by, file.read_text(), count=1, flags=re.DOTALL)
        assert number
        file.write_text(text)

    return do


def both(*acts: Act) -> Act:
    return lambda shop: [act(shop) for act in acts]


def writes(path: str) -> Act:
    return lambda shop: (shop / path).write_text(MINE)


DROP = answers(r"(pages:\n)-.*?(\n- )", r"\1\2".replace(r"\2", "- "))
RENAME = answers("name: orders", "name: sales")
MOVE = renames(FOLDER, f"{PAGES}/sales")
MOVE_TEST = renames(TEST, f"{TESTS}/test_sales.py")
STATES: dict[str, Act] = {
    "nothing": lambda shop: None,
    "edited the entry": answers(r"(\n +)name: orders\n", r"\1name: orders\1title: Our orders\n"),
    "deleted the entry": DROP,
    "renamed the entry": RENAME,
    "edited the folder": edits(f"{FOLDER}/page.py"),
    "deleted the folder": deletes(FOLDER),
    "renamed the folder": MOVE,
    "edited the description": edits(f"{FOLDER}/dataset.toml"),
    "deleted the description": deletes(f"{FOLDER}/dataset.toml"),
    "renamed the description": renames(f"{FOLDER}/dataset.toml", f"{FOLDER}/mine.toml"),
    "edited the test": edits(TEST),
    "deleted the test": deletes(TEST),
    "renamed the test": MOVE_TEST,
    "deleted folder and test": deletes(FOLDER, TEST),
    "renamed folder and test": both(MOVE, MOVE_TEST),
    "renamed and edited the folder": both(edits(f"{FOLDER}/page.py"), MOVE),
    "renamed entry, folder and test": both(RENAME, MOVE, MOVE_TEST),
    "deleted entry, folder and test": both(DROP, deletes(FOLDER, TEST)),
    "deleted the entry, edited the folder": both(DROP, edits(f"{FOLDER}/page.py")),
    "wrote a module instead of the folder": both(deletes(FOLDER), writes(f"{FOLDER}.py")),
}


def documented() -> dict[str, dict[str, str]]:
    """Return the table of the documentation: by what one did, then by the command."""
    lines = DOCUMENTATION.read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    start = next(number for number, row in enumerate(rows) if row[0] == "You")
    head, found = rows[start], {}
    for row in rows[start + 2 :]:
        if len(row) != len(head):
            break
        found[row[0]] = dict(zip(head[1:], row[1:], strict=True))
    return found


@pytest.fixture(scope="module")
def releases() -> Bundle:
    """Return two versions; the second one improves what pages of data consist of."""
    return two_releases("dataset")


@pytest.fixture(scope="module")
def base(releases: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a committed project with two pages of data, to be copied."""
    folder = tmp_path_factory.mktemp("base") / "shop"
    data = folder / "data/orders.csv"
    data.parent.mkdir(parents=True)
    data.write_text("Shop,Amount\nA,1.5\nB,2.5\n")
    pages = [
        dict(data_page(described(data), folder, {"name": name, "kind": "data"}).entry)
        for name in ("orders", "stock")
    ]
    files = releases.files("v0.1.0")
    version = TemplateVersion("v0.1.0", installed.RECORDED_SOURCE, read(files), files)
    made = fresh(version, pages=pages) | {"data/orders.csv": File(data.read_bytes())}
    with pytest.MonkeyPatch.context() as patch:  # the fixture of git's identity is each test's own
        for who in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{who}_NAME", "Ada")
            patch.setenv(f"GIT_{who}_EMAIL", "ada@example.org")
        return project(folder, made)


def place(files: Tree, kind: str) -> str:
    """Return where the page, or its test, is; empty if nowhere."""
    names = {"page": f"{PAGES}/{{}}/page.py", "test": f"{TESTS}/test_{{}}.py"}[kind]
    return next((name for name in ("orders", "sales") if names.format(name) in files), "")


def content(files: Tree, kind: str) -> bytes:
    """Return what the page's module, or its test, holds."""
    name = place(files, kind)
    path = f"{PAGES}/{name}/page.py" if kind == "page" else f"{TESTS}/test_{name}.py"
    return files[path][1] if name else b""


def fate(before: Tree, after: Tree, kind: str) -> str:
    """Say in a word what became of the page's module, or of its test."""
    was, now = place(before, kind), place(after, kind)
    if not now:
        return "removed" if was else "absent"
    if not was:
        return "written"
    if was != now:
        others = {path: file for path, file in after.items() if path in before}
        return "written" if place(others, kind) == was else f"moved to `{now}`"
    if was == "sales" and content(before, kind) != content(after, kind):
        return "improved in `sales`" if BETTER.encode() in content(after, kind) else "completed"
    old, new = content(before, kind), content(after, kind)
    if BETTER.encode() in new:
        return "improved"
    return "kept" if old == new else "rewritten"


def said(found: dict[str, Any]) -> str:
    """Say in a few words what `status` says of the page."""
    words = [f"{page['state']} page `{page['name']}`" for page in found["pages"]]
    if not words:
        for outcome in ("modified", "deleted", "renamed"):
            paths = [path for path in found[outcome] if "orders" in path or "sales" in path]
            paths = [path for path in paths if "data/" not in path]
            words += [f"{outcome} `{Path(path).name}`" for path in paths]
    return ", ".join(words) or "nothing"


def observed(command: str, state: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command, and say what it did with the page."""
    before = tree(shop)
    words = [*COMMANDS[command], "--json"]
    if command == "add page" and not recorded_entry(shop, "orders"):
        words += ["--from", "data/orders.csv"]
    code = main(words)
    found = json.loads(capsys.readouterr().out)
    after = tree(shop)
    if code == ExitCode.USAGE:
        error = found["error"]
        assert after == before
        text = f"{error['message']}; {error['hint']}"
        return next(short for long, short in REFUSALS.items() if long in text)
    if command == "status":
        assert after == before
        return said(found)
    assert found["written"] or not found["files"]
    assert code == (ExitCode.CONFLICTS if found["conflicts"] else 0)
    # What a person wrote is there, but for a description that goes with its page.
    kept = sum(text.count(MINE.encode()) for _, text in before.values())
    left = sum(text.count(MINE.encode()) for _, text in after.values())
    assert left == kept or (command, state) == ("remove page", "edited the description")
    entries = {"add page": "orders", "rename page": "sales"}
    assert bool(recorded_entry(shop, "orders")) == (
        command == "add page" or (command == "update" and bool(entry_before(before)))
    )
    if name := entries.get(command):
        assert recorded_entry(shop, name)
    page, test = (fate(before, after, kind) for kind in ("page", "test"))
    conflicts = "".join(f", conflict in `{path}`" for path in found["conflicts"])
    return (f"both {page}" if page == test else f"page {page}, test {test}") + conflicts


def entry_before(files: Tree) -> bool:
    return b"name: orders" in files[ANSWERS][1]


def test_the_documentation_has_each_state_and_each_command() -> None:
    table = documented()
    assert list(table) == list(STATES)
    assert {tuple(row) for row in table.values()} == {tuple(COMMANDS)}


@pytest.mark.usefixtures("signal_handlers")
@pytest.mark.parametrize("state", STATES)
def test_each_command_does_what_the_documentation_says(
    state: str,
    releases: Bundle,
    base: Path,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(installed, "everything", lambda: releases)
    monkeypatch.setattr(installed, "share", lambda: "")
    done = work / "done/shop"
    shutil.copytree(base, done)
    STATES[state](done)
    commit(done)
    found = {}
    for command in COMMANDS:
        # A project's folder gives it its name.
        shop = work / command / "shop"
        shutil.copytree(done, shop)
        monkeypatch.chdir(shop)
        found[command] = observed(command, state, shop, capsys)
    assert found == documented()[state]
