"""The help page and the completion say what the question files say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dashgen.questions import Choice, Question, visible

from .helpers import copy_of_checkout, dashgen

WIDE = {"COLUMNS": "200"}
CHOICES = [(question, choice) for question in visible() for choice in question.choices]


@pytest.fixture(scope="module")
def help_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    done = dashgen("new", "--help", cwd=tmp_path_factory.mktemp("help"), env=WIDE)
    assert (done.returncode, done.stderr) == (0, "")
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("question", visible(), ids=lambda question: question.name)
def test_help_lists_the_question(help_page: str, question: Question) -> None:
    assert re.search(rf"--(\[no-\])?{question.name} ", help_page)
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
    assert "--[no-]salad" in page

    done = dashgen("new", "shop", "-y", "--fruit", "nut", "--no-salad", cwd=checkout)
    assert done.returncode == 0, done.stderr
    recorded = (checkout / "shop/.copier-answers.yml").read_text()
    assert "fruit: nut" in recorded
    assert "salad: false" in recorded

    done = dashgen("new", "other", "-y", "--fruit", "fig", cwd=checkout)
    assert done.stderr == "error: --fruit 'fig': is not a choice; choose from pear, nut\n"


def test_help_does_not_import_what_only_rendering_and_asking_need(tmp_path: Path) -> None:
    script = (
        "import sys; from dashgen.cli import main; main(['new', '--help']);"
        "unwanted = {'copier', 'questionary', 'jinja2', 'argparse'};"
        "print(sorted(unwanted & {*sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


def test_version(tmp_path: Path) -> None:
    done = dashgen("--version", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("dashgen 0.")


def test_without_a_command_the_help_is_shown(tmp_path: Path) -> None:
    done = dashgen(cwd=tmp_path)
    assert done.returncode == 0
    assert "Usage: dashgen" in done.stdout
