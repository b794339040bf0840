"""A generated project stands on its own: its environment, its checks, its servers."""

import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import uv

from tests.support.process import free_port, running
from tests.support.projects import Variant, environment, render
from tests.support.services import Services
from tests.support.variants import pairs

PAIRS = pairs()
README_CHECKS = ["pytest --cov", "ruff format --check", "ruff check", "mypy"]
SERVERS = {
    "development": "python app.py",
    "production": "gunicorn --no-control-socket -b 127.0.0.1:{port} app:server",
}


@dataclass(frozen=True)
class Place:
    """A folder in which projects take turns, so that mypy and uv find again what they know."""

    folder: Path

    def put(self, variant: Variant) -> Path:
        """Render a variant, and make the environment that its `pyproject.toml` asks for."""
        shutil.rmtree(self.folder / "myapp", ignore_errors=True)
        project = render(self.folder, variant)
        self.run(project, [uv.find_uv_bin(), "sync", "--quiet", "--python", sys.executable])
        return project

    @property
    def env(self) -> dict[str, str]:
        """The settings of the project's tools: its own environment, and nothing of this run's."""
        environment = self.folder / "environment"
        foreign = {"VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"}
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        return kept | {
            "UV_PROJECT_ENVIRONMENT": str(environment),
            "MYPY_CACHE_DIR": str(self.folder / "mypy"),
            "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }

    def run(
        self, project: Path, command: list[str], extra: Mapping[str, str] | None = None
    ) -> None:
        done = subprocess.run(
            command, cwd=project, env={**self.env, **(extra or {})}, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("own"))


@pytest.mark.first_for_each("background")
@pytest.mark.parametrize("variant", PAIRS, ids=str)
def test_its_own_environment_runs_its_checks_and_serves_it(
    variant: Variant, place: Place, services: Services, tmp_path: Path
) -> None:
    project = place.put(variant)
    settings = services.env(variant)
    for check in README_CHECKS:
        # How much they cover is asked once: measuring it takes as long as they do.
        measured = check if variant == PAIRS[0] else check.removesuffix(" --cov")
        place.run(project, measured.split(), settings)
    for name, command in SERVERS.items():
        port = free_port()
        with (
            running(
                command.format(port=port).split(),
                log=tmp_path / f"{name}.log",
                cwd=project,
                env={
                    **environment(port, settings),
                    "PATH": place.env["PATH"],
                    "WEB_CONCURRENCY": "1",
                },
                port=port,
            ) as process,
            urllib.request.urlopen(f"{process.url}/health", timeout=30) as answer,
        ):
            assert answer.read() == b"OK"


def test_its_hooks_let_pass_what_is_generated_and_stop_what_is_not_formatted(
    place: Place,
) -> None:
    project = place.put(PAIRS[0])
    hooks = [uv.find_uv_bin(), "tool", "run", "--quiet", "pre-commit", "run", "--all-files"]
    place.run(project, ["git", "init", "--quiet"])
    place.run(project, ["git", "add", "--all"])
    place.run(project, hooks)
    (project / "app.py").write_text("x = {  }\n")
    with pytest.raises(AssertionError, match="1 file reformatted"):
        place.run(project, hooks)


def test_the_readme_of_the_project_names_the_checks(tmp_path: Path) -> None:
    readme = (render(tmp_path, Variant()) / "README.md").read_text()
    for command in README_CHECKS:
        assert f"uv run {command.removesuffix(' --check')}" in readme
    assert shutil.which("uv"), "the README's commands need uv, which dashgen installs"
