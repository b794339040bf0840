"""What dashgen writes is clean, and what it advises against is found."""

from pathlib import Path

import pytest

from dashgen.commands.check import check
from tests.support.projects import Variant, render
from tests.support.variants import pairs

NAIVE = Path(__file__).parents[1] / "browser/parts/naive.py"


@pytest.mark.first_for_each("storage", "callbacks")
@pytest.mark.parametrize("variant", pairs(), ids=str)
def test_every_variant_is_clean(variant: Variant, tmp_path: Path) -> None:
    assert check([render(tmp_path, variant)]).findings == ()


def test_the_naive_style_is_found(tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    places = ("profile_callbacks.py", "pages/profile/callbacks.py")
    (written,) = (path for place in places for path in project.rglob(place))
    written.write_text(NAIVE.read_text())
    assert [finding.rule for finding in check([project]).findings] == ["DG201"]
