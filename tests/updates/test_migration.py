"""A project of the layout before `core/` and page folders comes to the present one.

`data/first-layout.bundle` is the template of that time, as a build packs it, so that the test needs
no history of this repository.
"""

import os
import subprocess
import sys
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

from .kinds import append
from .lab import Tree, commit, files_of, fresh, project
from .releases import real_releases

FIRST_LAYOUT = Path(__file__).parent / "data/first-layout.bundle"
START = "from app import app; assert app.server.test_client().get('/').status_code == 200"
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


EDITS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "a line of CSS": (
        lambda shop: append(shop, "shop/assets/app.css", "/* mine */"),
        [],
    ),
    "a page, and settings by their old names": (
        lambda shop: (
            (shop / "shop/pages/mine.py").write_text(OWN_PAGE),
            (shop / ".env").write_text("SECRET_KEY=0123456789abcdef\nDEBUG=true\nPORT=8051\n"),
        ),
        [
            ".env:1: SECRET_KEY is APP_SECRET_KEY",
            ".env:2: DEBUG is APP_DEBUG",
            "shop/pages/mine.py:3: shop.background is ",
        ],
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_people_named_by_its_old_name_is_said_with_file_and_line(
    edit: str, releases: tuple[Path, Tree, Tree], work: Path
) -> None:
    bundle, old, _ = releases
    shop = project(work / "shop", old)
    does, expected = EDITS[edit]
    does(shop)
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--no-verify", "--message", "mine")
    done = migrated(shop, bundle)
    said = [f"{use.path}:{use.line}: {use.was} is {use.now}" for use in done.uses]
    assert said == expected
    if not expected:
        run(shop, "-c", START)
        run(shop, "-m", "pytest", "-q", "-p", "no:cacheprovider")


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
