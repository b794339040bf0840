"""What is built and installed carries the template and writes the same projects."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import uv

from dashgen.files import File
from dashgen.releases.bundle import PACKED as PACKED_PATH
from dashgen.releases.bundle import Bundle

from .conftest import AUTHOR
from .helpers import CHECKOUT, Machine, dashgen, git, tree

PACKED = f"dashgen/{PACKED_PATH}"


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


def files(folder: Path) -> dict[str, bytes]:
    """Return a project's files; what git and Python keep beside them is left out."""
    return {
        path: content
        for path, (_, content) in tree(folder).items()
        if path != ".copier-answers.yml" and "__pycache__" not in path
    }


def test_the_wheel_holds_the_template_once(wheel: Path, tmp_path: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    packed = {name for name in names if not name.endswith((".py", "py.typed"))}
    assert {name for name in packed if ".dist-info/" not in name} == {
        PACKED,
        "dashgen/check/components/table.json",
        "dashgen/check/known.txt",
    }
    bundle = Bundle.read(Path(zipfile.ZipFile(wheel).extract(PACKED, tmp_path)))
    expected = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "copier.yml", *(CHECKOUT / "template").rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert set(bundle.files(bundle.current)) == expected


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Install the wheel with plain pip, which compiles all that it finds."""
    folder = tmp_path_factory.mktemp("machine")
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    (folder / "home").mkdir()
    python = folder / "env/bin/python"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    words = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", wheel]
    done = subprocess.run(
        [str(python), *map(str, words)], env=kept, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    compiled = list((folder / "env").rglob("dashgen/**/*.pyc"))
    assert compiled, "pip has compiled nothing, so that the test shows nothing"
    return Machine(python, folder / "home")


def test_what_is_released_is_described_whole_and_small(wheel: Path) -> None:
    (source,) = wheel.parent.glob("*.tar.gz")
    files = [str(wheel), str(source)]
    command = [sys.executable, "-m", "twine", "check", "--strict", *files]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert {"license.txt", "license"} & {
        Path(name).name.lower() for name in zipfile.ZipFile(wheel).namelist()
    }
    assert wheel.stat().st_size < 600_000
    assert source.stat().st_size < 1_500_000


def test_pip_compiles_the_package_and_nothing_of_it_reaches_a_project(
    installed: Machine, work: Path, tmp_path: Path
) -> None:
    installed.run(work, "dashgen", "new", "shop", "-y", "--author", "")
    (tmp_path / "copied").mkdir()
    bundle = installed.home / ".local/share/dashgen/template.bundle"
    installed.run(tmp_path / "copied", "copier", "copy", "--quiet", "--defaults", bundle, "shop")
    assert files(work / "shop") == files(tmp_path / "copied/shop")
    assert not [path for path in tree(work / "shop") if path.endswith(".pyc")]

    # Its tests leave compiled modules, too, which are nobody's affair.
    (work / "shop/shop/__pycache__").mkdir()
    (work / "shop/shop/__pycache__/app.cpython-311.pyc").write_bytes(b"compiled")
    assert git(work / "shop", "status", "--porcelain") == ""
    git(tmp_path, "clone", "--quiet", str(work / "shop"), "clone")
    for project in (work / "shop", tmp_path / "clone"):
        installed.run(project, "dashgen", "status", "--check")
        assert installed.run(project, "dashgen", "diff").strip() == ""


def test_an_untouched_project_of_an_older_release_updates_without_a_conflict(
    wheel: Path, installed: Machine, work: Path, tmp_path: Path
) -> None:
    """What was written with the compiled modules of an installer is not what is meant here."""
    older = Bundle.read(Path(zipfile.ZipFile(wheel).extract(PACKED, tmp_path)))
    content = older.files(older.current)
    readme = "template/project/README.md.jinja"
    content[readme] = File(b"# An older release\n\n" + content[readme].content)
    older.add("v0.0.9", content)
    share = installed.home / ".local/share/dashgen"
    share.mkdir(parents=True, exist_ok=True)
    (share / "template.bundle").write_bytes(older.to_bytes())
    words = ("copy", "--quiet", "--defaults", "--vcs-ref", "v0.0.9")
    installed.run(work, "copier", *words, "~/.local/share/dashgen/template.bundle", "shop")
    git(work / "shop", "init", "--quiet")
    git(work / "shop", "add", "--all")
    git(work / "shop", "commit", "--quiet", "--message", "begin")

    installed.run(work / "shop", "dashgen", "update", "-y")
    assert git(work / "shop", "diff", "--name-only").split() == [".copier-answers.yml", "README.md"]
    git(work / "shop", "commit", "--quiet", "--all", "--message", "update")
    installed.run(work / "shop", "dashgen", "status", "--check")


def test_an_installed_wheel_writes_what_the_checkout_writes(installed: Machine, work: Path) -> None:
    (work / "checkout").mkdir()
    done = dashgen("new", "checkout/shop", "-y", cwd=work)
    assert done.returncode == 0, done.stderr
    (work / "wheel").mkdir()
    installed.run(work, "dashgen", "new", "wheel/shop", "-y", "--author", AUTHOR)
    assert "template.bundle (in the package)" in installed.run(work, "dashgen", "--version")
    assert files(work / "checkout/shop") == files(work / "wheel/shop")
