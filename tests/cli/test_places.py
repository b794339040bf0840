"""Where a project may go: git repositories, folders with content, and nowhere at all."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from dashgen.cli.app import main
from dashgen.commands.new import new
from dashgen.commands.status import status
from dashgen.errors import (
    DestinationTakenError,
    DestinationUnusableError,
    GitFailedError,
    RepositoryError,
)
from dashgen.project.staging import Existing
from dashgen.template.answers import Answer, Answers, Check
from dashgen.template.questions import Question

from .helpers import dashgen, git, listing, tree

MINE = b"mine\n"


class Scripted:
    """Somebody who answers as a test says."""

    def __init__(
        self,
        changes: Sequence[tuple[str, str]] = (),
        files: Mapping[str, Existing] | None = None,
    ) -> None:
        self.changes = list(changes)
        self.files = files or {}
        self.asked: list[str] = []

    def expect(self, names: Sequence[str]) -> None:
        self.expected = list(names)

    def ask(self, question: Question, default: Answer, check: Check) -> Answer:
        self.asked.append(question.name)
        if self.changes and self.changes[0][0] == question.name:
            return self.changes.pop(0)[1]
        return default

    def review(self, questions: Sequence[Question], answers: Answers) -> str | None:
        return self.changes[0][0] if self.changes else None

    def settle(self, path: str, present: Path, new: Path) -> Existing:
        self.asked.append(path)
        if path not in self.files:
            raise KeyboardInterrupt
        return self.files[path]


def assert_committed(folder: Path) -> None:
    assert git(folder, "status", "--porcelain", "--ignored") == ""
    assert sorted(git(folder, "ls-files").splitlines()) == sorted(tree(folder))


def test_a_fresh_repository_gets_its_first_commit_on_its_own_branch(work: Path) -> None:
    git(work, "init", "--quiet", "--initial-branch", "trunk")
    git(work, "remote", "add", "origin", "https://example.org/shop.git")
    project = new(".", defaults=True)
    assert_committed(work)
    assert git(work, "rev-parse", "trunk") == project.commit
    assert git(work, "remote") == "origin"


def test_a_worktree_of_another_repository_is_a_repository(work: Path) -> None:
    git(work, "init", "--quiet", "main")
    git(work / "main", "commit", "--quiet", "--allow-empty", "--message", "begin")
    git(work / "main", "worktree", "add", "--quiet", "-b", "app", "../shop")
    project = new("shop", defaults=True)
    assert_committed(work / "shop")
    assert git(work / "main", "rev-list", "--count", str(project.commit)) == "2"


@pytest.mark.parametrize("failing", ["add", "update-ref"])
def test_a_git_that_fails_leaves_a_repository_as_it_was(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    git(work, "init", "--quiet", "shop")
    before = listing(work)
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "git").write_text(
        f'#!/bin/sh\ncase " $* " in *" {failing} "*) echo no >&2; exit 3;; esac\n'
        f'PATH="{os.environ["PATH"]}" exec git "$@"\n'
    )
    (broken / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(
        GitFailedError, match=f"git {failing} failed: no; mend that or pass --no-git"
    ):
        new("shop", defaults=True)
    assert [path for path in listing(work) if "objects" not in path] == [
        path for path in before if "objects" not in path
    ]


def test_a_repository_with_a_history_gets_the_files_and_no_commit(work: Path) -> None:
    (work / "old").write_bytes(MINE)
    git(work, "init", "--quiet")
    git(work, "add", "old")
    git(work, "commit", "--quiet", "--message", "old")
    (work / "old").unlink()
    project = new(".", defaults=True)
    assert (project.commit, project.uncommitted[:14]) == (None, "the repository")
    assert (work / "app.py").is_file()
    assert git(work, "rev-list", "--count", "HEAD") == "1"


def an_old_repository(folder: Path) -> None:
    git(folder, "init", "--quiet")
    (folder / "old").write_bytes(MINE)
    git(folder, "add", "old")
    git(folder, "commit", "--quiet", "--message", "old")


@pytest.mark.parametrize("there", [False, True], ids=["new folder", "empty folder"])
def test_inside_a_repository_the_files_are_its_own(
    work: Path, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    """A repository in a repository is committed as a link, and empty for colleagues."""
    an_old_repository(work)
    if there:
        (work / "services/api").mkdir(parents=True)
    assert main(["new", "services/api", "-y"]) == 0
    said = capsys.readouterr().out
    assert f"Not committed: it is in the repository {work}. Look at it and commit it there." in said
    assert not (work / "services/api/.git").exists()
    assert git(work, "rev-list", "--count", "HEAD") == "1"
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "api")
    git(work, "clone", "--quiet", ".", "../colleague")
    colleague = work.parent / "colleague/services/api"
    assert tree(colleague) == tree(work / "services/api")
    assert status(colleague).modified == ()


def test_files_that_the_repository_around_ignores_are_named(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    an_old_repository(work)
    (work / ".gitignore").write_text("*.toml\n")
    assert main(["new", "services/api", "-y"]) == 0
    assert "so not in the commit:\n\n  pyproject.toml\n" in capsys.readouterr().out


def test_files_that_a_fresh_repository_ignores_are_named(work: Path) -> None:
    git(work, "init", "--quiet")
    (work / ".git/info/exclude").write_text("*.toml\n")
    project = new(".", defaults=True)
    assert project.left_out == ["pyproject.toml"]
    assert "pyproject.toml" not in git(work, "ls-files")


def test_a_repository_that_ignores_the_folder_has_no_part_in_it(work: Path) -> None:
    """As with a home folder in which git keeps some files."""
    an_old_repository(work)
    (work / ".gitignore").write_text("/projects/\n")
    assert new("projects/shop", defaults=True).commit
    assert_committed(work / "projects/shop")


@pytest.mark.parametrize("destination", [".", "shop", "services/api"])
@pytest.mark.parametrize("force", [False, True], ids=["plain", "force"])
def test_a_repository_of_another_user_is_reported_as_that(
    work: Path, destination: str, force: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """See vscode-remote-release#10736."""
    git(work, "init", "--quiet")
    before = listing(work)
    # What git has for its own tests of this.
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr("dashgen.project.git.HARMLESS", ("GIT_TEST",))
    with pytest.raises(RepositoryError) as raised:
        new(destination, defaults=True, force=force)
    assert str(raised.value) == (
        f"git does not trust the repository {work}, because it belongs to another user; "
        f"if you trust it, run git config --global --add safe.directory {work}"
    )
    assert listing(work) == before


def test_an_update_says_the_same_of_another_users_repository(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new("shop", defaults=True)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr("dashgen.project.git.HARMLESS", ("GIT_TEST",))
    with pytest.raises(RepositoryError, match=f"safe.directory {work / 'shop'}"):
        status(work / "shop")


@pytest.mark.parametrize("dead", ["an empty folder", "a file that leads nowhere"])
@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a repository"])
def test_what_looks_like_a_repository_and_is_none_is_refused(
    work: Path, dead: str, inside: bool
) -> None:
    if inside:
        an_old_repository(work)
    (work / "shop").mkdir()
    if dead == "an empty folder":
        (work / "shop/.git").mkdir()
    else:
        (work / "shop/.git").write_text("gitdir: /nowhere\n")
    before = listing(work)
    with pytest.raises(RepositoryError, match="is no repository; remove it"):
        new("shop", defaults=True)
    assert listing(work) == before


def test_a_folder_below_a_link_to_a_lost_repository_is_refused(work: Path) -> None:
    (work / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(GitFailedError, match="not a git repository: /nowhere; mend that or pass"):
        new("shop", defaults=True)
    assert listing(work) == [".git"]
    assert new("shop", defaults=True, use_git=False).commit is None


def test_force_writes_what_is_not_there_and_nothing_else(work: Path) -> None:
    (work / "tests").mkdir()
    for path in ("app.py", "tests/conftest.py", "notes.txt"):
        (work / path).write_bytes(MINE)
    (work / "README.md").symlink_to("notes.txt")
    mine = tree(work)
    git(work, "init", "--quiet")

    project = new(".", defaults=True, force=True)

    assert project.existing == dict.fromkeys(
        ["README.md", "app.py", "tests/conftest.py"], Existing.KEEP
    )
    assert set(project.written) == set(project.files) - set(project.existing)
    after = tree(work)
    assert {path: after[path] for path in mine} == mine
    assert set(after) == set(mine) | set(project.files)
    assert (project.commit, git(work, "ls-files")) == (None, "")
    assert "had content" in project.uncommitted


def test_each_file_that_differs_is_settled_on_its_own(work: Path) -> None:
    for path in ("app.py", "README.md", "AGENTS.md"):
        (work / path).write_bytes(MINE)
    (work / "README.md.new").write_bytes(MINE)
    settled = {
        "app.py": Existing.OVERWRITE,
        "README.md": Existing.BESIDE,
        "AGENTS.md": Existing.KEEP,
    }
    somebody = Scripted(files=settled)
    project = new(".", asker=somebody, defaults=True, force=True)
    assert sorted(somebody.asked) == sorted(settled)
    assert (work / "app.py").read_bytes() != MINE
    assert (work / "README.md").read_bytes() == (work / "README.md.new").read_bytes() == MINE
    assert "# " in (work / "README.md.new1").read_text()
    assert (work / "AGENTS.md").read_bytes() == MINE
    again = new(".", defaults=True, force=True, existing=Existing.OVERWRITE)
    assert sorted(again.written) == ["AGENTS.md", "README.md"], "the rest is as it should be"
    assert project.files == again.files


@pytest.mark.skipif(sys.platform == "win32", reason="no such shell")
@pytest.mark.parametrize("name", ["Käse", "it's Käse", "plain"])
def test_the_next_step_works_where_the_output_has_only_ascii(name: str, work: Path) -> None:
    words = ["new", name, "-y", "--no-git", "--name", "Shop", "--package", "shop"]
    done = dashgen(*words, cwd=work, env={"PYTHONIOENCODING": "ascii"})
    (step,) = re.findall("^  cd .*$", done.stdout, re.MULTILINE)
    found = subprocess.run(
        ["bash", "-c", f"{step}; pwd"], cwd=work, capture_output=True, check=True
    )
    assert os.fsdecode(found.stdout).rstrip() == str(work / name)


def test_an_answer_for_all_files_implies_force(work: Path) -> None:
    (work / "app.py").write_bytes(MINE)
    assert main(["new", ".", "-y", "-q"]) == 2
    assert main(["new", ".", "-y", "-q", "--existing", "keep"]) == 0
    assert (work / "app.py").read_bytes() == MINE
    assert main(["new", ".", "-y", "-q", "--existing", "overwrite"]) == 0
    assert (work / "app.py").read_bytes() != MINE


def test_giving_up_at_a_file_changes_nothing(work: Path) -> None:
    for path in ("app.py", "README.md"):
        (work / path).write_bytes(MINE)
    before = tree(work)
    with pytest.raises(KeyboardInterrupt):
        new(".", asker=Scripted(files={"README.md": Existing.OVERWRITE}), defaults=True, force=True)
    assert tree(work) == before


def test_a_failure_half_way_puts_back_what_was_overwritten(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("app.py", "pyproject.toml"):
        (work / path).write_bytes(MINE)
    before = tree(work)
    move = Path.rename
    monkeypatch.setattr(Path, "rename", lambda source, target: failing(source, target))

    def failing(source: Path, target: Path) -> Path:
        if Path(target).name == "pyproject.toml":
            raise OSError(28, "No space left on device")
        return move(source, target)

    with pytest.raises(DestinationUnusableError, match="no space left"):
        new(".", defaults=True, force=True, existing=Existing.OVERWRITE)
    assert tree(work) == before
    assert listing(work) == ["app.py", "pyproject.toml"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [("app.py/x", "folder"), ("tests", "file"), ("tests", "link")],
    ids=["folder in place of a file", "file in place of a folder", "folder that is a link"],
)
def test_what_cannot_be_settled_is_refused(work: Path, path: str, kind: str) -> None:
    (work / "shop").mkdir()
    at = work / "shop" / path
    at.parent.mkdir(exist_ok=True)
    (work / "elsewhere").mkdir()
    at.symlink_to("../elsewhere") if kind == "link" else at.write_bytes(MINE)
    before = listing(work)
    with pytest.raises(DestinationTakenError, match="in the way"):
        new("shop", defaults=True, force=True)
    assert listing(work) == before


def test_a_dry_run_lists_the_files_with_their_sizes_and_writes_nothing(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "shop").mkdir()
    (work / "shop/app.py").write_bytes(MINE)
    assert main(["new", "shop", "-y", "--dry-run", "--force"]) == 0
    listed = capsys.readouterr().out
    assert main(["new", "shop", "-y", "--dry-run", "--force", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert listing(work) == ["shop", "shop/app.py"]

    new("other", answers={"name": "shop", "package": "shop"}, defaults=True)
    real = {path: len(content) for path, (_, content) in tree(work / "other").items()}
    assert said["sizes"] == real
    assert (said["dry_run"], said["existing"], said["commit"]) == (True, {"app.py": "keep"}, None)
    for path, size in real.items():
        assert f"{size:,}  {path}" in listed


def test_an_answer_can_be_changed_as_often_as_one_likes(work: Path) -> None:
    changes = [("storage", "redis"), ("name", "Old"), ("layout", "tabs"), ("name", "New")]
    somebody = Scripted(changes)
    project = new("shop", asker=somebody, answers={"layout": "single"}, use_git=False)
    assert (project.answers["name"], project.answers["layout"]) == ("New", "tabs")
    assert project.answers["storage"] == "redis"
    assert "layout" not in somebody.asked[:7], "it was given"


def test_nothing_is_reviewed_where_nothing_was_asked(work: Path) -> None:
    stated = new("first", defaults=True, dry_run=True).answers
    somebody = Scripted([("storage", "redis")])
    assert new("second", asker=somebody, answers=stated, dry_run=True).answers == stated
    assert somebody.asked == []
