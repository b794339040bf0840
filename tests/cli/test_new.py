"""``dashgen new`` writes the same project whichever way the answers arrive."""

import ast
import json
import os
import subprocess
from pathlib import Path

import pytest

from dashgen.commands.new import new
from dashgen.releases import installed

from .conftest import AUTHOR
from .helpers import DASHGEN, Tree, dashgen, listing, tree

STATED = {
    "name": "Sales report",
    "package": "sales",
    "description": "What was sold",
    "author": "Grace Hopper",
}
CHOSEN = {
    question.name: str(question.values[-1])
    for question in installed.own_template().visible
    if question.choices
}
DECLINED = [
    question.name for question in installed.own_template().visible if question.type == "bool"
]
ANSWERS = STATED | CHOSEN | dict.fromkeys(DECLINED, "no")
FLAGS = [word for name, value in (STATED | CHOSEN).items() for word in (f"--{name}", value)]
FLAGS += [f"--no-{name}" for name in DECLINED]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    folder = tmp_path_factory.mktemp("expected") / "shop"
    new(str(folder), answers=ANSWERS, defaults=True, use_git=False)
    return tree(folder)


def answers_file(folder: Path, answers: dict[str, str]) -> Path:
    file = folder / "answers.yml"
    file.write_text("".join(f"{name}: {value}\n" for name, value in answers.items()))
    return file


def test_flags_for_every_question_need_neither_terminal_nor_defaults(
    work: Path, expected: Tree
) -> None:
    done = dashgen("new", "shop", *FLAGS, cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    assert tree(work / "shop") == expected


def test_an_answers_file_gives_the_same_project(work: Path, expected: Tree) -> None:
    file = answers_file(work, ANSWERS)
    new("shop", answers_file=file, use_git=False)
    assert tree(work / "shop") == expected


def test_the_answers_of_a_project_give_the_same_project(work: Path, expected: Tree) -> None:
    new("first", answers=ANSWERS, defaults=True, use_git=False)
    new("second", answers_file=Path("first/.copier-answers.yml"), use_git=False)
    assert tree(work / "second") == expected


def test_defaults_come_from_the_destination_git_and_the_questions(work: Path) -> None:
    project = new("My first app", defaults=True, use_git=False)
    defaults = {
        question.name: question.default
        for question in installed.own_template().visible
        if not question.computed
    }
    assert project.answers == defaults | {
        "name": "My first app",
        "package": "my_first_app",
        "author": AUTHOR,
    }
    assert list(project.files) == sorted(tree(work / "My first app"))
    assert project.commit is None


def test_flags_go_before_the_answers_file_and_the_file_before_defaults(work: Path) -> None:
    file = answers_file(work, {"name": "From file", "author": "File"})
    project = new(
        "shop", answers={"author": "Flag"}, answers_file=file, defaults=True, use_git=False
    )
    assert project.answers["name"] == "From file"
    assert project.answers["package"] == "from_file"
    assert project.answers["author"] == "Flag"


def test_an_answers_file_keeps_words_that_yaml_takes_for_other_things(work: Path) -> None:
    file = answers_file(work, {"name": "no", "author": "1e3", "description": "2026-11-21"})
    answers = new("shop", answers_file=file, defaults=True, use_git=False).answers
    assert (answers["name"], answers["author"], answers["description"]) == (
        "no",
        "1e3",
        "2026-11-21",
    )


@pytest.mark.parametrize("text", ['"""; import os', "{{ 7 * 7 }}", "a \\ b'c\"", "日本 ünï"])
def test_any_text_stays_the_text_it_is(work: Path, text: str) -> None:
    stated = {"package": "shop", "description": text, "author": text}
    answers = new("shop", answers=stated, defaults=True, use_git=False).answers
    assert answers["description"] == text
    for file in (work / "shop").rglob("*.py"):
        ast.parse(file.read_text())
    again = new("again", answers_file=Path("shop/.copier-answers.yml"), use_git=False).answers
    assert again == answers


def test_the_current_folder_is_a_destination(work: Path) -> None:
    inode = work.stat().st_ino
    project = new(".", defaults=True)
    assert project.answers["name"] == work.name
    assert work.stat().st_ino == inode, "a shell that stands here would lose the folder"
    assert (Path.cwd() / "app.py").is_file()
    assert not [name for name in listing(work) if name.startswith(".dashgen")]


@pytest.mark.parametrize("stated", ["empty", "empty/", "link", "link/", "./a/../empty"])
def test_an_empty_folder_is_a_destination(work: Path, stated: str) -> None:
    for name in ("empty", "a"):
        (work / name).mkdir()
    (work / "link").symlink_to("empty")
    project = new(stated, defaults=True, use_git=False)
    assert project.path == work / "empty"
    assert project.answers["name"] == "empty"
    assert (work / "link/app.py").is_file()


def test_missing_parents_are_made(work: Path) -> None:
    new("a/b/shop", defaults=True, use_git=False)
    assert listing(work)[:2] == ["a", "a/b"]
    assert (work / "a/b/shop/app.py").is_file()


@pytest.mark.parametrize(
    ("umask", "folder", "file"), [(0o022, 0o755, 0o644), (0o077, 0o700, 0o600)]
)
def test_modes_follow_the_umask(work: Path, umask: int, folder: int, file: int) -> None:
    before = os.umask(umask)
    try:
        new("shop", defaults=True)
    finally:
        os.umask(before)
    assert (work / "shop").stat().st_mode & 0o777 == folder
    assert (work / "shop/app.py").stat().st_mode & 0o777 == file


def test_the_output_says_where_what_and_what_next(work: Path) -> None:
    done = dashgen("new", "my app", "-y", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    assert str(work / "my app") in done.stdout
    assert "cd 'my app'" in done.stdout
    for words in (
        "uv run python app.py",
        "uv run pytest",
        *(q.name for q in installed.own_template().visible),
    ):
        assert words in done.stdout


def test_json_is_one_object_and_nothing_else(work: Path) -> None:
    done = dashgen("new", "shop", "-y", "--json", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said["path"] == str(work / "shop")
    assert said["files"] == sorted(tree(work / "shop"))
    assert said["answers"]["name"] == "shop"
    assert len(said["commit"]) == 40


def test_two_at_once_give_one_project(work: Path) -> None:
    commands = [
        subprocess.Popen(
            [*DASHGEN, "new", "shop", "-y"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    outcomes = sorted((command.communicate()[1], command.returncode) for command in commands)
    assert outcomes[0] == (b"", 0)
    assert outcomes[1][1] in (1, 2)
    assert outcomes[1][0].count(b"\n") == 1
    assert [name for name in listing(work) if "/" not in name] == ["shop"]
