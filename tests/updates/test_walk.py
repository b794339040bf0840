"""From an empty app to one's own: what a person does in the first weeks, by the command."""

from pathlib import Path

import pytest

from dashgen.cli import main
from dashgen.releases import installed
from tests.cli.conftest import signal_handlers
from tests.cli.helpers import own_check

from .lab import commit
from .pages import BETTER, MINE, edits, two_releases

__all__ = ["signal_handlers"]

PAGES = {
    "notes": ["--kind", "blank"],
    "world": ["--kind", "data"],
    "customers": ["--kind", "form", "--field", "name", "--field", "tier:choice=gold,silver"],
    "exports": ["--kind", "job"],
}


def green(shop: Path) -> None:
    """Commit what a step has done, and run the project's own tests."""
    commit(shop)
    assert own_check(shop, "pytest", "-q", "-p", "no:cacheprovider") == ""


@pytest.mark.usefixtures("signal_handlers")
def test_an_app_grows_is_edited_updated_and_pruned_and_its_tests_pass_at_each_step(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = two_releases("blank", "data", "form", "job")
    monkeypatch.setattr(installed, "everything", lambda: bundle)
    monkeypatch.setattr(installed, "own_tag", lambda: "v0.1.0")
    monkeypatch.setattr(installed, "share", lambda: "")
    assert main(["new", "shop", "-y", "-q", "--start", "empty"]) == 0
    shop = work / "shop"
    monkeypatch.chdir(shop)
    green(shop)
    for name, words in PAGES.items():
        assert main(["add", "page", name, *words, "-y", "-q", "--no-try"]) == 0
        green(shop)

    edited = [name for name in PAGES if name != "exports"]
    for name in edited:
        edits(f"shop/pages/{name}/page.py")(shop)
        edits(f"tests/pages/test_{name}.py")(shop)
    commit(shop)
    assert main(["update", "-y", "-q", "--no-try"]) == 0
    for name in PAGES:
        text = (shop / f"shop/pages/{name}/page.py").read_text()
        assert BETTER in text
        assert (MINE in text) == (name in edited)
    green(shop)

    for name in ("exports", "notes"):
        assert main(["remove", "page", name, "-y", "-q", "--no-try"]) == 0
        green(shop)
    assert not (shop / "shop/pages/exports").exists()
    assert MINE in (shop / "shop/pages/notes/page.py").read_text(), "it was edited, so it stays"
