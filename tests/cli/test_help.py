"""The help page and the completion say what the question files say."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from dashgen.cli.app import COMMANDS, main
from dashgen.releases import installed
from dashgen.template.questions import Choice, Question

from .helpers import CHECKOUT, copy_of_checkout, dashgen

WIDE = {"COLUMNS": "200"}
CHOICES = [
    (question, choice)
    for question in installed.own_template().visible
    for choice in question.choices
]


@pytest.fixture(scope="module")
def help_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    done = dashgen("new", "--help", cwd=tmp_path_factory.mktemp("help"), env=WIDE)
    assert (done.returncode, done.stderr) == (0, "")
    return " ".join(done.stdout.split())


@pytest.mark.parametrize(
    "question", installed.own_template().visible, ids=lambda question: question.name
)
def test_a_question_and_its_choices_are_in_plain_words(question: Question) -> None:
    assert question.help.endswith("?")
    for text in (question.help, *(choice.meaning for choice in question.choices)):
        assert ";" not in text
        assert "(" not in text
        assert all(len(sentence.split()) <= 20 for sentence in text.split("."))
    assert all(choice.meaning.endswith(".") for choice in question.choices)


@pytest.mark.parametrize(
    "question", installed.own_template().visible, ids=lambda question: question.name
)
def test_help_lists_the_question(help_page: str, question: Question) -> None:
    assert f" --{question.name} " in help_page
    assert question.help in help_page


@pytest.mark.parametrize(
    ("question", "choice"), CHOICES, ids=[f"{q.name}-{c.value}" for q, c in CHOICES]
)
def test_help_says_what_the_choice_means(
    help_page: str, question: Question, choice: Choice
) -> None:
    assert f" {choice.value} {choice.meaning}" in help_page
    assert f"(default: {question.default})" in help_page


def test_a_new_question_file_and_a_new_choice_need_no_python(tmp_path: Path) -> None:
    checkout = copy_of_checkout(tmp_path / "checkout")
    settings = checkout / "copier.yml"
    settings.write_text(settings.read_text() + "---\n!include template/questions/extra.yml\n")
    (checkout / "template/questions/extra.yml").write_text(
        "fruit:\n"
        "  type: str\n"
        "  help: What to eat [with care]\n"
        "  default: pear\n"
        "  choices: {'pear: soft': pear, 'nut: hard': nut}\n"
        "salad:\n"
        "  type: bool\n"
        "  help: With salad\n"
        "  default: true\n"
    )
    page = dashgen("new", "--help", cwd=checkout, env=WIDE).stdout
    assert "What to eat [with care] (default: pear)" in page
    assert re.search("nut +hard", page)
    assert "--salad / --no-salad" in page

    done = dashgen("new", "shop", "-y", "--fruit", "nut", "--no-salad", cwd=checkout)
    assert done.returncode == 0, done.stderr
    recorded = (checkout / "shop/.copier-answers.yml").read_text()
    assert "fruit: nut" in recorded
    assert "salad: false" in recorded

    done = dashgen("new", "other", "-y", "--fruit", "fig", cwd=checkout)
    assert done.stderr == "error: --fruit 'fig': is not a choice; choose from pear, nut\n"


# What is heavy, and what each way to ask for help can do without. `yaml` reads the questions.
HEAVY = {
    *["copier", "jinja2", "plumbum", "prompt_toolkit", "questionary", "rich"],
    *["asyncio", "concurrent.futures", "http", "ssl", "uv"],
    *["dashgen.template.answers", "dashgen.commands.new", "dashgen.template.rendering"],
}
QUESTIONS_ARE_READ = {"new", "options", "config", "update", "status", "diff"}


@pytest.mark.parametrize("words", ["--help", *(f"{name} --help" for name in COMMANDS)])
@pytest.mark.parametrize("completing", [False, True], ids=["help", "completion"])
def test_help_and_completion_import_nothing_heavy(
    tmp_path: Path, words: str, completing: bool
) -> None:
    script = (
        "import sys; from dashgen.cli import main; main(sys.argv[1:]);"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    line = {
        "_DASHGEN_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(["dashgen", *words.split()]),
        "COMP_CWORD": str(len(words.split())),
    }
    env = os.environ | (line if completing else {})
    done = subprocess.run(
        [sys.executable, "-c", script, *words.split()],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(done.stderr.split())
    assert sorted(imported & HEAVY) == []
    assert ("yaml" in imported) <= (words.split()[0] in QUESTIONS_ARE_READ)


def words_of(page: str) -> set[str]:
    """Return the words of a page, which may be broken at hyphens and cut by three dots."""
    return set(re.split(r"\s+|(?<=-)", page.replace("...", " ")))


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_the_help_fits_a_terminal_of_60_columns_and_breaks_no_word(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main([*words, "--help"]) == 0
    whole = words_of(capsys.readouterr().out)
    monkeypatch.setenv("COLUMNS", "60")
    assert main([*words, "--help"]) == 0
    page = capsys.readouterr().out
    # A command line is not broken, so that it can be copied.
    lines = [line for line in page.splitlines() if "dashgen completion" not in line]
    assert max(map(len, lines)) <= 60
    assert words_of(page) <= whole


@pytest.mark.parametrize("name", COMMANDS)
def test_both_ways_to_ask_for_help_say_the_same(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = []
    for option in ("-h", "--help"):
        assert main([name, option]) == 0
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1]


def test_the_help_has_examples_and_the_questions_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--help"]) == 0
    page = capsys.readouterr().out
    for words in ("Examples:", "dashgen new shop -y", "Options:", "Questions:"):
        assert words in page


@pytest.mark.parametrize(
    ("env", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["terminal", "NO_COLOR", "dumb terminal"],
)
def test_colours_are_for_terminals_that_want_them(env: dict[str, str], coloured: bool) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    said = pexpect.run(
        f"{sys.executable} -m dashgen options",
        env=kept | {"TERM": "xterm"} | env,
        encoding="utf-8",
    )
    assert ("\x1b[" in said) == coloured


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m dashgen options | true"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""


def test_quiet_says_nothing_and_json_one_object(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["options"], ["config"], ["doctor"], ["completion", "zsh"], ["new", "a", "-y"]):
        assert main([*words, "--quiet"]) == 0
        assert capsys.readouterr().out == ""
        again = ["new", "b", "-y"] if words[0] == "new" else words
        assert main([*again, "--json"]) == 0
        printed = capsys.readouterr()
        assert printed.out.count("\n") == 1
        assert isinstance(json.loads(printed.out), dict)


def test_options_says_what_each_choice_means_and_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["options", "--json"]) == 0
    questions = {q["name"]: q for q in json.loads(capsys.readouterr().out)["questions"]}
    assert list(questions) == [question.name for question in installed.own_template().visible]
    for question, choice in CHOICES:
        (offered,) = (c for c in questions[question.name]["choices"] if c["value"] == choice.value)
        assert offered["meaning"] == choice.meaning
    redis = next(c for c in questions["storage"]["choices"] if c["value"] == "redis")
    assert (redis["server"], redis["packages"]) == ("Redis", ["redis>=8,<9"])

    assert main(["options", "storage"]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert "redis Redis server. For several machines and fast access. needs a Redis server" in page
    assert "needs a Redis server, the package redis" in page
    assert "--layout" not in page

    assert main(["options"]) == 0
    page = " ".join(capsys.readouterr().out.split())
    for question in installed.own_template().visible:
        assert f"--{question.name} " in page
        assert question.help in page


def test_version(tmp_path: Path) -> None:
    done = dashgen("--version", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("dashgen 0.")
    assert f"template {CHECKOUT}" in done.stdout
    said = json.loads(dashgen("--version", "--json", cwd=tmp_path).stdout)
    assert said["template"] == str(CHECKOUT)


def test_without_a_command_the_help_is_shown(tmp_path: Path) -> None:
    done = dashgen(cwd=tmp_path)
    assert done.returncode == 0
    assert "Usage: dashgen" in done.stdout
