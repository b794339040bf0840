"""Projects as people have them, on every axis and over releases: no worse than Copier anywhere."""

from pathlib import Path

import pytest

from dashgen.releases import installed

from .kinds import KINDS, STEPS, both
from .lab import Template
from .releases import RELEASES


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template"), RELEASES)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_update_is_no_worse_than_copiers(
    kind: str, step: str, template: Template, work: Path
) -> None:
    assert installed.share() == ""
    ours, copiers = both(work, kind, step, template)
    assert ours.lost == 0
    assert ours.places <= copiers.places
    assert ours.boots >= copiers.boots
