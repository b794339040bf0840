"""Plain Copier gives the same project and the same verdicts as dashgen."""

import subprocess
import sys
from pathlib import Path

import copier
import pytest
import yaml
from plumbum import local

import dashgen.direct
import dashgen.render
from dashgen.answers import Answer, Given, resolve
from dashgen.commands.new import new
from dashgen.errors import InvalidAnswerError
from dashgen.questions import load, visible
from dashgen.source import template_root
from dashgen.versions import RECORDED_SOURCE, release, template_version

from .helpers import CHECKOUT, copy_of_checkout, git, tree

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
    assert own == yaml.safe_load(their_answers) | release()
    assert own["_src_path"] == RECORDED_SOURCE
    assert own["_commit"] == template_version()


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
                    str(template_root()), work, data=data, defaults=True, quiet=True, pretend=True
                )
        except ValueError:
            return False
        return True

    def dashgen_accepts() -> bool:
        stated = {"name": "Shop", "package": "shop"} | {question: value}
        try:
            resolve(load(), {name: Given(text, "") for name, text in stated.items()}, {})
        except InvalidAnswerError:
            return False
        return True

    assert dashgen_accepts() == copier_accepts()


def every_answer() -> list[dict[str, Answer]]:
    """Return as few sets of answers as have every choice, and both answers to yes and no."""
    values: dict[str, tuple[Answer, ...]] = {
        question.name: (True, False) if question.type == "bool" else question.values
        for question in visible()
        if question.type == "bool" or question.choices
    }
    return [
        {name: offered[number % len(offered)] for name, offered in values.items()}
        for number in range(max(map(len, values.values())))
    ]


@pytest.mark.parametrize(
    "chosen", every_answer(), ids=lambda chosen: "-".join(map(str, chosen.values()))
)
def test_rendering_without_copier_gives_what_copier_gives(
    work: Path, monkeypatch: pytest.MonkeyPatch, chosen: dict[str, Answer]
) -> None:
    # The tests render and boot all variants as `dashgen new` writes them, and plain Copier is
    # to update them.
    texts = {"name": 'Größe & "x"', "package": "shop", "description": "{{ 1 }}: 'é'\\"}
    given = {key: Given(text, "") for key, text in (texts | chosen).items()}
    answers = resolve(load(), given, {})
    for folder in (work / "ours/shop", work / "theirs/shop"):
        folder.mkdir(parents=True)
    dashgen.render.render(template_root(), work / "theirs/shop", answers)
    with monkeypatch.context() as patch:
        patch.setattr(dashgen.render, "render", None)
        dashgen.direct.render(template_root(), work / "ours/shop", answers)

    assert tree(work / "ours/shop") == tree(work / "theirs/shop")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("copier.yml", "_subdirectory", "_message_after_copy: Done\n_subdirectory"),
        ("template/project/README.md.jinja", "## Run", "{{ _copier_conf.sep }}\n## Run"),
    ],
    ids=["a setting", "a variable"],
)
def test_what_only_copier_knows_is_left_to_it(
    work: Path, tmp_path: Path, file: str, old: str, new: str
) -> None:
    checkout = copy_of_checkout(tmp_path / "checkout")
    changed = checkout / file
    changed.write_text(changed.read_text().replace(old, new, 1))
    dashgen.direct.render(checkout, work, resolve(load(checkout), {}, {"name": Given("shop", "")}))
    assert (work / "app.py").is_file()


# Ends with code 9 at the first process that is started: a clone, or git asked about a file.
RENDER_ALONE = """
import os, sys
from pathlib import Path
from dashgen.answers import Given, resolve
from dashgen.questions import load
from dashgen.render import render
from dashgen.source import template_root

def watch(event, arguments):
    if event in {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec"}:
        os._exit(9)

sys.addaudithook(watch)
render(template_root(), Path.cwd(), resolve(load(), {}, {"name": Given("shop", "")}))
"""


def test_a_checkout_renders_as_a_plain_folder_without_a_process(work: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RENDER_ALONE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (work / "app.py").is_file()
