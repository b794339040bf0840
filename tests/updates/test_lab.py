"""Projects as people have them, from release to release and to other choices, beside Copier.

This is a part of the lab; ``python -m benchmarks.lab`` does all of it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.projects import AXES

from .judge import Judge, judge
from .kinds import KINDS
from .lab import Template
from .releases import real_releases
from .walks import LATER, SWITCHES, Step, Walk, in_this_process


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.of(tmp_path_factory.mktemp("template"), real_releases())


@pytest.fixture(scope="module")
def judged() -> Iterator[Judge]:
    with judge() as one:
        yield one


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_is_no_worse_than_copiers(
    kind: str, template: Template, judged: Judge, work: Path
) -> None:
    # Each kind tries one of the switches, in turns.
    number = [*KINDS].index(kind)
    tag, axis = [*SWITCHES][number % len(SWITCHES)], AXES[number % len(AXES)]
    steps = [*map(Step, LATER)]
    steps.insert([*SWITCHES].index(tag), Step(tag, axis))
    tested = {step: step == Step(LATER[-1]) for step in steps}
    walk = Walk(work, kind, template, judged, in_this_process, always=False)
    for pair in walk.pairs(tested):
        assert not pair.worse, f"{kind}, {pair.step}: {pair.worse}"
