"""Every text that people read keeps to the rules of plain words.

`-k docs/data.md` checks one file and lists its sentences.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import typer
import yaml

from dashgen.cli.app import app
from dashgen.releases import installed
from tests.support.projects import Variant, render

from .rules import Text, broken, of_markdown, of_plain, of_python, problems

ROOT = Path(__file__).parents[2]

# Every part but one of each axis, and projects without what yes/no questions add.
VARIANTS = (
    Variant(),
    Variant("redis", "celery", "tabs", "patch"),
    Variant("local", "none", "single", "clientside", frozenset({"docker", "ci"})),
    Variant("postgresql", "celery", "navbar", "split"),
    Variant("mongodb", "none", "sidebar", "chained"),
)


def documents() -> Iterator[Path]:
    yield from sorted(ROOT.glob("*.md"))
    yield from sorted(ROOT.glob("docs/**/*.md"))


def modules() -> Iterator[Path]:
    yield from sorted(ROOT.glob("dashgen/**/*.py"))
    # Not in the projects below: these are for a file of data.
    yield from sorted(ROOT.glob("template/parts/data/*.py"))
    yield from sorted(ROOT.glob("template/pages/dataset/*.py"))


def question_files() -> Iterator[Path]:
    yield from sorted(ROOT.glob("template/questions/*.yml"))


def unreleased(changelog: str) -> str:
    """Return the part of a changelog that may still change."""
    return changelog.partition("\n## Unreleased")[2].partition("\n## ")[0]


def of_document(path: Path) -> Iterator[Text]:
    source = path.read_text("utf-8")
    return of_markdown(unreleased(source) if path.name == "CHANGELOG.md" else source)


# The texts of a setting and of a choice that people read.
WORDING = {"help", "summary", "lifetime", "limits", "switch", "title", "description"}


def of_questions(node: Any) -> Iterator[Text]:
    """Return the questions, their choices, and the texts about choices and settings."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in WORDING and isinstance(value, str) and "{{" not in value:
                yield from of_plain(value)
            elif key == "choices" and isinstance(value, dict):
                for label in value:
                    yield from of_plain(str(label))
            else:
                yield from of_questions(value)
    elif isinstance(node, list):
        for item in node:
            yield from of_questions(item)


def commands() -> dict[str, Any]:
    """Return each command, by the words that call it."""
    found: dict[str, Any] = {}

    def collect(name: str, command: Any) -> None:
        found[name] = command
        for word, below in getattr(command, "commands", {}).items():
            collect(f"{name} {word}", below)

    collect("dashgen", typer.main.get_command(app))
    return found


COMMANDS = commands()


def of_command(name: str) -> Iterator[Text]:
    command = COMMANDS[name]
    yield from of_plain(command.help or "")
    for parameter in command.params:
        yield from of_plain(getattr(parameter, "help", None) or "")


PROJECT = "project: "
"""Begins the name of a file that is rendered into a project."""


@cache
def projects() -> dict[str, tuple[Text, ...]]:
    """Return the texts of the files of all variants, by the files' names in a project."""
    found: dict[str, set[Text]] = {}
    with TemporaryDirectory() as folder:
        for variant in VARIANTS:
            project = render(Path(folder, str(variant)), variant)
            for path in sorted(project.rglob("*.py")) + sorted(project.glob("*.md")):
                source = path.read_text("utf-8")
                texts = of_python(source) if path.suffix == ".py" else of_markdown(source)
                name = PROJECT + path.relative_to(project).as_posix()
                found.setdefault(name, set()).update(texts)
    return {name: tuple(sorted(texts, key=lambda t: t.line)) for name, texts in found.items()}


def check(name: str, texts: Iterable[Text]) -> None:
    """Fail if a text breaks a rule."""
    found = [str(problem) for text in texts for problem in problems(text)]
    assert not found, "\n".join([name, *found])


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*documents()], ids=ids)
def test_a_document(path: Path) -> None:
    check(ids(path), of_document(path))


@pytest.mark.parametrize("path", [*modules()], ids=ids)
def test_a_module(path: Path) -> None:
    check(ids(path), of_python(path.read_text("utf-8")))


@pytest.mark.parametrize("path", [*question_files()], ids=ids)
def test_a_question_file(path: Path) -> None:
    check(ids(path), of_questions(yaml.safe_load(path.read_text("utf-8"))))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command(name: str) -> None:
    check(f"{name} --help", of_command(name))


def test_the_files_of_projects() -> None:
    failures = []
    for name, texts in projects().items():
        try:
            check(name, texts)
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n\n".join(failures)


def test_all_questions_are_read() -> None:
    read = {text.content for path in question_files() for text in of_questions(_load(path))}
    for question in installed.own_template().visible:
        assert question.help in read


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


BAD = {
    "The app, which has been written a moment ago, is now started by the command that "
    "stands in the second line below this.": "23 words",
    "dashgen asks about a file that differs: keep it, overwrite it, look at the lines of both, or "
    "save a copy.": "21 words",
    "A project; the current folder by default.": "semicolon",
    "Enter takes what the pointer stands at; at the end come all answers.": "semicolon",
    "The job is tried again (it starts from the beginning, and so does its progress).": "a second "
    "thought in parentheses",
    "what a new project gets, and who decides": "no noun",
    "Where the app keeps its records": "no noun",
    "A callback writes what triggers another.": "no noun",
    "Kept are a changed file and one that you deleted.": "no noun",
    "The project folder, the current one where left out.": "no verb",
    "Gone with a reload.": "no verb",
    "Gunicorn believes the header.": "a thing that speaks",
    "The settings say where the app keeps data.": "a thing that speaks",
    "Data must outlive a callback.": "a rare word",
    "Port 8050 cannot be had.": "a rare word",
}
# The right column of the style guide's table, and sentences that come near a mistake.
GOOD = [
    "Data stays correct when several users or processes write at once.",
    "Where should the app store data between callbacks?",
    "How should several inputs update one stored record?",
    "Browser memory. Reloading the page deletes it.",
    "Your changed files are kept, even if the template drops them. Deleted files stay deleted.",
    "Press Enter to select. At the end you can review and change every answer.",
    "Project folder. Default: the current folder.",
    "The default for each question, and where it is set.",
    "FAIL port 8050 is already in use.",
    "The log shows what changed, and the message tells you what to do.",
    "The time limit (`APP_BACKGROUND_SECONDS`, 600) is the first of three.",
    "dashgen tells what is missing.",
    "There are four kinds of pages: one for text, one for data, one for a form, one for a job.",
]


@pytest.mark.parametrize(("sentence", "rule"), BAD.items(), ids=BAD.values())
def test_a_bad_sentence_is_found(sentence: str, rule: str) -> None:
    assert rule in broken(_plain(sentence))


@pytest.mark.parametrize("text", GOOD)
def test_a_good_sentence_passes(text: str) -> None:
    assert [*map(str, problems(Text(1, _plain(text))))] == []


def _plain(text: str) -> str:
    (found,) = of_plain(text)
    return found.content


MARKDOWN = """\
# What a heading names

A paragraph; it has
two lines.

| What | Where it is |
|---|---|
| a cell | `code; no semicolon` and text; here |

```python
left = out; of_the = check
```

- an item; of a list
"""


def test_a_page_is_read_but_for_its_code() -> None:
    found = [problem for text in of_markdown(MARKDOWN) for problem in problems(text)]
    assert [(problem.line, problem.rule) for problem in found] == [
        (3, "semicolon"),
        (8, "semicolon"),
        (14, "semicolon"),
    ]


PYTHON = '''\
"""A module; with a docstring."""

# A comment; of two
# lines.
name = "a text; nobody's"
"""An attribute; with a docstring."""


def function(argument):
    """Do it.

    Args:
        argument: An argument; described.
        other: Fine.
    """
    raise SomeError(f"{argument} failed; badly", "Mend it. Or not.")
'''


def test_docstrings_comments_and_messages_of_a_module_are_read() -> None:
    found = [str(problem) for text in of_python(PYTHON) for problem in problems(text)]
    assert found == [
        "line 1: semicolon: A module; with a docstring.",
        "line 6: semicolon: An attribute; with a docstring.",
        "line 10: semicolon: An argument; described.",
        "line 16: semicolon: `c` failed; badly",
        "line 3: semicolon: A comment; of two lines.",
    ]


def test_a_text_that_breaks_a_rule_fails() -> None:
    check("good.md", [Text(1, "A text.")])
    with pytest.raises(AssertionError, match="semicolon: A text; of two"):
        check("bad.md", [Text(1, "A text."), Text(1, "A text; of two.")])
