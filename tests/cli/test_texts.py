"""A name, a description and an author are read back unchanged from every file that has them.

Reports: tn-spa-bootstrapper#534 (the formatter), docker/compose#9327 and #9509 (quotes in .env).
"""

import ast
import io
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashgen.commands.new import new
from dashgen.errors import InvalidAnswerError

from . import compose

LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
# Where quotes, escapes, comments, variables and Markdown's marks meet.
MARKS = st.sampled_from(
    [*"ab 1.é漢\\\\\\''\"\"$#{}`*_<>&;:=-+~!|()[]", "${a}", "$a", " #", "&amp;"]
)
TEXTS = (
    st.lists(LETTERS | MARKS, max_size=20).map("".join)
    | st.lists(MARKS, max_size=30).map("".join)
    | st.text("abc' ", min_size=30, max_size=150)
    | st.text('漢"', min_size=10, max_size=90)
)


def project(folder: Path, name: str, description: str, author: str) -> Path:
    stated = {"name": name, "package": "shop", "description": description, "author": author}
    return new(str(folder / "shop"), answers=stated, defaults=True, use_git=False).path


def python_constants(file: Path) -> dict[str, object]:
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def markdown_texts(file: Path) -> list[str]:
    """Return the plain text of each heading and paragraph, without marks that are not text."""
    texts = []
    for token in MarkdownIt().parse(file.read_text("utf-8")):
        if token.type == "inline" and token.children is not None:
            kinds = {child.type for child in token.children}
            marked = kinds - {"text", "text_special"}
            texts.append(f"{marked}" if marked else "".join(c.content for c in token.children))
    return texts


def check(shop: Path, name: str, description: str, author: str) -> None:
    theme = python_constants(shop / "shop/theme.py")
    assert (theme["NAME"], theme["DESCRIPTION"]) == (name, description)

    toml = tomllib.loads((shop / "pyproject.toml").read_text("utf-8"))["project"]
    assert toml["description"] == description
    assert toml.get("authors", [{"name": ""}]) == [{"name": author}]

    recorded = yaml.safe_load((shop / ".copier-answers.yml").read_text("utf-8"))
    assert [recorded[key] for key in ("name", "description", "author")] == [
        name,
        description,
        author,
    ]

    heading, paragraph = [*markdown_texts(shop / "README.md"), ""][:2]
    assert heading == name
    assert paragraph == description.strip() or not description.strip()
    assert markdown_texts(shop / "AGENTS.md")[0] == f"Working on {name}"

    # The texts stand in `theme.py`; what is in .env means the same to both of its readers.
    variables = compose.uncommented((shop / ".env.example").read_text("utf-8"))
    assert compose.read(variables) == dotenv_values(stream=io.StringIO(variables))


def ruff(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "--no-cache", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("user_folders")
@settings(max_examples=40, deadline=None)
@given(name=TEXTS, description=TEXTS, author=TEXTS)
@example("Shop", 'It\'s "5" wide', "O'Neill")
@example("A/B tests", "C:\\temp\\", 'Grace "Amazing" Hopper')
@example("# Sales", "costs $5 # or ${HOME}", "")
@example("1. Sales_2024", "- a\\'b $x \\\\ \"", "{{ 7 * 7 }}")
@example("<b>Sales</b>", " spaces around ", " Ada ")
@example("*a* _b_ `c` [d](e)", "~~a~~ &amp; <br> | ![b](c) # d", "#")
@example("a" * 60, "b" * 75, "c" * 100)
@example("é" * 60, "漢" * 45, "d")
def test_every_reader_gives_back_the_text(name: str, description: str, author: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            shop = project(Path(folder), name, description, author)
        except InvalidAnswerError:
            assume(False)
        check(shop, name, description, author)
        ruff(shop, "format", "--diff")
        ruff(shop, "check")
