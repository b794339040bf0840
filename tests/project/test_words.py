"""What is written about the choices is what the question files say."""

import re
from pathlib import Path

import pytest

from dashgen.releases import installed
from dashgen.template.questions import Question

ROOT = Path(__file__).parents[2]
QUESTIONS = [question for question in installed.own_template().questions if question.choices]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.name))
def test_the_readme_lists_every_choice_with_its_meaning(question: Question) -> None:
    readme = (ROOT / "README.md").read_text()
    for choice in question.choices:
        mark = " (default)" if choice.value == question.default else ""
        assert f"| `{choice.value}`{mark} | {choice.meaning} |" in readme


def test_links_and_pictures_of_the_documentation_exist() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
