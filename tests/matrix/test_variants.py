"""Each of the variants is rendered, read and booted."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.projects import AXES, choices
from tests.support.variants import every_variant

from .checks import check_duplicates, check_files, check_no_jinja, lint
from .conftest import Boot, Shelf
from .requirements import check_requirements

VARIANTS = every_variant()
each = pytest.mark.parametrize("variant", VARIANTS, ids=str)


def test_they_are_all_of_them() -> None:
    number = 1
    for axis in AXES:
        number *= len(choices(axis))
    assert len({str(variant) for variant in VARIANTS}) == len(VARIANTS) == number >= 420


@each
def test_its_files_parse_and_ask_for_what_they_import(project: Path) -> None:
    check_files(project)
    check_no_jinja(project)
    check_duplicates(project)
    check_requirements(project)


@each
def test_it_boots(project: Path, env: Mapping[str, str], boot: Boot) -> None:
    assert boot(project, env) == ""


@pytest.mark.parametrize("background", choices("background"))
@pytest.mark.parametrize("storage", choices("storage"))
def test_formatter_and_linter_find_nothing(storage: str, background: str, shelf: Shelf) -> None:
    """All in one run that one process has rendered."""
    share = [v for v in VARIANTS if (v.storage, v.background) == (storage, background)]
    assert lint(*map(shelf.project, share)) == ""
