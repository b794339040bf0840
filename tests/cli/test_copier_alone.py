"""Copier alone, without dashgen, writes and updates the same projects from the shared bundle."""

import subprocess
import sys
from pathlib import Path

import pytest
import uv
import yaml

from dashgen.commands.new import new
from dashgen.files import File
from dashgen.releases import installed
from dashgen.releases.bundle import Bundle

from .helpers import Machine, git, tree

SOURCE = installed.RECORDED_SOURCE
README = "template/project/README.md.jinja"
OLD, NEW = "v1.0.0", "v1.1.0"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Make an environment of Copier alone, and two releases. The newer is today's template."""
    folder = tmp_path_factory.mktemp("machine")
    environment = folder / "env"
    tool = uv.find_uv_bin()
    subprocess.run([tool, "venv", "-q", "--python", sys.executable, environment], check=True)
    python = environment / "bin/python"
    subprocess.run([tool, "pip", "install", "-q", "--python", python, "copier>=9.19"], check=True)
    missing = subprocess.run(
        [python, "-I", "-c", "import dashgen"], capture_output=True, check=False
    )
    assert missing.returncode == 1
    own = installed.own_files()
    bundle = Bundle()
    bundle.add(OLD, {**own, README: File(own[README].content + b"\nAn older release\n")})
    bundle.add(NEW, own)
    file = folder / "home/.local/share/dashgen/template.bundle"
    file.parent.mkdir(parents=True)
    file.write_bytes(bundle.to_bytes())
    return Machine(python, folder / "home")


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return a project's files but the recorded answers, which name the version."""
    return {path: file for path, file in tree(folder).items() if path != ".copier-answers.yml"}


def recorded(folder: Path) -> dict[str, object]:
    content: dict[str, object] = yaml.safe_load((folder / ".copier-answers.yml").read_text())
    return content


def committed(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "work")
    return folder


def test_an_update_between_releases_keeps_an_edit(machine: Machine, work: Path) -> None:
    machine.run(work, "copier", "copy", "--quiet", "--defaults", "--vcs-ref", OLD, SOURCE, "shop")
    shop = committed(work / "shop")
    assert (shop / "README.md").read_text().endswith("An older release\n")
    assert (recorded(shop)["_commit"], recorded(shop)["_src_path"]) == (OLD, SOURCE)
    entry = shop / "app.py"
    entry.write_text(f"{entry.read_text()}# mine\n")
    git(shop, "commit", "--quiet", "--all", "--message", "edit")

    machine.run(shop, "copier", "update", "--quiet", "--defaults")
    assert recorded(shop)["_commit"] == NEW
    ours = new("ours/shop", answers={"author": ""}, defaults=True, use_git=False).path
    with (ours / "app.py").open("a") as file:
        file.write("# mine\n")
    assert files(shop) == files(ours)


def test_copy_gives_the_same_bytes(machine: Machine, work: Path) -> None:
    machine.run(work, "copier", "copy", "--quiet", "--defaults", SOURCE, "shop")
    ours = new("ours/shop", answers={"author": ""}, defaults=True, use_git=False).path
    assert files(work / "shop") == files(ours)


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        ("storage=redis", {"storage": "redis"}),
        ("layout=tabs", {"layout": "tabs"}),
        ("pages=[{name: orders, kind: form}]", {"pages": [{"name": "orders", "kind": "form"}]}),
    ],
    ids=["storage", "layout", "pages"],
)
def test_a_switch_and_a_page_by_data(
    machine: Machine, work: Path, data: str, answers: dict[str, object]
) -> None:
    machine.run(work, "copier", "copy", "--quiet", "--defaults", SOURCE, "shop")
    shop = committed(work / "shop")
    words = ("update", "--quiet", "--defaults", "--vcs-ref", ":current:", "--data", data)
    machine.run(shop, "copier", *words)
    given: dict[str, object] = {"author": "", **answers}
    ours = new("ours/shop", answers=given, defaults=True, use_git=False).path
    assert files(shop) == files(ours)
    (name,) = answers
    assert recorded(shop)[name] == answers[name]
