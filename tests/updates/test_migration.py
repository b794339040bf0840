"""A project of the layout before `core/` and page folders comes to the present one.

`data/first-layout.bundle` is the template of that time, as a build packs it, so that the test needs
no history of this repository.
"""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen.commands.update import Update, update
from dashgen.releases import installed
from dashgen.releases.bundle import Bundle
from dashgen.releases.sources import TemplateVersion
from dashgen.template.answers import Stated, resolve
from dashgen.template.choices import registry
from dashgen.template.questions import read
from tests.cli.helpers import git
from tests.support.projects import served

from .kinds import append
from .lab import Tree, commit, files_of, fresh, project
from .releases import real_releases

FIRST_LAYOUT = Path(__file__).parent / "data/first-layout.bundle"
START = "from app import app; assert app.server.test_client().get('/').status_code == 200"
SALES = """\
from dash import html, register_page

from ..sales import ROWS

register_page(__name__, path="/sales")
layout = html.Div(f"Sold: {sum(ROWS)}")
"""
OWN_TEST = """\
from shop.sales import ROWS


def test_we_have_sold() -> None:
    assert sum(ROWS) == 7
"""
SETTING = 'currency: str = "EUR"'
GROUND = "--app-ground: #fff8f0"
OWN_PAGE = """\
from dash import html, register_page

from .. import background

register_page(__name__, path="/mine")
layout = html.Div(str(background))
"""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tree, Tree]:
    """Return a bundle of both layouts, and what each gives."""
    bundle = Bundle.read(FIRST_LAYOUT)
    bundle.add("v0.2.0", installed.own_files())
    path = tmp_path_factory.mktemp("releases") / "template.bundle"
    path.write_bytes(bundle.to_bytes())
    old, new = (
        fresh(TemplateVersion(tag, str(path), read(bundle.files(tag)), bundle.files(tag)))
        for tag in ("v0.1.0", "v0.2.0")
    )
    return path, old, new


@pytest.mark.parametrize("what", ["reserved_pages", "reserved_fields"])
def test_a_name_that_a_former_release_took_is_not_refused(what: str) -> None:
    """Such a project could not be updated. Plain Copier would give it the demo's pages."""
    bundle = real_releases()
    reserved = {
        tag: {
            *str(
                next(q.default for q in read(bundle.files(tag)).questions if q.name == what)
            ).split()
        }
        for tag in bundle.tags
    }
    newest = reserved.popitem()[1]
    assert newest
    for tag, former in reserved.items():
        assert newest <= former, f"{tag} took {sorted(newest - former)}"


def test_what_a_former_release_says_about_its_choices_is_read() -> None:
    bundle = real_releases()
    for tag in bundle.tags:
        template = read(bundle.files(tag))
        facts = resolve(template, {}, {"name": Stated("shop", "")}).facts
        known = registry(facts, "storage")
        redis = known["redis"].server
        assert redis
        assert redis.command.startswith("redis-server"), tag
        assert "not copied" in known["sqlite"].switch
        assert {"storage_url"} <= {setting.name for setting in known["redis"].settings}


def migrated(shop: Path, bundle: Path) -> Update:
    done = update(shop, template=str(bundle))
    assert done.written
    return done


def run(shop: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=shop,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_untouched_project_becomes_what_a_new_one_is(
    releases: tuple[Path, Tree, Tree], work: Path
) -> None:
    bundle, old, new = releases
    shop = project(work / "shop", old)
    done = migrated(shop, bundle)
    assert not done.conflicts
    assert not done.uses
    assert files_of(shop) == new


def changes(path: str, old: str, new: str) -> Callable[[Path], object]:
    """Return what changes a text in a file."""

    def do(shop: Path) -> None:
        text = (shop / path).read_text()
        assert old in text, path
        (shop / path).write_text(text.replace(old, new, 1))

    return do


def writes(path: str, text: str) -> Callable[[Path], object]:
    return lambda shop: (shop / path).write_text(text)


def deletes(*paths: str) -> Callable[[Path], object]:
    def do(shop: Path) -> None:
        for path in paths:
            (shop / path).unlink()

    return do


# What people do first with a new project, and what shows afterwards that it is still there.
TYPICAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "an own data module": (writes("shop/sales.py", "ROWS = [3, 4]  # ours\n"), "ROWS = [3, 4]"),
    "an own page": (writes("shop/pages/sales.py", SALES), 'html.Div(f"Sold: {sum(ROWS)}"'),
    "a page less": (deletes("shop/pages/reports.py", "tests/test_reports.py"), ""),
    "colours": (
        changes("shop/assets/app.css", "--app-ground: #f6f8fa", GROUND),
        GROUND,
    ),
    "a requirement": (
        changes("pyproject.toml", '<8",\n]', '<8",\n    "packaging>=24",\n]'),
        '"packaging>=24"',
    ),
    "the README": (
        lambda shop: append(shop, "README.md", "\n## Our shop\n\nAsk Ada."),
        "## Our shop",
    ),
    "a setting": (
        changes("shop/settings.py", "    slow_seconds", f"    {SETTING}\n    slow_seconds"),
        SETTING,
    ),
    "a callback": (
        changes("shop/pages/explore.py", ":,.0f} in the end", ":,.0f} at last"),
        ":,.0f} at last",
    ),
    "an own test": (writes("tests/test_sales.py", OWN_TEST), "def test_we_have_sold"),
    "an own asset": (writes("shop/assets/own.css", ".ours { color: teal }\n"), ".ours {"),
}


def content(shop: Path) -> str:
    """Return all that a project's files hold."""
    return "\n".join(file.content.decode(errors="replace") for file in files_of(shop).values())


def former_storages() -> list[str]:
    """Return the storages of that release. A newer one has no project to move."""
    questions = read(Bundle.read(FIRST_LAYOUT).files("v0.1.0")).questions
    return [str(value) for q in questions if q.name == "storage" for value in q.values]


@pytest.mark.parametrize("storage", former_storages())
def test_what_people_do_first_is_kept_with_each_storage_and_the_app_starts(
    storage: str, releases: tuple[Path, Tree, Tree], work: Path
) -> None:
    bundle, _, _ = releases
    files = Bundle.read(bundle).files("v0.1.0")
    version = TemplateVersion("v0.1.0", str(bundle), read(files), files)
    shop = project(work / "shop", fresh(version, storage=storage))
    for does, _ in TYPICAL.values():
        does(shop)
    commit(shop)
    done = migrated(shop, bundle)
    # The README's end is another one now; the app starts with a conflict there.
    assert {change.path for change in done.conflicts} == {"README.md"}
    assert not done.uses
    kept = content(shop)
    assert [name for name, (_, text) in TYPICAL.items() if text not in kept] == []
    assert not list(shop.glob("**/reports*"))
    if storage != "sqlite":
        run(shop, "-c", START)
        return
    run(shop, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    with served(shop, log=work / "log") as process:
        for path in ("/", "/sales", "/ready"):
            with urllib.request.urlopen(f"{process.url}{path}", timeout=60) as answer:
                assert answer.status == 200


def test_what_people_named_by_its_old_name_is_said_with_file_and_line(
    releases: tuple[Path, Tree, Tree], work: Path
) -> None:
    bundle, old, _ = releases
    shop = project(work / "shop", old)
    (shop / "shop/pages/mine.py").write_text(OWN_PAGE)
    (shop / ".env").write_text("SECRET_KEY=0123456789abcdef\nDEBUG=true\nPORT=8051\n")
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--no-verify", "--message", "mine")
    done = migrated(shop, bundle)
    assert [f"{use.path}:{use.line}: {use.was} is {use.now}" for use in done.uses] == [
        ".env:1: SECRET_KEY is APP_SECRET_KEY",
        ".env:2: DEBUG is APP_DEBUG",
        "shop/pages/mine.py:3: shop.background is shop.core.background",
    ]


def test_lines_below_src_are_named_and_the_templates_own_are_not(
    releases: tuple[Path, Tree, Tree], work: Path
) -> None:
    bundle, old, _ = releases
    shop = project(work / "shop", old)
    (shop / "src").mkdir()
    (shop / "shop").rename(shop / "src/shop")
    (shop / "src/shop/pages/mine.py").write_text(OWN_PAGE)
    (shop / "own.py").write_text("import shop.background\n")
    commit(shop)
    done = migrated(shop, bundle)
    assert done.moves["shop/"] == "src/shop/"
    assert [(use.path, use.line, use.was) for use in done.uses] == [
        ("own.py", 1, "shop.background"),
        ("src/shop/pages/mine.py", 3, "shop.background"),
    ]
