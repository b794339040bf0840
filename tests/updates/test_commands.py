"""The three commands on the command line: what they print, and their exit codes."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from dashgen.cli import main
from dashgen.commands.new import new
from dashgen.errors import ExitCode
from dashgen.releases import installed
from tests.cli.conftest import signal_handlers
from tests.cli.helpers import git, tree

from .lab import Template, commit, project
from .releases import RELEASES
from .test_refused import half_done

__all__ = ["signal_handlers"]
pytestmark = pytest.mark.usefixtures("signal_handlers")

Run = Callable[..., str]


@pytest.fixture
def shop(work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a committed project, which is the current folder."""
    path = new("shop", defaults=True).path
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line, check the exit code, return what it prints on standard output."""

    def call(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert main(list(words)) == code
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return call


def edit(shop: Path) -> None:
    storage = shop / "shop/core/storage.py"
    storage.write_text("# Mine.\n" + storage.read_text().partition("\n")[2])
    commit(shop)


def test_an_update_with_a_conflict_says_what_happened_and_what_to_do(shop: Path, run: Run) -> None:
    edit(shop)
    before = tree(shop)
    out = run("update", "-y", "--storage", "redis", code=ExitCode.CONFLICTS)
    registry = next(
        q.default for q in installed.own_template().questions if q.name == "storage_registry"
    )
    for pattern in (
        r"^  storage: sqlite → redis$",
        r"^  changed   pyproject\.toml$",
        r"^  conflict  shop/core/storage\.py \(\d places?\)$",
        r"^Updated: \d+ changed, 2 removed, 1 conflict\. Nothing is committed\.$",
        rf"^Your data in sqlite: {re.escape(registry['sqlite']['switch'])}\.$",
        r"^Conflicts, for you to resolve:$",
        r"^Next:\n\n  resolve shop/core/storage\.py in an editor, or with git mergetool$",
        r"^  git add shop/core/storage\.py$",
        r"^  git add --all && git commit$",
        r"^dashgen update --abort puts everything back as it was\.$",
    ):
        assert re.search(pattern, out, re.MULTILINE), f"{pattern}\n{out}"
    assert "<<<<<<< yours\n# Mine.\n" in (shop / "shop/core/storage.py").read_text()
    assert git(shop, "rev-list", "--count", "HEAD") == "2"

    assert "Put back" in run("update", "--abort")
    assert tree(shop) == before


def test_a_dry_run_shows_the_same_and_writes_nothing(shop: Path, run: Run) -> None:
    edit(shop)
    before = tree(shop)
    shown = run("update", "--storage", "redis", "--dry-run")
    assert re.search(r"^Would be: \d+ changed, 2 removed, 1 conflict$", shown, re.MULTILINE)
    assert tree(shop) == before
    done = run("update", "-y", "--storage", "redis", code=ExitCode.CONFLICTS)
    preview, _, _ = shown.partition("Would be")
    assert done.startswith(preview)


def test_a_dry_run_shows_the_lines_on_request(shop: Path, run: Run) -> None:
    before = tree(shop)
    out = run("update", "--storage", "redis", "--dry-run", "--diff")
    assert "\n+++ b/pyproject.toml\n" in out
    assert re.search(r'^\+    "redis>=', out, re.MULTILINE)
    assert tree(shop) == before
    said = json.loads(run("update", "--storage", "redis", "--dry-run", "--diff", "--json"))
    assert "+++ b/pyproject.toml" in said["diff"]


@pytest.mark.parametrize(
    "words",
    [
        ("update", "--layout", "tabs"),
        ("add", "page", "notes", "--kind", "blank"),
        ("remove", "page", "reports"),
        ("rename", "page", "reports", "exports"),
    ],
    ids=lambda words: words[0],
)
def test_without_a_terminal_it_writes_only_where_it_is_told_to(
    words: tuple[str, ...], shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(shop)
    assert main(list(words)) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert ".copier-answers.yml" in out
    assert "no terminal to ask whether to apply this; pass --yes" in err
    assert tree(shop) == before
    assert main([*words, "-y"]) == 0
    assert tree(shop) != before


def test_the_next_step_names_no_file_that_is_gone(shop: Path, run: Run) -> None:
    ids = shop / "shop/pages/reports/ids.py"
    ids.write_text(ids.read_text().replace('"reports-run', '"mine-reports-run'))
    commit(shop)
    words = ["rename", "page", "reports", "jobs", "-y", "--no-try", "--conflict", "rej"]
    out = run(*words, code=ExitCode.CONFLICTS)
    offer = "shop/pages/jobs/ids.py.rej"
    assert f"\n  copy the changes that you want from {offer}, then delete that\n" in out


def test_yes_asks_for_no_name_either(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("add", "remove", "rename"):
        assert main([command, "page", "-y"]) == ExitCode.USAGE
        assert "the page has no NAME" in capsys.readouterr().err


def test_nothing_to_do(shop: Path, run: Run) -> None:
    assert "Nothing to do" in run("update")
    assert "Nothing to do" in run("update", "--storage", "sqlite")


def test_json_is_one_object(shop: Path, run: Run) -> None:
    def asked(*words: str, code: int = 0) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(run(*words, "--json", code=code))
        return content

    edit(shop)
    done = asked("update", "-y", "--storage", "redis", code=ExitCode.CONFLICTS)
    assert done["written"]
    assert done["conflicts"] == ["shop/core/storage.py"]
    assert {file["outcome"] for file in done["files"]} == {"changed", "removed", "conflict"}
    assert [(answer["from"], answer["to"]) for answer in done["answers"]] == [("sqlite", "redis")]
    assert "shop/core/storage.py" in asked("update", "--abort")["restored"]
    assert asked("status")["modified"] == ["shop/core/storage.py"]
    assert "+# Mine." in asked("diff")["diff"]
    (shop / "app.py").write_text("mine\n")
    assert asked("update", code=1)["error"]["type"] == "DirtyRepositoryError"


def test_status_of_a_project_as_it_was_made(shop: Path, run: Run) -> None:
    out = run("status", "--check")
    assert "the newest here" in out
    assert re.search(r"^  storage +sqlite$", out, re.MULTILINE)
    assert "No file differs" in out


def test_markers_of_a_rebase_are_not_put_down_to_an_update(shop: Path, run: Run) -> None:
    half_done(shop, "rebase")
    assert "Earlier updates and the unfinished rebase left these" in run("status")


def test_status_names_what_differs(shop: Path, run: Run) -> None:
    (shop / "app.py").write_text("mine\n")
    (shop / "README.md").unlink()
    (shop / "mine.py").write_text("mine\n")
    # Something that is no file is in the place of one.
    for name in (".env.example", "pyproject.toml"):
        (shop / name).unlink()
    (shop / ".env.example").mkdir()
    (shop / "pyproject.toml").symlink_to("nowhere")
    out = run("status", "--check", code=ExitCode.DIFFERS)
    names = (".env.example", "app.py", "pyproject.toml")
    assert [f"  modified  {name}" for name in names] == out.splitlines()[-4:-1]
    assert out.endswith("\n  deleted   README.md\n")
    assert run("status") == out


def test_status_says_that_a_newer_template_is_there(
    tmp_path: Path, work: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = Template(tmp_path / "template", RELEASES)
    shop = project(work / "shop", template.fresh("v0.1.0"))
    monkeypatch.chdir(shop)
    words = ("status", "--check", "--template", str(template.path))
    assert "v0.3.0 is there: dashgen update" in run(*words, code=ExitCode.OUTDATED)
    run("update", "-y", "--to", "0.3.0", "--template", str(template.path))
    commit(shop)
    assert "template v0.3.0, the newest here" in run(*words)


def test_status_says_that_the_project_is_newer(
    tmp_path: Path, work: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The newest version is a final one.
    template = Template(tmp_path / "template", {"v0.1.0": {}, "v0.2.0rc1": {}})
    monkeypatch.chdir(project(work / "shop", template.fresh("v0.2.0rc1")))
    out = run("status", "--check", "--template", str(template.path))
    assert "template v0.2.0rc1, newer than this dashgen's v0.1.0" in out


def test_a_template_may_be_a_git_repository(tmp_path: Path, work: Path, run: Run) -> None:
    template = Template(tmp_path / "template", RELEASES)
    git(tmp_path, "clone", "--quiet", str(template.path), "repository")
    repository = str(tmp_path / "repository")
    shop = project(work / "shop", template.fresh("v0.1.0"))
    run("update", "-y", str(shop), "--template", repository)
    assert f"_src_path: {repository}" in (shop / ".copier-answers.yml").read_text()
    assert "_commit: v0.3.0" in (shop / ".copier-answers.yml").read_text()


def test_diff_is_a_patch_back_to_the_template(shop: Path, run: Run) -> None:
    assert run("diff").strip() == ""
    before = tree(shop)
    edit(shop)
    (shop / "README.md").unlink()
    patch = run("diff")
    (shop / "../a.patch").write_text(patch)
    git(shop, "apply", "--reverse", "../a.patch")
    assert tree(shop) == before


def test_a_project_needs_no_git_for_its_status(
    shop: Path, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(work))
    assert main(["status", str(shop)]) == 0
    assert main(["diff", str(shop)]) == ExitCode.FAILED
    said = capsys.readouterr()
    assert "No file differs" in said.out
    assert said.err == "error: git is not on the PATH; install git\n"


def test_a_project_needs_no_commit_for_its_status(work: Path, run: Run) -> None:
    new("shop", defaults=True, use_git=False)
    git(work / "shop", "init", "--quiet")
    assert "No file differs" in run("status", "shop")


def test_a_project_needs_no_repository_for_its_status(work: Path, run: Run) -> None:
    new("shop", defaults=True, use_git=False)
    assert "No file differs" in run("status", "shop")


@pytest.mark.parametrize(("key", "written"), [("n", False), ("\r", True)])
def test_at_a_terminal_it_asks_before_it_writes(key: str, written: bool, shop: Path) -> None:
    before = tree(shop)
    child = pexpect.spawn(
        sys.executable, ["-m", "dashgen", "update", "--layout", "tabs"], timeout=60
    )
    child.expect("layout: sidebar → tabs".encode())
    child.expect(b"Apply this")
    assert tree(shop) == before
    child.send(key.encode())
    child.expect(b"Updated: " if written else b"Cancelled")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert (tree(shop) != before) == written
