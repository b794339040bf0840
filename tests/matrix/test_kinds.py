"""Two pages of each kind in one app, in few variants in which every two choices meet."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.project.test_pages import TWICE
from tests.support.projects import Variant, render
from tests.support.variants import pairs

from .conftest import Boot


@pytest.mark.parametrize("variant", pairs(), ids=str)
def test_two_pages_of_each_kind_share_an_app(
    variant: Variant, env: Mapping[str, str], boot: Boot, tmp_path: Path
) -> None:
    """No id is there twice, no output is written twice, and each page answers."""
    project = render(tmp_path, variant, pages=TWICE)
    assert boot(project, env, pages=[page["name"] for page in TWICE]) == ""


def test_there_are_two_of_each_kind() -> None:
    kinds = [page["kind"] for page in TWICE]
    assert all(kinds.count(kind) >= 2 for kind in ("blank", "data", "form", "job"))
