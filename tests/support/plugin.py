"""How the run is narrowed to one variant, shared out, and how a failure is reproduced."""

import re
import shlex
from collections.abc import Generator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from .projects import AXES, Variant, choices


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--variant`."""
    parser.addoption(
        "--variant",
        action="append",
        default=[],
        metavar="NAME",
        help="run only the tests of a variant, such as sqlite-celery-tabs-patch; may be repeated",
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
    """Keep the tests of the variants that were asked for."""
    if wanted := config.getoption("variant"):
        kept = [item for item in items if str(variant_of(item)) in wanted]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        if not kept:
            raise pytest.UsageError(f"no test is about a variant named {' or '.join(wanted)}")


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
