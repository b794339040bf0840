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
# One share for each process of the test run; a share is linted in one go.
SHARES = {variant: f"share-{number % 2}" for number, variant in enumerate(VARIANTS)}

each = pytest.mark.parametrize(
    "variant",
    [pytest.param(v, id=str(v), marks=pytest.mark.xdist_group(SHARES[v])) for v in VARIANTS],
)


def test_they_are_all_of_them() -> None:
    number = 1
    for axis in AXES:
        number *= len(choices(axis))
    assert len({str(variant) for variant in VARIANTS}) == len(VARIANTS) == number == 420


@each
def test_its_files_parse_and_ask_for_what_they_import(project: Path) -> None:
    check_files(project)
    check_no_jinja(project)
    check_duplicates(project)
    check_requirements(project)


@each
def test_it_boots(project: Path, env: Mapping[str, str], boot: Boot) -> None:
    assert boot(project, env) == ""


@pytest.mark.parametrize(
    "share",
    [pytest.param(one, marks=pytest.mark.xdist_group(one)) for one in sorted(set(SHARES.values()))],
)
def test_formatter_and_linter_find_nothing(share: str, shelf: Shelf) -> None:
    if shelf.is_empty:  # this test was asked for without the others
        for variant in (variant for variant in VARIANTS if SHARES[variant] == share):
            shelf.project(variant)
    assert lint(shelf.folder) == ""
