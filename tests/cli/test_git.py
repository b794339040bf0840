"""The first commit holds the whole project, whatever git is configured to do."""

import os
from pathlib import Path

import pytest

from dashgen.commands.new import new
from dashgen.errors import GitFailedError

from .helpers import git, listing, tree

HOSTILE = """
[commit]
gpgSign = true
template = /nowhere
[gpg]
program = /bin/false
[core]
hooksPath = {hooks}
excludesFile = {excludes}
autocrlf = true
safecrlf = true
fsmonitor = true
[init]
templateDir = {hooks}
defaultBranch = trunk
"""


def assert_one_whole_commit(folder: Path) -> None:
    assert git(folder, "status", "--porcelain", "--ignored") == ""
    assert git(folder, "rev-list", "--count", "HEAD") == "1"
    assert git(folder, "branch", "--show-current") == "main"
    assert sorted(git(folder, "ls-files").splitlines()) == sorted(tree(folder))


def test_one_commit_on_main_with_a_clean_tree(work: Path) -> None:
    project = new("shop", defaults=True)
    assert_one_whole_commit(work / "shop")
    assert project.commit == git(work / "shop", "rev-parse", "HEAD")
    assert git(work / "shop", "log", "--format=%an <%ae>") == "Ada Lovelace <ada@example.org>"


def test_no_git_makes_no_repository(work: Path) -> None:
    assert new("shop", defaults=True, use_git=False).commit is None
    assert not (work / "shop/.git").exists()


def test_without_an_identity(
    work: Path, git_configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_configuration.write_text("[user]\nuseConfigOnly = true\n")
    monkeypatch.delenv("EMAIL", raising=False)
    assert new("shop", defaults=True).answers["author"] == ""
    assert_one_whole_commit(work / "shop")
    assert git(work / "shop", "log", "--format=%an <%ae>") == "dashgen <dashgen@localhost>"


def test_hooks_signing_and_ignored_files_of_the_user_change_nothing(
    work: Path, tmp_path: Path, git_configuration: Path
) -> None:
    hooks = tmp_path / "hooks"
    (hooks / "hooks").mkdir(parents=True)
    for folder in (hooks, hooks / "hooks"):
        for name in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"):
            (folder / name).write_text("#!/bin/sh\ntouch hook-was-here\nexit 1\n")
            (folder / name).chmod(0o755)
    (tmp_path / "excludes").write_text("*.py\n.env.example\n")
    git_configuration.write_text(
        git_configuration.read_text() + HOSTILE.format(hooks=hooks, excludes=tmp_path / "excludes")
    )
    new("shop", defaults=True)
    git_configuration.write_text("")
    assert_one_whole_commit(work / "shop")
    assert "hook-was-here" not in listing(work / "shop")


def test_the_repository_of_a_calling_hook_stays_as_it_is(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(work, "init", "--quiet", "outer")
    monkeypatch.setenv("GIT_DIR", str(work / "outer/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(work / "outer/.git/index"))
    new("shop", defaults=True)
    for name in ("GIT_DIR", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name)
    assert_one_whole_commit(work / "shop")
    assert git(work / "outer", "status", "--porcelain") == ""


def test_a_git_that_fails_is_named_and_leaves_nothing(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "git").write_text("#!/bin/sh\necho 'fatal: out of order' >&2\nexit 3\n")
    (broken / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(GitFailedError, match="git rev-parse failed: out of order"):
        new("shop", defaults=True)
    assert listing(work) == []
