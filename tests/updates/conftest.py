"""A home folder and a git identity of its own for each test."""

from pathlib import Path

import pytest

from tests.cli.conftest import git_configuration, work

__all__ = ["git_configuration", "work"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home folder, which is the user's."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder
