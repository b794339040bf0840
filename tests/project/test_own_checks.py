"""A generated project passes its own checks, unchanged."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import uv

from tests.support.projects import AXES, Variant, render, vary
from tests.support.services import Services

README_CHECKS = ["pytest", "ruff format --check", "ruff check", "mypy"]


@pytest.fixture(scope="module")
def types_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep what mypy learns of the libraries from one variant to the next."""
    return tmp_path_factory.mktemp("mypy")


def check(project: Path, command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("variant", vary(*AXES), ids=str)
def test_every_choice_is_formatted_linted_typed_and_tested(
    variant: Variant, tmp_path: Path, types_cache: Path, services: Services
) -> None:
    project = render(tmp_path, variant)
    env = {**os.environ, "MYPY_CACHE_DIR": str(types_cache), **services.env(variant)}
    for command in README_CHECKS:
        check(project, [sys.executable, "-m", *command.split()], env)


def test_the_environment_of_its_own_pyproject_is_enough(tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = [uv.find_uv_bin(), "run", "--python", sys.executable]
    check(project, [*command, "pytest"], kept)
    for tool in README_CHECKS[1:]:
        check(project, [*command, *tool.split()], kept)
    check(project, [*command, "python", "-c", "import app; assert app.server"], kept)
    assert (project / ".venv").is_dir()


def test_the_readme_of_the_project_names_the_checks(tmp_path: Path) -> None:
    readme = (render(tmp_path, Variant()) / "README.md").read_text()
    for command in README_CHECKS:
        assert f"uv run {command.removesuffix(' --check')}" in readme
    assert shutil.which("uv"), "the README's commands need uv, which dashgen installs"
