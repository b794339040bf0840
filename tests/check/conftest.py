"""What the linter's tests share: a project of a few files, and what is found in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen.check.findings import Finding
from dashgen.commands.check import check

Found = Callable[..., list[Finding]]


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    """Return what checks a project of some files, `app.py` where only a text is given."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "setup.cfg").touch()
    monkeypatch.chdir(project)

    def run(files: str | dict[str, str], *paths: str, **options: list[str]) -> list[Finding]:
        for name, text in ({"app.py": files} if isinstance(files, str) else files).items():
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return list(check([Path(path) for path in paths], **options).findings)

    return run
