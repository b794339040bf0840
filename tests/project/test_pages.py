"""A page is one thing: it comes with an entry of `pages`, and goes with its folder and its test."""

import re
import shutil
from pathlib import Path
from typing import Any

import copier
import pytest

from dashgen.files import lay
from dashgen.releases import installed
from dashgen.template.answers import Stated, resolve
from tests.support.process import ROOT
from tests.support.projects import DELAYS, Variant, choices, render, run

PAGES = ("explore", *DELAYS)
TYPED = [
    {"name": "customer"},
    {"name": "amount", "type": "number", "label": "Amount (EUR)"},
    {"name": "tier", "type": "choice", "options": ["gold", "silver"]},
    {"name": "due", "type": "date"},
    {"name": "paid", "type": "yesno"},
]
# Two of each kind, and names, titles and fields that stretch what is allowed.
FREE = ["a", "a_store", "a_written_store", "fields_store", "form_known", "known", "values"]
TWICE: list[dict[str, Any]] = [
    {"name": "explore", "kind": "data"},
    {"name": "world_data", "kind": "data", "title": "L'été 2026"},
    {"name": "orders", "kind": "form", "fields": TYPED},
    {"name": "one", "kind": "form", "fields": [{"name": "x" * 24, "type": "yesno"}]},
    # What a form has beside its fields has no id and no name of theirs.
    {"name": "names", "kind": "form", "fields": [{"name": name} for name in FREE]},
    {"name": "profile", "kind": "form"},
    {"name": "y" * 24, "kind": "job"},
    {"name": "reports", "kind": "job"},
    {"name": "notes", "kind": "blank", "description": "Notes of the day", "icon": "M4 4h16"},
    {"name": "b", "kind": "blank"},
]
REFUSED = {
    "a list": "orders",
    "a name and a kind": [{"kind": "form"}],
    "24 lower-case": [{"name": "../evil", "kind": "blank"}],
    "beginning with a letter": [{"name": "Orders", "kind": "blank"}],
    "reserved": [{"name": "home", "kind": "blank"}],
    "is reserved": [{"name": "con", "kind": "blank"}],
    "stands twice": [{"name": "a", "kind": "blank"}, {"name": "a", "kind": "job"}],
    "the kind must be one of blank, data, form, job": [{"name": "a", "kind": "chart"}],
    "unknown option colour": [{"name": "a", "kind": "blank", "colour": "red"}],
    "only a form": [{"name": "a", "kind": "job", "fields": TYPED}],
    "without double quotes": [{"name": "a", "kind": "blank", "title": '"); evil("'}],
    "without double quotes, backslashes and braces": [
        {"name": "a", "kind": "blank", "icon": "{{ 7 * 7 }}"}
    ],
    "fields must be a list": [{"name": "a", "kind": "form", "fields": "customer"}],
    "field 1 must have a name": [{"name": "a", "kind": "form", "fields": [{"name": "../x"}]}],
    "field load stands twice or is reserved": [
        {"name": "a", "kind": "form", "fields": [{"name": "load"}]}
    ],
    "the type must be one of": [
        {"name": "a", "kind": "form", "fields": [{"name": "x", "type": "colour"}]}
    ],
    "a choice needs options": [
        {"name": "a", "kind": "form", "fields": [{"name": "x", "type": "choice"}]}
    ],
    "label and options must be one line": [
        {"name": "a", "kind": "form", "fields": [{"name": "x", "label": "two\nlines"}]}
    ],
}
SILENT = """import logging

from dash import Input, callback, html, register_page

register_page(__name__)

layout = html.Button("Log", id="silent-log")


@callback(Input("silent-log", "n_clicks"))
def log(clicks):
    logging.getLogger(__name__).info("%s clicks", clicks)
"""
CHECKS = ("ruff check --quiet", "ruff format --check --quiet", "mypy", "pytest -q")


# Two pages of one file, lists and coroutines as layouts, components that a callback makes, and a
# library without types.
SEVERAL = """import diskcache
from dash import Input, Output, callback, dcc, html, register_page


def layout(name):
    return [html.H1(name), dcc.Tabs(id=f"{name}-tabs"), html.Div(id=f"{name}-body")]


async def south():
    return layout("south")


register_page("north", path="/north", layout=layout("north"))
register_page("south", path="/south", layout=south)


@callback(Output("north-body", "children"), Input("north-tabs", "value"))
def show(_tab):
    return [dcc.Dropdown([diskcache.__version__], id="north-choice"), html.Div(id="north-chosen")]


@callback(
    Output("north-chosen", "children"),
    Input("north-choice", "value"),
    Input("nowhere", "value", allow_optional=True),
)
def tell(value, _nothing):
    return value
"""

# What a visitor of that app gets without a password, with a wrong one, and with the right one.
ASK = """
import sys
import app

client = app.server.test_client()
for auth in (None, ("ada", "wrong"), ("ada", "open sesame")):
    print(client.get("/notes", auth=auth).status_code)
print(client.get("/health").text)
notes = next(module for name, module in sys.modules.items() if name.endswith("pages.notes"))
print(*(item.children for item in notes.add(1, "bread")))
"""
PRODUCTION = {
    "APP_ENVIRONMENT": "production",
    "APP_SECRET_KEY": "0123456789abcdefg",
    "APP_PASSWORD": "open sesame",
}


def extend(project: Path) -> None:
    """Do what the documentation tells about code of one's own."""
    page = (ROOT / "docs/extend.md").read_text()
    code = dict(re.findall(r'```python title="(.*?)"\n(.*?)```', page, re.DOTALL))
    imports, hook = code["app.py"].split("\n\n\n")
    empty = 'class Settings(CoreSettings):\n    """One attribute a setting."""\n'
    server = "server = app.server\n"
    for name, old, new in [
        ("myapp/settings.py", "from .core", "from pydantic import SecretStr\n\nfrom .core"),
        ("myapp/settings.py", empty, code["myapp/settings.py"]),
        ("app.py", "from myapp", f"{imports}\n\nfrom myapp"),
        ("app.py", server, f"{server}\n\n{hook}\n"),
    ]:
        text = (project / name).read_text()
        assert old in text
        (project / name).write_text(text.replace(old, new, 1))
    (project / "myapp/pages/notes.py").write_text(code["myapp/pages/notes.py"])


def check(project: Path) -> None:
    """Run what the README says before a commit."""
    for command in CHECKS:
        code, said = run(project, "-m", *command.split())
        assert code == 0, f"{command}\n{said}"


def remove(project: Path, page: str) -> None:
    shutil.rmtree(project / "myapp/pages" / page)
    (project / f"tests/pages/test_{page}.py").unlink()


def words(**page: Any) -> tuple[str, str]:
    """Return the description and the icon of a page."""
    stated = {"pages": Stated([{"name": "orders", **page}], "")}
    facts = resolve(installed.own_template(), stated, {"name": Stated("shop", "")}).facts
    return facts["page_facts"][0]["description"], facts["page_facts"][0]["icon"]


def test_two_pages_of_one_kind_have_words_of_their_own() -> None:
    form, person = words(kind="form", fields=TYPED), words(kind="form")
    assert form[0].startswith("Customer, Amount (EUR), tier and 2 more in one record")
    assert person[0].startswith("First name, last name and age in one record")
    assert form[1] != person[1]
    assert words(kind="form", fields=TYPED[:1])[0].startswith("Customer in one record")
    assert words(kind="form", description="Mine", icon="M4 4h16") == ("Mine", "M4 4h16")


def test_a_page_of_data_is_described_by_its_columns() -> None:
    columns = [
        {"name": "Amount", "role": "measure", "type": "number"},
        {"name": "area", "role": "category", "type": "text", "label": "Area"},
        {"name": "Owner", "role": "category", "type": "text", "hidden": True},
    ]
    data: dict[str, Any] = {"kind": "data", "source": {"path": "data/orders.csv"}}
    assert words(**data, columns=columns)[0] == "Amount by Area."
    assert words(**data, columns=columns[1:])[0] == "Rows by Area."
    usual = words(**data, columns=columns[:1])[0]
    for name in ('"quoted"', "{braces}", "back\\slash", "x" * 100):
        odd = {"name": name, "role": "category", "type": "text"}
        assert words(**data, columns=[odd])[0] == usual, name


@pytest.mark.parametrize("layout", choices("layout"))
def test_pages_are_removed_by_two_paths_each(layout: str, tmp_path: Path) -> None:
    project = render(tmp_path, Variant(layout=layout))
    first = PAGES[choices("layout").index(layout) % len(PAGES)]
    remove(project, first)
    check(project)
    for page in PAGES:
        if page != first:
            remove(project, page)
    check(project)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_outside_of_them_names_a_page(page: str, tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    remove(project, page)
    for file in [*project.glob("myapp/**/*"), *project.glob("tests/**/*")]:
        if file.is_file():
            assert page not in file.read_text().lower(), file


@pytest.mark.parametrize("style", choices("callbacks"))
def test_pages_of_one_kind_live_side_by_side(style: str, tmp_path: Path) -> None:
    check(render(tmp_path, Variant(callbacks=style), pages=TWICE))


@pytest.mark.parametrize("layout", choices("layout"))
def test_an_empty_app_has_no_trace_of_a_demo(layout: str, tmp_path: Path) -> None:
    project = render(tmp_path, Variant(layout=layout), pages=[])
    files = [file for file in project.rglob("*") if file.is_file()]
    for file in files:
        for word in (*PAGES, "gapminder", "lovelace"):
            known = file.read_text().lower().replace("px.data.gapminder()", "")
            assert word not in known.replace("reports in", ""), f"{file}: {word}"
    own = [file for file in (project / "myapp").rglob("*") if file.is_file()]
    own = [file for file in own if "core" not in file.relative_to(project).parts]
    assert len(own) <= 10
    lines = [line for file in own if file.suffix == ".py" for line in file.read_text().splitlines()]
    assert len(lines) <= 200
    check(project)


def test_the_first_page_of_the_readme_and_own_code_are_sound_as_written(
    tmp_path: Path,
) -> None:
    project = render(tmp_path, Variant(), pages=[])
    readme = (project / "README.md").read_text()
    found = re.search(r"Save this as `(.*?)`.*?```python\n(.*?)```", readme, re.DOTALL)
    assert found
    assert len(found[2].splitlines()) <= 20
    (project / found[1]).write_text(found[2])
    (project / "myapp/pages/silent.py").write_text(SILENT)
    (project / "myapp/pages/several.py").write_text(SEVERAL)
    extend(project)
    check(project)
    code, said = run(project, "-c", ASK, env=PRODUCTION)
    assert code == 0, said
    assert said.splitlines()[-5:] == ["401", "401", "200", "OK", "bread"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    lay(installed.own_files(), folder)
    return folder


@pytest.mark.parametrize(("words", "pages"), REFUSED.items(), ids=REFUSED)
def test_plain_copier_refuses_what_cannot_be_a_page(
    words: str, pages: object, template: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        copier.run_copy(
            str(template), tmp_path / "myapp", data={"pages": pages}, defaults=True, quiet=True
        )
    assert list(tmp_path.iterdir()) == []
