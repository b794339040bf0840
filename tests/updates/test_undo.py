"""An update that is undone, interrupted or cut off leaves the project exactly as it was."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen import system
from dashgen.cli import main
from dashgen.commands import update as module
from dashgen.commands.update import abort, update
from dashgen.errors import (
    DirtyRepositoryError,
    ExitCode,
    NothingToAbortError,
    RepositoryError,
    RestoreError,
    UpdateBusyError,
    UpdateUnfinishedError,
    WriteError,
)
from dashgen.project.journal import APPLYING, DONE, Journal
from dashgen.project.repository import Repository
from tests.cli.conftest import signal_handlers
from tests.cli.helpers import git

from .lab import Template, commit, project, write
from .releases import RELEASES
from .test_edits import State, state

__all__ = ["signal_handlers"]

CHANGES = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template"), RELEASES)


@pytest.fixture
def shop(template: Template, work: Path) -> Path:
    """Return a project with unusual modes and something for every kind of step."""
    shop = project(work / "shop", template.fresh("v0.1.0"))
    (shop / "notes/guide.md").chmod(0o600)
    (shop / "app.py").chmod(0o755)
    (shop / "notes/shop_legacy.py").chmod(0o640)
    # A folder that the update empties.
    (shop / "notes").chmod(0o750)
    commit(shop)
    return shop


def apply(shop: Path, template: Template) -> None:
    update(shop, template=str(template.path), answers={"background": "none"})


def look(shop: Path, template: Template) -> None:
    """Preview the update, so that the children which this process forks need not render."""
    path, answers = str(template.path), {"background": "none"}
    update(shop, template=path, answers=answers, confirm=lambda _: False)


def run_until(stop: Callable[[], None], step: int, shop: Path, template: Template) -> bool:
    """Update in a child process and stop it before the given step; say whether it came to that."""
    child = os.fork()
    if not child:
        count = 0

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            if event in CHANGES and not (event == "open" and "r" in str(arguments[1])):
                count += 1
                if count == step:
                    stop()

        class Confirmed:
            def __call__(self, _: object) -> bool:
                sys.addaudithook(watch)
                return True

        try:
            update(
                shop,
                template=str(template.path),
                answers={"background": "none"},
                confirm=Confirmed(),
            )
        except KeyboardInterrupt:
            os._exit(1)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def crash() -> None:
    os._exit(9)


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("first", [0, 3])
def test_a_crash_at_any_step_can_be_undone(first: int, shop: Path, template: Template) -> None:
    before = state(shop)
    step, cut_off = 1 + first, 0
    look(shop, template)
    # Every sixth step, the tests together every third.
    while run_until(crash, step, shop, template):
        step += 6
        if state(shop) == before and not Journal(Repository.find(shop)).unfinished:
            continue
        cut_off += 1
        with pytest.raises((UpdateUnfinishedError, DirtyRepositoryError)):
            apply(shop, template)
        abort(shop)
        assert state(shop) == before, f"stopped before step {step - 6}"
        assert git(shop, "status", "--porcelain") == ""
    assert cut_off > 5


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_an_interrupt_in_the_middle_undoes_what_was_written(shop: Path, template: Template) -> None:
    before = state(shop)
    look(shop, template)
    for step in range(8, 80, 12):
        assert run_until(interrupt, step, shop, template), f"it has fewer than {step} steps"
        assert state(shop) == before


@pytest.mark.parametrize("name", [APPLYING, DONE])
def test_an_interrupt_at_the_beginning_or_the_end_undoes_all(
    name: str, shop: Path, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(shop)
    replace = system.replace
    seen: list[str] = []

    def interrupted(old: Path, new: Path) -> None:
        replace(old, new)
        if new.name == name and not seen:
            seen.append(name)
            raise KeyboardInterrupt

    monkeypatch.setattr(system, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        apply(shop, template)
    assert state(shop) == before
    with pytest.raises(NothingToAbortError):
        abort(shop)


def test_a_file_that_cannot_be_written_undoes_the_others(
    shop: Path, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(shop)
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name == "pyproject.toml":
            monkeypatch.undo()
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    home = os.environ["HOME"]
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(WriteError, match=r"cannot write .*pyproject\.toml: no space left"):
        apply(shop, template)
    assert state(shop) == before
    os.environ["HOME"] = home


def fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        if self.name.startswith(".dashgen-"):
            write(self, b"")
            raise OSError(28, "No space left on device")
        return write(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)


def test_a_full_disk_leaves_what_was_not_touched_and_names_the_users_file(work: Path) -> None:
    releases = {tag: {f"template/project/{n}.md": tag for n in "ab"} for tag in ("v1.0", "v2.0")}
    template = Template(work / "template", releases)
    shop = project(work / "shop", template.fresh("v1.0"))
    before = state(shop)
    with pytest.MonkeyPatch.context() as patch:
        fill_the_disk(patch)
        with pytest.raises(WriteError, match=r"cannot write \S+/shop/[\w.-]+: no space left") as no:
            update(shop, template=str(template.path))
    assert "/.dashgen-" not in str(no.value)
    assert state(shop) == before
    assert not Journal(Repository.find(shop)).unfinished


@pytest.mark.usefixtures("signal_handlers")
def test_what_a_full_disk_does_not_let_put_back_is_put_back_later(
    shop: Path, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(shop)
    words = ["update", str(shop), "--json", "-y", "--template", str(template.path)]
    with pytest.MonkeyPatch.context() as patch:
        fill_the_disk(patch)
        assert main([*words, "--background", "none"]) == ExitCode.FAILED
        error = json.loads(capsys.readouterr().out)["error"]
        assert "only partly put back: cannot write" in error["message"]
        assert "run dashgen update --abort" in error["hint"]
        assert Journal(Repository.find(shop)).unfinished
    assert not list(shop.rglob(".dashgen-*"))
    abort(shop)
    assert state(shop) == before


def test_an_abort_that_was_cut_off_is_unfinished_and_keeps_the_edits(
    shop: Path, template: Template
) -> None:
    before = state(shop)
    apply(shop, template)
    (shop / "notes/guide.md").write_bytes(b"resolved by hand\n")
    with pytest.MonkeyPatch.context() as patch:
        fill_the_disk(patch)
        with pytest.raises(RestoreError):
            abort(shop)
    with pytest.raises(UpdateUnfinishedError):
        apply(shop, template)
    (copy,) = abort(shop).edits.values()
    assert copy.read_bytes() == b"resolved by hand\n"
    assert state(shop) == before


def test_an_abort_after_the_update(shop: Path, template: Template) -> None:
    before = state(shop)
    apply(shop, template)
    assert state(shop) != before
    assert set(abort(shop).files) >= {"pyproject.toml", "notes/guide.md"}
    assert state(shop) == before
    with pytest.raises(NothingToAbortError, match="no update to abort"):
        abort(shop)


def test_what_was_edited_after_the_update_is_kept_when_it_is_undone(
    shop: Path, template: Template
) -> None:
    before = state(shop)
    apply(shop, template)
    (shop / "notes/guide.md").write_bytes(b"resolved by hand\n")
    (shop / "notes/added.md").unlink()
    (edited,) = abort(shop).edits.items()
    assert edited[0] == "notes/guide.md"
    assert edited[1].read_bytes() == b"resolved by hand\n"
    assert state(shop) == before


def test_what_is_committed_is_left_to_git(shop: Path, template: Template) -> None:
    apply(shop, template)
    commit(shop)
    after = state(shop)
    with pytest.raises(NothingToAbortError, match="new commits"):
        abort(shop)
    assert state(shop) == after
    (shop / "app.py").write_bytes(b"mine\n")
    with pytest.raises(DirtyRepositoryError) as refused:
        apply(shop, template)
    assert refused.value.hint == "commit or stash them"


def test_a_commit_of_another_project_does_not_hide_an_update(
    template: Template, work: Path
) -> None:
    git(work, "init", "--quiet", "mono")
    shop, other = work / "mono/apps/shop", work / "mono/other.txt"
    shop.parent.mkdir()
    write(shop, template.fresh("v0.1.0"))
    commit(work / "mono")
    before = state(shop)
    for cut_off in (True, False):
        apply(shop, template)
        journal = Journal(Repository.find(shop))
        if cut_off:
            system.replace(journal.folder / DONE, journal.folder / APPLYING)
        other.write_text(f"{cut_off}\n")
        git(work / "mono", "add", "other.txt")
        git(work / "mono", "commit", "--quiet", "--message", "elsewhere")
        journal = Journal(Repository.find(shop))
        assert journal.unfinished is cut_off
        assert journal.undoable
        abort(shop)
        assert state(shop) == before


def test_two_updates_of_one_project_at_once(shop: Path, template: Template) -> None:
    before: State = state(shop)
    with Journal(Repository.find(shop)).locked(), pytest.raises(UpdateBusyError):
        apply(shop, template)
    assert state(shop) == before


def test_a_repository_that_another_git_writes(shop: Path) -> None:
    lock = shop / ".git/index.lock"
    lock.touch()
    with pytest.raises(RepositoryError, match=f"{lock}': File exists.; is another git at work"):
        Repository.find(shop).git("update-index", "--force-remove", "app.py")


def test_an_edit_made_while_the_preview_is_shown_is_not_overwritten(
    shop: Path, template: Template
) -> None:
    def edit(_: module.Update) -> bool:
        (shop / "notes/guide.md").write_bytes(b"mine\n")
        return True

    with pytest.raises(DirtyRepositoryError):
        update(shop, template=str(template.path), confirm=edit)
    assert (shop / "notes/guide.md").read_bytes() == b"mine\n"
