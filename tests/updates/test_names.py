"""A release renames ids and classes. The update names the user's lines with the old ones."""

import json
import re
from pathlib import Path

import pytest
import yaml

from dashgen.commands.update import update
from dashgen.releases import installed
from dashgen.update.changes import Use
from tests.cli.helpers import dashgen

from .lab import Template, Tree, commit, project
from .releases import real_releases

APP_CSS = "shop/assets/app.css"
OWN_PAGE = "shop/pages/mine.py"
OWN_TEST = "tests/test_mine.py"
SCRIPT = "shop/assets/mine.js"

# By file: lines of people's own, and what each of them is said to use. None: it says nothing old.
STALE: dict[str, dict[str, tuple[str, str] | None]] = {
    "shop/assets/mine.css": {
        ".nav-link { color: teal }": (".nav-link", ".shell-nav-link"),
        "#shell-nav a.nav-link:hover, .ours { color: teal }": (".nav-link", ".shell-nav-link"),
        "#notifications { top: 0 }": ("#notifications", "#shell-notifications"),
        "#nav-profile { color: teal }": ("#nav-profile", "#shell-nav-profile"),
        "#nav-mine { color: teal }": ("#nav-mine", "#shell-nav-mine"),
        "[id^=nav-] { color: teal }": ("#nav-", "#shell-nav-"),
        '[id="theme-toggle"] { color: teal }': ("#theme-toggle", "#shell-theme-toggle"),
        ".note { color: teal }": (".note", ".app-note"),
        ".job-cancel:disabled { color: teal }": (".job-cancel", ".app-job-cancel"),
        "#nav-wrapper, #nav-profile-2, .nav-links, .my-note { color: teal }": None,
        ".shell-nav-link, #shell-notifications, .app-note { color: teal }": None,
        ".menu, .open, #menu { color: teal }": None,
    },
    OWN_PAGE: {
        "from dash import Output, callback, html, register_page, set_props": None,
        "register_page(__name__, path='/mine')": None,
        'WHERE = Output("notifications", "sendNotifications", allow_duplicate=True)': (
            "#notifications",
            "#shell-notifications",
        ),
        "def say(): set_props('notifications', {'sendNotifications': []})": (
            "#notifications",
            "#shell-notifications",
        ),
        'TOGGLE = "theme-toggle"': ("#theme-toggle", "#shell-theme-toggle"),
        "def link(name): return f'nav-{name}'": ("#nav-", "#shell-nav-"),
        'layout = html.Div(className="mine record", id="mine")': (".record", ".app-record"),
        'ROWS = {"notifications": 1, "menu": 2, "note": 3}': None,
        "def noted(event): return event.note, event.record, event.wide": None,
        'WORDS = "A note about notifications. Take the menu, or a record."': None,
    },
    OWN_TEST: {
        "def test_mine(page):": None,
        '    page.click("#nav-profile")': ("#nav-profile", "#shell-nav-profile"),
        "    page.click(f'#nav-{1}')": ("#nav-", "#shell-nav-"),
        '    page.locator("a.nav-link").click()': (".nav-link", ".shell-nav-link"),
        '    page.locator("#shell-main .note").click()': (".note", ".app-note"),
        "    page.locator('#notifications').click()": ("#notifications", "#shell-notifications"),
        '    page.locator("#notifications-list, #my-notifications").click()': None,
    },
    SCRIPT: {
        'document.getElementById("notifications");': ("#notifications", "#shell-notifications"),
        'document.querySelector(".brand").remove();': (".brand", ".shell-brand"),
        'link.classList.contains("nav-link");': (".nav-link", ".shell-nav-link"),
        "const { brand, note } = self.record; self.note = note;": None,
        "const settings = { DEBUG: true };": None,
    },
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.of(tmp_path_factory.mktemp("releases"), real_releases())


@pytest.fixture(scope="module")
def former(template: Template) -> Tree:
    """Return a project of a release with the former names."""
    return template.fresh("v0.2.0")


def shop_with(work: Path, former: Tree, files: dict[str, str]) -> Path:
    shop = project(work / "shop", former)
    for path, text in files.items():
        (shop / path).write_text(text)
    commit(shop)
    return shop


def named(shop: Path, template: Template) -> list[Use]:
    return list(update(shop, template=str(template.path), trying=False).uses)


def test_lines_with_former_ids_and_classes_are_named_and_stay(
    work: Path, template: Template, former: Tree
) -> None:
    files = {path: "\n".join(lines) + "\n" for path, lines in STALE.items()}
    shop = shop_with(work, former, files)
    assert named(shop, template) == sorted(
        (path, number, *names)
        for path, lines in STALE.items()
        for number, names in enumerate(lines.values(), start=1)
        if names
    )
    assert {path: (shop / path).read_text() for path in files} == files


def test_the_names_are_in_the_text_and_in_json(
    work: Path, template: Template, former: Tree
) -> None:
    css = former[APP_CSS].content.decode()
    shop = shop_with(work, former, {APP_CSS: f"{css}.nav-link {{ color: teal }}\n"})
    line = len(css.splitlines()) + 1
    words = ("update", "-y", "--no-try", "--template", str(template.path))
    shown = dashgen(*words, cwd=shop)
    assert f"{APP_CSS}:{line}: .nav-link is .shell-nav-link" in shown.stdout
    dashgen("update", "--abort", cwd=shop)
    use = {"path": APP_CSS, "line": line, "was": ".nav-link", "now": ".shell-nav-link"}
    assert json.loads(dashgen(*words, "--json", cwd=shop).stdout)["uses"] == [use]


def test_a_call_over_several_lines_is_named(work: Path, template: Template, former: Tree) -> None:
    text = 'import dash\n\ndash.Output(\n    "notifications",\n    "sendNotifications",\n)\n'
    shop = shop_with(work, former, {"shop/own.py": text})
    assert named(shop, template) == [("shop/own.py", 4, "#notifications", "#shell-notifications")]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="nothing of one's own"),
        pytest.param(
            {
                "shop/own.py": 'from dash import html\n\nNOTE = html.P(className="note wide")\n',
                "shop/assets/own.css": ".note { color: teal }\n.wide { width: 100% }\n",
            },
            id="a class with an own style",
        ),
        pytest.param(
            {
                "shop/own.py": "from dash import Input, html\n\nBAR = html.Nav(id='nav-profile')\n"
                'WHAT = Input("nav-profile", "children")\n',
                "shop/assets/own.css": "#nav-profile { color: teal }\n",
            },
            id="a component with that id",
        ),
        pytest.param(
            {"shop/assets/bootstrap.css": '@charset "UTF-8";/*!\n * Theirs\n */\n.nav-link {}\n'},
            id="the style sheet of a library",
        ),
    ],
)
def test_names_of_peoples_own_are_no_former_ones(
    files: dict[str, str], work: Path, template: Template, former: Tree
) -> None:
    assert named(shop_with(work, former, files), template) == []


def test_the_template_has_each_present_name_and_no_former_one() -> None:
    """An entry with a name that the template still has would name the template's own lines."""
    files = dict(installed.own_files())
    entries = yaml.safe_load(files.pop("template/renames.yml").content)
    text = b"".join(file.content for file in files.values()).decode(errors="replace")
    names = {entry["was"]: entry["now"] for entry in entries if entry["was"][0] in "#."}
    assert names
    for was, now in names.items():
        former, present = (re.escape(name[1:].partition("{")[0]) for name in (was, now))
        assert re.search(rf"[\"' .#]{present}\b", text), now
        assert not re.search(rf"(id|className)=f?\"(?:[^\"]* )?{former}(?![\w-])", text), was
