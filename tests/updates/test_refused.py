"""What an update refuses: one line that says what, where and what to do, and nothing is changed."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen.cli import main
from dashgen.commands.new import new
from dashgen.project.record import ANSWERS_FILE
from tests.cli.conftest import signal_handlers
from tests.cli.helpers import git, tree

from .lab import commit

__all__ = ["signal_handlers"]
pytestmark = pytest.mark.usefixtures("signal_handlers")


@pytest.fixture
def shop(work: Path) -> Path:
    """Return a committed project, which is the current folder's."""
    return new("shop", defaults=True).path


def record(shop: Path, old: str, new: str) -> None:
    path = shop / ANSWERS_FILE
    text = path.read_text()
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text))
    commit(shop)


def without_commit(shop: Path) -> None:
    shutil.rmtree(shop / ".git")
    git(shop, "init", "--quiet")


def half_done(shop: Path, operation: str) -> None:
    git(shop, "checkout", "--quiet", "-b", "other")
    (shop / "app.py").write_text("one\n")
    commit(shop)
    git(shop, "checkout", "--quiet", "main")
    (shop / "app.py").write_text("two\n")
    commit(shop)
    with pytest.raises(subprocess.CalledProcessError):
        git(shop, operation, "other")


# What is wrong, the words, the exit code, the error.
CASES: dict[str, tuple[Callable[[Path], object], list[str], int, str]] = {
    "a change that is not committed": (
        lambda shop: (shop / "app.py").write_text("mine\n"),
        [],
        1,
        r"has uncommitted changes \(app\.py\); commit or stash them$",
    ),
    "a change that is staged": (
        lambda shop: ((shop / "app.py").write_text("mine\n"), git(shop, "add", "app.py")),
        [],
        1,
        r"has uncommitted changes \(app\.py\)",
    ),
    "a merge that is not finished": (
        lambda shop: half_done(shop, "merge"),
        [],
        1,
        r"is in the middle of a merge \(app\.py\); finish it, or undo it with git merge --abort$",
    ),
    "a rebase that is not finished": (
        lambda shop: half_done(shop, "rebase"),
        [],
        1,
        r"is in the middle of a rebase \(app\.py\); finish it, or undo it with git rebase --abort$",
    ),
    "a commit that is only half picked": (
        lambda shop: half_done(shop, "cherry-pick"),
        [],
        1,
        r"is in the middle of a cherry-pick \(app\.py\); finish it, or undo it",
    ),
    "no repository": (
        lambda shop: shutil.rmtree(shop / ".git"),
        [],
        1,
        r"is not in a git repository; run git init && git add --all && git commit there",
    ),
    "no commit": (without_commit, [], 1, r"has no commit; commit the project first"),
    "a damaged repository": (
        lambda shop: (shop / ".git/HEAD").write_text("?"),
        [],
        1,
        r"not in a git repository|git refuses",
    ),
    "no answers file": (
        lambda shop: (shop / ANSWERS_FILE).unlink(),
        [],
        2,
        r"has no \.copier-answers\.yml; name a project that dashgen made",
    ),
    "an answers file that is not committed": (
        lambda shop: (git(shop, "rm", "--cached", ANSWERS_FILE), git(shop, "commit", "-qm", "x")),
        [],
        1,
        r"\.copier-answers\.yml is not committed",
    ),
    "an answers file that git ignores": (
        lambda shop: (
            (shop / ".gitignore").write_text(f"{ANSWERS_FILE}\n"),
            git(shop, "rm", "--quiet", "--cached", ANSWERS_FILE),
            git(shop, "commit", "--all", "--quiet", "--message", "x"),
        ),
        [],
        1,
        r"yml is ignored by git; commit it: git add --force \.copier-answers\.yml && git commit$",
    ),
    "an answers file that is not YAML": (
        lambda shop: record(shop, "author", "<<<<<<< mine\n  - author"),
        [],
        1,
        r"\.copier-answers\.yml is not YAML \(line \d+\); restore dashgen's version: git log",
    ),
    "an answers file that is no mapping": (
        lambda shop: (shop / ANSWERS_FILE).write_text("- a\n"),
        [],
        1,
        r"is not a mapping",
    ),
    "an answers file with a list": (
        lambda shop: record(shop, "storage: sqlite", "storage: [sqlite]"),
        [],
        1,
        r"storage is not a single value",
    ),
    "an answers file without a version": (
        lambda shop: record(shop, "_commit: .*\n", ""),
        [],
        1,
        r"has no _commit",
    ),
    "an answer that is no choice": (
        lambda shop: record(shop, "storage: sqlite", "storage: oracle"),
        [],
        2,
        r"storage 'oracle': is not a choice",
    ),
    "an unknown source": (
        lambda shop: record(shop, "_src_path: .*", "_src_path: https://evil.example/template"),
        [],
        2,
        r"was made from https://evil\.example/template, .*; pass --template",
    ),
    "a version that nobody has": (
        lambda shop: record(shop, "_commit: .*", "_commit: v0.0.1"),
        [],
        1,
        r"has template v0\.0\.1, which dashgen .* does not know",
    ),
    "a version of the future": (
        lambda shop: record(shop, "_commit: .*", "_commit: v99.0.0"),
        [],
        1,
        r"has template v99\.0\.0, newer than this dashgen's .*; install a newer",
    ),
    "a version that is none": (
        lambda shop: record(shop, "_commit: .*", "_commit: main"),
        [],
        1,
        r"has template main, which dashgen .* does not know",
    ),
    "a wish that nobody has": (
        lambda shop: None,
        ["--to", "9.9"],
        2,
        r"there is no template version 9\.9; there are:",
    ),
    "a choice that is none": (
        lambda shop: None,
        ["--storage", "oracle"],
        2,
        r"--storage 'oracle': is not a choice",
    ),
    "a style of conflicts that is none": (
        lambda shop: None,
        ["--conflict", "ours"],
        2,
        r"'--conflict': 'ours' is not one of 'inline', 'rej'",
    ),
    "a template that is not there": (
        lambda shop: None,
        ["--template", "/nowhere"],
        2,
        r"--template /nowhere: repository '/nowhere' does not exist; is the address right",
    ),
    "a template without releases": (
        lambda shop: None,
        ["--template", "."],
        2,
        r"--template \.: no release of a template there",
    ),
    "nothing to undo": (lambda shop: None, ["--abort"], 2, r"has no update to abort"),
    "an abort with a wish": (
        lambda shop: None,
        ["--abort", "--to", "1.0"],
        2,
        r"--abort goes with no other option",
    ),
}


@pytest.mark.parametrize(("prepare", "words", "code", "error"), CASES.values(), ids=list(CASES))
def test_an_update_refuses(
    shop: Path,
    prepare: Callable[[Path], object],
    words: list[str],
    code: int,
    error: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare(shop)
    monkeypatch.chdir(shop)
    before = tree(shop)
    capsys.readouterr()
    assert main(["update", *words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert re.search(error, line), line
    assert tree(shop) == before


@pytest.mark.parametrize("command", ["update", "update --abort", "status", "diff", "doctor"])
def test_a_folder_that_is_no_project(
    command: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "file").write_text("")
    for path, says in (
        (".", "has no .copier-answers.yml"),
        ("nowhere", "there is no folder"),
        ("file", "file is no folder"),
    ):
        assert main([*command.split(), path]) == 2
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines())) == ("", 1)
        assert says in err
