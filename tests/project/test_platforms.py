"""What runs on which system: names that are there, the production server, the workflows."""

import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.cli.helpers import CHECKOUT
from tests.support.process import free_port, running
from tests.support.projects import Variant, environment, render, vary

from .test_delivery import BIN, ZIZMOR, check

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
[mypy-celery.*,kombu.*,psycopg.*,pymongo.*,pydantic.*,pydantic_settings.*,redis.*,diskcache.*]
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


def test_the_workflows_are_sound(tmp_path: Path) -> None:
    (tmp_path / "zizmor.yml").write_text(ZIZMOR)
    workflows = sorted(CHECKOUT.glob(".github/workflows/*.yml"))
    assert "systems.yml" in [path.name for path in workflows]
    schema = ("--builtin-schema", "vendor.github-workflows")
    check(BIN / "check-jsonschema", *schema, *workflows, cwd=CHECKOUT)
    zizmor = (BIN / "zizmor", "--offline", "--quiet", "--config", tmp_path / "zizmor.yml")
    check(*zizmor, *workflows, cwd=CHECKOUT)


def test_one_command_starts_the_production_server_of_each_system(tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    settings = tomllib.loads((project / "pyproject.toml").read_text())
    asked = [Requirement(words) for words in settings["project"]["dependencies"]]
    servers = {
        platform: {
            one.name
            for one in asked
            if one.marker and one.marker.evaluate({"sys_platform": platform})
        }
        for platform in ("linux", "darwin", "win32")
    }
    assert servers == {"linux": {"gunicorn"}, "darwin": {"gunicorn"}, "win32": {"waitress"}}
    assert "\nuv run python -m myapp\n" in (project / "README.md").read_text()
    port = free_port()
    with (
        running(
            [sys.executable, "-m", "myapp"],
            log=tmp_path / "log",
            cwd=project,
            env=environment(port),
            port=port,
        ) as process,
        urllib.request.urlopen(f"{process.url}/ready") as ready,
    ):
        assert ready.status == 200
    assert "gunicorn" in (tmp_path / "log").read_text()
