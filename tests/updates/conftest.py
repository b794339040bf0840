"""A home folder and a git identity of its own for each test, and renders that are made once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashgen.files import File
from dashgen.releases.sources import TemplateVersion
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
    render = TemplateVersion.rendered
    known: dict[Any, dict[str, File]] = {}

    def remember(self: TemplateVersion, name: str, answers: Mapping[str, Any]) -> dict[str, File]:
        key = (self.tag, self.source, name, repr(sorted(answers.items())))
        if key not in known:
            known[key] = render(self, name, answers)
        return dict(known[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TemplateVersion, "rendered", remember)
        yield
