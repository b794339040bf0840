"""What the documentation says of an app is so."""

import re
from pathlib import Path

import pytest

from tests.support.projects import Variant, render, vary

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("variant", vary("background", "callbacks"), ids=str)
def test_the_map_of_subjects_leads_to_functions(variant: Variant, tmp_path: Path) -> None:
    project = render(tmp_path, variant)
    rows = mapped((project / "README.md").read_text(), "myapp/pages/")
    assert rows == mapped((ROOT / "docs/callbacks.md").read_text(), "")
    assert len(rows) > 20
    for _, file, function in rows:
        text = (project / "myapp/pages" / file).read_text()
        assert re.search(rf"^(def )?(record = )?{function}\(", text, re.MULTILINE), (file, function)


def mapped(page: str, folder: str) -> list[tuple[str, str, str]]:
    """Return subject, file and function of each row of a map."""
    rows = rf"^\| (.+?) \| `{folder}(\w+/\w+\.py)` \| `(\w+)` \|"
    return sorted(re.findall(rows, page, re.MULTILINE))


def test_links_and_pictures_of_the_documentation_exist() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_is_short_and_names_every_page_of_the_documentation() -> None:
    readme = (ROOT / "README.md").read_text()
    assert len(readme.split()) <= 500
    index = {"index.md"}  # the site's own first page
    for page in ROOT.glob("docs/*.md"):
        assert page.name in index or f"docs/{page.name}" in readme, page.name
