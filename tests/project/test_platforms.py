"""What a project names is there on Windows and on macOS, whatever was chosen."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.projects import Variant, render, vary

VARIANTS = vary("storage", "background")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the packages of all projects, so that one run of mypy reads them."""
    folder = tmp_path_factory.mktemp("platforms")
    for variant in VARIANTS:
        project = render(folder / str(variant), variant)
        (project / "myapp").rename(folder / name_of(variant))
        (project / "pyproject.toml").replace(folder / "pyproject.toml")
    return folder


def name_of(variant: Variant) -> str:
    return f"myapp_{variant.storage or 'own'}_{variant.background or 'own'}"


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_no_name_is_missing_there(packages: Path, platform: str) -> None:
    names = [f"{name_of(variant)}/core" for variant in VARIANTS]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--ignore-missing-imports", "--platform", platform, *names],
        cwd=packages,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
