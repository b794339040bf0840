"""What a project names is there on Windows and on macOS, whatever was chosen."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.projects import Variant, render, vary

VARIANTS = vary("storage", "background")
# What the libraries are is no matter here, and takes mypy most of its time.
CONFIG = """
[mypy-app]
ignore_missing_imports = true
[mypy]
warn_unreachable = true
disable_error_code = import-untyped
[mypy-dash.*,dash_ag_grid.*,dash_mantine_components.*,pandas.*,plotly.*,numpy.*,flask.*,werkzeug.*]
follow_imports = skip
[mypy-celery.*,kombu.*,sqlalchemy.*,pymongo.*,pydantic.*,pydantic_settings.*,redis.*,diskcache.*]
follow_imports = skip
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the packages of all projects, so that one run of mypy reads them."""
    folder = tmp_path_factory.mktemp("platforms")
    for variant in VARIANTS:
        project = render(folder / str(variant), variant)
        (project / "myapp").rename(folder / name_of(variant))
    (folder / "mypy.ini").write_text(CONFIG)
    return folder


def name_of(variant: Variant) -> str:
    return f"myapp_{variant.storage or 'own'}_{variant.background or 'own'}"


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_no_name_is_missing_there(packages: Path, platform: str) -> None:
    names = [name_of(variant) for variant in VARIANTS]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--platform", platform, *names],
        cwd=packages,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
