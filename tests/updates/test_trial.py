"""After an update the app is tried in the project's own environment."""

import sys
from pathlib import Path

import pytest

from dashgen.cli import main
from dashgen.commands.trial import Result
from dashgen.commands.update import abort, update
from dashgen.errors import ExitCode
from dashgen.project import environment
from tests.cli.conftest import signal_handlers
from tests.cli.helpers import tree

from .lab import commit, fresh, own_version, project

__all__ = ["signal_handlers"]


@pytest.fixture
def shop(work: Path) -> Path:
    """Return a committed project with an environment, which is that of these tests."""
    shop = project(work / "shop", fresh(own_version()))
    own = shop / ".venv/bin/python"
    own.parent.mkdir(parents=True)
    own.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    own.chmod(0o755)
    return shop


def edited(shop: Path, path: str, old: str, new: str) -> None:
    text = (shop / path).read_text()
    assert old in text
    (shop / path).write_text(text.replace(old, new, 1))
    commit(shop)


def break_it(shop: Path) -> None:
    """Import what only the present layout has."""
    with (shop / "app.py").open("a") as file:
        file.write("import shop.core.records\n")
    commit(shop)


def test_an_app_that_starts(shop: Path) -> None:
    assert update(shop, answers={"layout": "tabs"}).trial.result is Result.STARTS


@pytest.mark.usefixtures("signal_handlers")
def test_what_broke_is_a_line_an_exit_code_and_the_way_back(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(shop)
    before = tree(shop)
    monkeypatch.chdir(shop)
    assert main(["update", "-y", "--storage", "memory"]) == ExitCode.BROKEN
    out = capsys.readouterr().out
    assert "The app does not start any more: ModuleNotFoundError: No module named" in out
    assert "shop.core.records" in out
    assert "dashgen update --abort puts everything back as it was." in out
    assert main(["update", "--abort"]) == 0
    assert tree(shop).keys() >= before.keys()
    assert main(["update", "-y", "--storage", "memory", "--no-try"]) == 0
    assert "start" not in capsys.readouterr().out.replace("starts it", "")


@pytest.mark.usefixtures("signal_handlers")
def test_an_interrupted_try_says_that_the_update_is_written(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(shop)
    monkeypatch.chdir(shop)

    def fault(project: Path) -> str:
        if tree(shop) == before:
            return ""
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "fault", fault)
    assert main(["update", "-y", "--layout", "tabs"]) == ExitCode.INTERRUPTED
    said = capsys.readouterr().err
    assert "but the update is written" in said
    assert "dashgen update --abort" in said
    assert "cancelled" not in said
    abort(shop)
    assert tree(shop) == before


def test_an_app_that_did_not_start_before_is_not_the_updates_fault(shop: Path) -> None:
    edited(shop, "app.py", "import", "import nothing_of_the_kind, ")
    trial = update(shop, answers={"layout": "tabs"}).trial
    assert trial.result is Result.FAULTY
    abort(shop)


def test_what_the_environment_lacks_is_not_called_broken(shop: Path) -> None:
    (shop / ".venv/lib/python3.11/site-packages").mkdir(parents=True)
    trial = update(shop, answers={"storage": "redis"}).trial
    assert trial.result is Result.NOT_TRIED
    assert "lacks" in trial.reason
    assert "uv sync" in trial.reason


@pytest.mark.usefixtures("signal_handlers")
@pytest.mark.parametrize("slow", ["before, too", "afterwards"])
def test_a_try_that_takes_too_long_says_nothing_about_the_app(
    slow: str, shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only server-side stores have this file.
    waits = (
        "exec sleep 600"
        if slow == "before, too"
        else "[ -e shop/core/records.py ] || exec sleep 600"
    )
    (shop / ".venv/bin/python").write_text(f"#!/bin/sh\n{waits}\n")
    monkeypatch.setattr(environment, "START_SECONDS", 2.0)
    assert main(["update", str(shop), "-y", "--storage", "memory"]) == 0
    out = capsys.readouterr().out
    assert "The app was not tried: it gave no answer within" in out
    assert ("before the update" in out) is (slow == "before, too")
    assert "does not start" not in out


@pytest.mark.usefixtures("signal_handlers")
def test_a_conflict_in_pyproject_stops_uv_and_is_said(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = project(work / "shop", fresh(own_version()))
    edited(shop, "pyproject.toml", '    "diskcache', '    "httpx>=0.28,<1",\n    "diskcache')
    assert main(["update", str(shop), "-y", "--storage", "redis"]) == ExitCode.BROKEN
    out = capsys.readouterr().out
    assert "uv cannot read pyproject.toml" in out
    assert "resolve pyproject.toml" in out
