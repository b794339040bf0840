"""Plain Copier gives the same project and the same verdicts as dashgen."""

import subprocess
import sys
from pathlib import Path

import copier
import pytest
import yaml
from plumbum import local

from dashgen.commands.new import new
from dashgen.errors import InvalidAnswerError
from dashgen.releases import installed
from dashgen.template.answers import Stated, resolve

from .helpers import CHECKOUT, git, tree

ANSWERS_FILE = ".copier-answers.yml"


def as_repository(folder: Path) -> Path:
    """Copy the template as a repository of one commit, which is how Copier gets it from a host."""
    subprocess.run(["cp", "-r", CHECKOUT / "copier.yml", CHECKOUT / "template", folder], check=True)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "template")
    return folder


def test_copier_copy_without_trust_gives_the_same_files(work: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    as_repository(repository)
    # Copier has no other default than ours, but for the author, whom git names.
    new("shop", answers={"author": ""}, defaults=True, use_git=False)
    # From another folder, so that both destinations bear the same name.
    (tmp_path / "other").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "copier", "copy", "--defaults", repository, "shop"],
        cwd=tmp_path / "other",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    ours, theirs = tree(work / "shop"), tree(tmp_path / "other/shop")
    (_, our_answers), (_, their_answers) = ours.pop(ANSWERS_FILE), theirs.pop(ANSWERS_FILE)
    assert ours == theirs
    own = yaml.safe_load(our_answers)
    recorded = {"_commit": installed.own_tag(), "_src_path": installed.RECORDED_SOURCE}
    assert own == yaml.safe_load(their_answers) | recorded


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("package", "shop"),
        ("package", "shop_2"),
        ("package", "dash"),
        ("package", "_shop"),
        ("package", "shop_"),
        ("package", "a b"),
        ("package", "x" * 41),
        ("package", ""),
        ("name", "Shop"),
        ("name", " Shop"),
        ("name", "a/b"),
        ("name", "{{ 1 }}"),
        ("name", "x" * 61),
        ("name", "…"),
        ("description", "a\nb"),
        ("author", "x" * 101),
        ("storage", "oracle"),
        ("storage", "sqlite"),
    ],
)
def test_a_value_is_accepted_exactly_where_copier_accepts_it(
    work: Path, question: str, value: str
) -> None:
    def copier_accepts() -> bool:
        data = {"name": "Shop", "package": "shop"} | {question: value}
        try:
            with local.env(PATH=""):
                copier.run_copy(
                    str(CHECKOUT), work, data=data, defaults=True, quiet=True, pretend=True
                )
        except ValueError:
            return False
        return True

    def dashgen_accepts() -> bool:
        stated = {"name": "Shop", "package": "shop"} | {question: value}
        try:
            resolve(
                installed.own_template(),
                {name: Stated(text, "") for name, text in stated.items()},
                {},
            )
        except InvalidAnswerError:
            return False
        return True

    assert dashgen_accepts() == copier_accepts()


# Ends with code 9 at the first process that is started: a clone, or git asked about a file.
RENDER_ALONE = """
import os, sys
from pathlib import Path
from dashgen.releases import sources

def watch(event, arguments):
    if event in {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec"}:
        os._exit(9)

# What its own imports start is not meant.
import dashgen.template.rendering

sys.addaudithook(watch)
with sources.chosen(None, None, False) as version:
    version.render(Path.cwd(), {"name": "shop"})
"""


def test_a_checkout_renders_as_a_plain_folder_without_a_process(work: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RENDER_ALONE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (work / "app.py").is_file()
