"""How the run is narrowed to one variant, shared out, and how a failure is reproduced."""

import shlex
from collections.abc import Generator

import pytest

from .projects import Variant


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
    """Keep the tests of the variants asked for, and those of a file in one process."""
    if wanted := config.getoption("variant"):
        kept = [item for item in items if str(variant_of(item)) in wanted]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        if not kept:
            raise pytest.UsageError(f"no test is about a variant named {' or '.join(wanted)}")
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


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
