"""A page is one thing: without its folder and its test, the rest is as sound as before."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.projects import DELAYS, Variant, choices, environment, render

PAGES = ("explore", *DELAYS)
CHECKS = ("ruff check --quiet", "ruff format --check --quiet", "mypy", "pytest -q")


def check(project: Path) -> None:
    """Run what the README says before a commit."""
    for command in CHECKS:
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            cwd=project,
            env=environment(0),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def remove(project: Path, page: str) -> None:
    shutil.rmtree(project / "myapp/pages" / page)
    (project / f"tests/pages/test_{page}.py").unlink()


@pytest.mark.parametrize("layout", choices("layout"))
def test_pages_are_removed_by_two_paths_each(layout: str, tmp_path: Path) -> None:
    project = render(tmp_path, Variant(layout=layout))
    first = PAGES[choices("layout").index(layout) % len(PAGES)]
    remove(project, first)
    check(project)
    for page in PAGES:
        if page != first:
            remove(project, page)
    check(project)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_outside_of_them_names_a_page(page: str, tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    remove(project, page)
    for file in [*project.glob("myapp/**/*"), *project.glob("tests/**/*")]:
        if file.is_file():
            assert page not in file.read_text().lower(), file
