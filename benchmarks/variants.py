"""How long it takes to render and to boot all variants."""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.matrix.conftest import Shelf, booting
from tests.support.services import Services
from tests.support.variants import every_variant, one_for_each

from .report import Table, median, seconds, start


def measure(small: bool = False) -> Table:
    """Render and boot the variants one after the other, in one process each for both."""
    variants = one_for_each("layout") if small else every_variant()
    rendered, booted = [], []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        shelf, services = Shelf(Path(name)), Services(stack)
        boot = stack.enter_context(booting())
        for variant in variants:
            env = services.env(variant)
            begin = time.perf_counter()
            project = shelf.project(variant)
            middle = time.perf_counter()
            wrong = boot(project, env)
            assert not wrong, f"{variant}: {wrong}"
            rendered.append(middle - begin)
            booted.append(time.perf_counter() - middle)
    rows = (
        ("render", str(len(variants)), seconds(sum(rendered)), seconds(median(rendered))),
        ("boot", str(len(variants)), seconds(sum(booted)), seconds(median(booted))),
    )
    return Table("All variants", ("Step", "Variants", "All of them", "Each"), rows)


if __name__ == "__main__":
    start(measure)
