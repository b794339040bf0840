"""A package's name never hides, and is never hidden by, what an app imports or git keeps.

Reports: djangocms-installer#12, diagrams#175, apikana#144.
"""

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dashgen.commands.new import new
from dashgen.errors import InvalidAnswerError
from dashgen.releases import installed
from dashgen.template.answers import Stated, resolve

from .helpers import git, tree
from .names import FILE, plain_letters, projects, recorded, reserved, written


def package(**texts: str) -> str:
    """Return the package of a project, which passes the template's check."""
    answers = resolve(
        installed.own_template(),
        {name: Stated(text, name) for name, text in texts.items()},
        {},
    ).answers
    return str(answers["package"])


def test_the_recorded_names_are_those_that_something_holds(tmp_path: Path) -> None:
    held = reserved(list(projects(tmp_path)))
    known = set[str]().union(*recorded().values())
    missing = {what: sorted(names - known) for what, names in held.items() if names - known}
    assert not missing, "run: python -m tests.cli.names"
    assert FILE.read_text(encoding="utf-8") == written(held), "run: python -m tests.cli.names"


def test_the_recorded_letters_are_those_of_unicode() -> None:
    facts = {question.name: question.default for question in installed.own_template().questions}
    assert {**plain_letters()} == facts["plain_letters"]


@pytest.mark.parametrize(
    ("name", "derived"),
    [
        ("shop", "shop"),
        ("My first app", "my_first_app"),
        ("app", "dash_app"),
        ("test", "app_test"),
        ("Test data", "app_test_data"),
        ("code", "code_app"),
        ("dash", "dash_app"),
        ("click", "click_app"),
        ("conftest", "conftest_app"),
        ("instance", "instance_app"),
        ("Übersicht Verkäufe", "ubersicht_verkaufe"),
        ("U\N{COMBINING DIAERESIS}bersicht", "ubersicht"),
        ("Straße nach Łódź", "strasse_nach_lodz"),
        ("İstanbul sat\N{LATIN SMALL LETTER DOTLESS I}ş", "istanbul_satis"),
        ("A/B tests", "a_b_tests"),
        ("Sales 2024/25", "sales_2024_25"),
        ("24 hours", "app_24_hours"),
        ("売上", "dash_app"),
        ("x" * 60, "x" * 36),
    ],
)
def test_a_package_is_derived_from_any_name(name: str, derived: str) -> None:
    assert package(name=name) == derived


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(min_size=1, max_size=60), st.sampled_from(sorted(set().union(*recorded().values())))
    )
)
def test_whatever_name_is_accepted_its_package_is_too(name: str) -> None:
    try:
        resolve(
            installed.own_template(),
            {"name": Stated(name, ""), "package": Stated("shop", "")},
            {},
        )
    except InvalidAnswerError:
        assume(False)
    package(name=name)


@pytest.mark.parametrize(
    ("package", "reason"),
    [
        ("class", "a keyword of Python"),
        ("json", "a module of Python's standard library"),
        ("compression", "a module of Python's standard library"),
        ("click", "a package that the project or its tools install"),
        ("dotenv", "a package that the project or its tools install"),
        ("dill", "a package that the project or its tools install"),
        ("itsdangerous", "a package that the project or its tools install"),
        ("pluggy", "a package that the project or its tools install"),
        ("coverage", "a package that the project or its tools install"),
        ("conftest", "a file or folder of the project, or one that git ignores there"),
        ("assets", "a file or folder of the project, or one that git ignores there"),
        ("instance", "a file or folder of the project, or one that git ignores there"),
    ],
)
def test_a_stated_package_is_refused_with_the_true_reason(package: str, reason: str) -> None:
    stated = {"name": Stated("Shop", ""), "package": Stated(package, "--package")}
    with pytest.raises(InvalidAnswerError, match=f"is the name of {reason}; choose another"):
        resolve(installed.own_template(), stated, {})


@pytest.mark.parametrize("name", ["app", "instance"])
def test_all_files_of_a_project_with_such_a_name_are_committed(work: Path, name: str) -> None:
    project = new(name, defaults=True)
    assert project.commit
    tracked = git(project.path, "ls-files", "-z").strip("\0").split("\0")
    assert sorted(tracked) == sorted(tree(project.path))
