"""A home folder and a git identity of its own for each test, and renders that are made once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashgen.answers import Answers
from dashgen.history import File
from dashgen.update.pristine import Version
from tests.cli.conftest import git_configuration, work

__all__ = ["git_configuration", "work"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home folder, which is the user's."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture(autouse=True, scope="session")
def _renders() -> Iterator[None]:
    """Render what was rendered before from memory: the same version, answers and source."""
    render = Version.render
    known: dict[Any, dict[str, File]] = {}

    def remember(self: Version, answers: Answers) -> dict[str, File]:
        key = (self.tag, self.recorded_source, *sorted(answers.items()))
        if key not in known:
            known[key] = render(self, answers)
        return dict(known[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Version, "render", remember)
        yield
