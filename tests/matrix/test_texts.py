"""Whatever text is accepted stands in the project just so; whatever is not is refused in a line."""

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashgen.commands.new import new
from dashgen.errors import DashgenError

from .checks import check_files, lint
from .conftest import Boot

NAMES = [
    "Sales figures",
    "Umsätze für Zoë",
    "日本の売上",
    "Chart 📈 club",
    'The "best" app',
    "L'app d'été",
    "'\"both\"'",
    "{{ 7 * 7 }} {% raw %}",
    "Profit <b> & loss",
    "-y",
    "n" * 60,
    "CON",
    "back\\slash",
    "A/B tests 2024/25",
]
DESCRIPTIONS = [
    'He said "no"',
    "C:\\new\\table",
    '"""; import os',
    "{{ name }} {# gone #}",
    "</title><script>alert(1)</script>",
    "${HOME} $(id) `id` %s {0}",
    "yes",
    "",
    "no-break\N{NO-BREAK SPACE}space, \N{EN DASH}, Größe\N{RIGHT SINGLE QUOTATION MARK}s",
]
AUTHORS = ["Zoë Müller-Ångström", "山田太郎", 'O\'Neill "Bob"', "null"]
REFUSED = {
    "name": ["", " ", "n" * 61, "two\nlines", "bell\a"],
    "package": [
        "Shop",
        "1shop",
        "shop-a",
        "class",
        "dash",
        "json",
        "shop_",
        "p" * 41,
        "été",
        "a b",
    ],
    "description": ["two\nlines", "d" * 201, "nul\0"],
    "author": ["two\nlines", "a" * 101],
}


def check(folder: Path, boot: Boot, answers: dict[str, str]) -> None:
    """Write a project with the answers, or see them refused and nothing written."""
    project = folder / "myapp"
    refusal = None
    try:
        new(str(project), answers=answers, defaults=True, use_git=False)
    except DashgenError as error:
        refusal = str(error)
    if refusal is not None:
        assert len(refusal.splitlines()) == 1, refusal
        assert not project.exists()
        return
    check_files(project)
    assert lint(project) == ""
    settings = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    shown = {key: answers[key] for key in ("name", "description") if key in answers}
    assert settings["description"] == shown.get("description", settings["description"])
    if author := answers.get("author"):
        assert settings["authors"] == [{"name": author}]
    assert boot(project, {}, shown.values()) == ""


@pytest.mark.parametrize(
    "answers",
    [
        *({"name": text} for text in NAMES),
        *({"description": text} for text in DESCRIPTIONS),
        *({"author": text} for text in AUTHORS),
        {"package": "a"},
        {"package": "p" * 40},
    ],
    ids=str,
)
def test_an_odd_text_is_accepted_and_kept(
    tmp_path: Path, boot: Boot, answers: dict[str, str]
) -> None:
    check(tmp_path, boot, answers)
    assert (tmp_path / "myapp").exists()


@pytest.mark.parametrize(
    ("question", "text"), [(key, text) for key, texts in REFUSED.items() for text in texts]
)
def test_a_text_that_cannot_be_kept_is_refused(tmp_path: Path, question: str, text: str) -> None:
    with pytest.raises(DashgenError) as error:
        new(str(tmp_path / "myapp"), answers={question: text}, defaults=True, use_git=False)
    assert len(str(error.value).splitlines()) == 1
    assert not list(tmp_path.iterdir())


# Every character that YAML, TOML, Python, HTML, Jinja or a shell treats in a way of its own.
SPECIAL = "\"'\\{}%#<>&$`|:*?!@~^-_=+,;. \t\n\r\0\x85\u2028é日📈"
TEXTS = st.text(st.sampled_from(SPECIAL) | st.characters(codec="utf-8"), max_size=30)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=TEXTS, description=TEXTS, author=TEXTS)
def test_any_text_is_kept_or_refused(boot: Boot, name: str, description: str, author: str) -> None:
    with TemporaryDirectory() as folder:
        check(Path(folder), boot, {"name": name, "description": description, "author": author})
