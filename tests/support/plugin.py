"""How the run is narrowed to one variant, shared out, and how a failure is reproduced."""

import re
import shlex
from collections.abc import Generator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from .projects import AXES, Variant, choices
from .variants import one_for_each


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--variant` and `--whole-contract`."""
    parser.addoption(
        "--variant",
        action="append",
        default=[],
        metavar="NAME",
        help="run only the tests of a variant, such as sqlite-celery-tabs-patch; may be repeated",
    )
    parser.addoption(
        "--whole-contract",
        action="store_true",
        help="run with every variant, too, what runs with one for each choice of a question",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare `once_for_each`."""
    config.addinivalue_line(
        "markers",
        "once_for_each(axis): the outcome hangs on one question alone; with --whole-contract or"
        " --variant the test runs with the other variants, too",
    )


def variant_of(item: pytest.Item) -> Variant | None:
    """Return the variant that a test is about, where it is about one."""
    values = (
        item.callspec.params.values()
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ()
    )
    return next((value for value in values if isinstance(value, Variant)), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the variants that were asked for, or else of those that are due."""
    wanted = config.getoption("variant")
    if wanted:
        kept = [item for item in items if str(variant_of(item)) in wanted]
    elif config.getoption("whole_contract"):
        kept = items
    else:
        kept = [item for item in items if is_due(item)]
    left_out = set(items).difference(kept)
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = kept
    if wanted and not kept:
        raise pytest.UsageError(f"no test is about a variant named {' or '.join(wanted)}")


def is_due(item: pytest.Item) -> bool:
    """Tell whether a test is part of an ordinary run."""
    marker = item.get_closest_marker("once_for_each")
    variant = variant_of(item)
    if marker is None or variant is None or variant.machines > 1:
        return True
    return variant in one_for_each(marker.args[0])


# Where tests of one file may run in several processes: all that has the same choice on these axes
# stays in one, and shares what that has started. Nothing else is shared, so `()` is each by itself.
SHARES: dict[str, tuple[str, ...]] = {
    "tests/browser/test_profile.py::test_profile_on_the_development_server": (),
    "tests/browser/": AXES,
    "tests/matrix/test_variants.py": ("storage", "background"),
}


def share_of(nodeid: str) -> str:
    """Return a name for what stays in one process with a test: its file, but for `SHARES`."""
    place = next((place for place in SHARES if nodeid.startswith(place)), None)
    if place is None:
        return nodeid.partition("::")[0]
    if not SHARES[place]:
        return nodeid
    words = re.split(r"[-\[\]]", nodeid.partition("[")[2])
    chosen = [next((w for w in words if w in choices(axis)), "") for axis in SHARES[place]]
    machines = "machines" if "machines" in words else ""
    return "-".join([place, *chosen, machines])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Hand out tests by what they share."""

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return share_of(nodeid)

    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say how to get the project of a failed test, and where it lies if it is still there."""
    report = yield
    if report.failed and (variant := variant_of(item)):
        lines = [command(variant)]
        project = getattr(item, "funcargs", {}).get("project")
        if project is not None:
            lines.append(f"the project that failed: {project}")
        report.sections.append(("how to reproduce this variant", "\n".join(lines)))
    return report


def command(variant: Variant) -> str:
    """Return the command that writes a variant."""
    flags = [word for axis, choice in variant.answers().items() for word in (f"--{axis}", choice)]
    flags += [f"--no-{option}" for option in sorted(variant.without)]
    return shlex.join(["dashgen", "new", "myapp", "--defaults", *flags])
