"""What is built and installed carries the template and writes the same projects."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import uv

from .helpers import CHECKOUT, dashgen, tree


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the source distribution, so that both are shown to be whole."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [uv.find_uv_bin(), "build", "--python", sys.executable, "--out-dir", folder, CHECKOUT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_whole_template(wheel: Path) -> None:
    expected = {
        str(Path("dashgen/_template") / path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "copier.yml", *(CHECKOUT / "template").rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if "_template/" in name}
    assert packed == expected
    assert "dashgen/_template/template/project/{{_copier_conf.answers_file}}.jinja" in packed


def test_an_installed_wheel_writes_what_the_checkout_writes(
    wheel: Path, work: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [uv.find_uv_bin(), "pip", "install", "--no-deps", "--target", site, wheel],
        check=True,
        capture_output=True,
        env=os.environ | {"VIRTUAL_ENV": sys.prefix},
    )
    where = [sys.executable, "-c", "import dashgen.source as s; print(s.template_root())"]
    installed = {"PYTHONPATH": str(site)}
    for folder, env in (("checkout", {}), ("wheel", installed)):
        (work / folder).mkdir()
        done = dashgen("new", f"{folder}/shop", "-y", cwd=work, env=env)
        assert done.returncode == 0, done.stderr
        source = subprocess.run(
            where, cwd=work, env=os.environ | env, capture_output=True, text=True, check=True
        )
        assert source.stdout.strip().endswith("_template") == (folder == "wheel")

    ours, theirs = tree(work / "checkout/shop"), tree(work / "wheel/shop")
    for project in (ours, theirs):
        # An editable install keeps the version of the day it was made.
        mode, answers = project[".copier-answers.yml"]
        lines = [line for line in answers.splitlines() if not line.startswith(b"_commit")]
        project[".copier-answers.yml"] = (mode, b"\n".join(lines))
    assert ours == theirs
