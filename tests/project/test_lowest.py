"""The lowest versions that a project allows are enough for it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import uv

from dashgen.releases import installed
from tests.support.process import free_port, running
from tests.support.projects import Variant, environment, render
from tests.support.services import Services
from tests.support.variants import pairs


def required(variant: Variant) -> frozenset[str]:
    """Return what the choices of a variant require; the rest is the same in every project."""
    facts = {question.name: question.default for question in installed.own_template().questions}
    return frozenset(
        requirement
        for axis in ("storage", "background")
        for requirement in facts[f"{axis}_registry"][variant.answers()[axis]]["requirements"]
    )


def each_requirement() -> list[Variant]:
    """Return the first variants that together require everything, the default among them."""
    found: list[Variant] = []
    known: set[str] = set()
    for variant in pairs():
        if not required(variant) <= known:
            known |= required(variant)
            found.append(variant)
    return found


def run(project: Path, *command: str, env: dict[str, str]) -> None:
    """Run a command in a project, whose environment is its own."""
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("variant", each_requirement(), ids=str)
def test_a_project_runs_with_the_lowest_versions_that_it_allows(
    variant: Variant, tmp_path: Path, services: Services
) -> None:
    project = render(tmp_path, variant)
    lowest = ["--resolution", "lowest-direct", "--quiet", "--python", sys.executable]
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    env["UV_PROJECT_ENVIRONMENT"] = str(tmp_path / "environment")
    run(project, uv.find_uv_bin(), "sync", *lowest, env=env)
    listed = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    (dash,) = (one for one in listed if one.startswith("dash>="))
    version = dash.removeprefix("dash>=").partition(",")[0]
    python = str(tmp_path / "environment/bin/python")
    run(project, python, "-c", f"import dash; assert dash.__version__ == {version!r}", env=env)
    settings = services.env(variant)
    run(project, python, "-m", "pytest", "-q", env={**env, **settings})
    port = free_port()
    command = [python, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "app:server"]
    served = environment(port, settings)
    with running(command, log=tmp_path / "log", cwd=project, env=served, port=port):
        pass  # it has answered /health
