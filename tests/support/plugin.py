"""Which tiers a test is in, which process it shares, and how a failure is reproduced.

`nox` runs what is not `full`, `nox -s full` the rest, `nox -s quick` what is `quick`.
"""

import os
import shlex
from collections.abc import Generator, Iterable

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from .projects import Variant
from .variants import one_for_each

# What takes long and breaks seldom alone: `nox` leaves it to `nox -s full`.
FULL = (
    "tests/background/",
    "tests/browser/test_appearance.py",
    "tests/browser/test_data_charts.py",
    "tests/browser/test_data_pages.py",
    "tests/browser/test_failures.py",
    "tests/browser/test_forms.py",
    "tests/browser/test_own_pages.py",
    "tests/browser/test_profile.py::test_profile_on_the_development_server",
    "tests/browser/test_sizes.py",
    "tests/browser/test_visits.py",
    "tests/browser/test_webgl.py",
    "tests/benchmarks",
    "tests/cli/test_copier_alone.py",
    "tests/cli/test_doctor.py::test_a_server_that",
    "tests/cli/test_texts.py::test_every_reader",
    "tests/cli/test_simulation.py",
    "tests/cli/test_wheel.py",
    "tests/data/test_database.py::test_an_app",
    "tests/data/test_path.py::test_an_app_of_files",
    "tests/data/test_path.py::test_public_data",
    "tests/docs/test_pages.py::test_the_tutorial",
    "tests/matrix/test_kinds.py::test_two_pages",
    "tests/matrix/test_texts.py::test_an_odd_text",
    "tests/matrix/test_texts.py::test_any_text",
    "tests/project/test_delivery.py::test_the_images_commands",
    "tests/project/test_delivery.py::test_the_workers_health_check",
    "tests/project/test_lowest.py",
    "tests/project/test_own_browser.py",
    "tests/project/test_own_checks.py::test_its_hooks",
    "tests/project/test_own_checks.py::test_its_own_environment",
    "tests/project/test_pages.py::test_an_empty_app_has_no_trace_of_a_demo[navbar",
    "tests/project/test_pages.py::test_an_empty_app_has_no_trace_of_a_demo[single",
    "tests/project/test_pages.py::test_an_empty_app_has_no_trace_of_a_demo[tabs",
    "tests/project/test_pages.py::test_pages_are_removed",
    "tests/project/test_pages.py::test_pages_of_one_kind",
    "tests/project/test_platforms.py::test_no_name_is_missing",
    "tests/project/test_production.py",
    "tests/project/test_serving.py::test_nothing_that_two",
    "tests/project/test_starting.py",
    "tests/storage/test_contract.py::test_large_values",
    "tests/storage/test_contract.py::test_nobody_reads_half",
    "tests/storage/test_contract.py::test_parallel_updates",
    "tests/storage/test_contract.py::test_records_expire",
    "tests/storage/test_faults.py",
    "tests/storage/test_hangs.py",
    "tests/support",
    "tests/updates/test_edits.py",
    "tests/updates/test_lab.py",
    "tests/updates/test_migration.py::test_what_people",
    "tests/updates/test_reformatted.py::test_a_switch",
    "tests/updates/test_releases.py",
    "tests/updates/test_states.py::test_each_command",
    "tests/updates/test_switches.py::test_a_switch",
    "tests/updates/test_switches.py::test_plain_copier",
    "tests/updates/test_undo.py::test_a_crash",
    "tests/updates/test_undo.py::test_an_interrupt",
    "tests/updates/test_walk.py",
    "tests/updates/test_transcripts.py",
)
# `nox -s quick` runs what of these is not full and needs neither a browser nor a server.
QUICK = ("tests/cli", "tests/updates")
# What runs an app needs Dash.
WITH_APP = (
    "tests/cli/test_names.py",
    "tests/updates/test_pages.py::test_a_page_is_renamed_with_the_users",
    "tests/updates/test_pages.py::test_a_page_that_was",
    "tests/updates/test_pages.py::test_the_command_line_adds_a_form",
    "tests/updates/test_trial.py",
)
SERVED = {"browser", "chromium", "services"}

# By the beginning of a test's id: which words of its variant's name stay in one process, where they
# share what has been started. Elsewhere it is a file that stays. `None`: each test is by itself.
# What takes longest comes first, so that no process works alone in the end.
SHARES = {
    "tests/browser/test_profile.py::test_profile_on_the_development_server": None,
    "tests/browser/test_appearance.py": slice(1),  # its layout
    "tests/browser/test_data_pages.py": slice(1),
    "tests/browser/test_failures.py": slice(0),
    "tests/browser/test_forms.py": slice(1),  # its style
    "tests/browser/test_own_pages.py": slice(1),
    "tests/browser/test_sizes.py": slice(1),
    "tests/browser/test_visits.py": slice(4),  # its variant
    "tests/browser/": slice(None),
    "tests/project/test_pages.py": None,
    "tests/benchmarks/": None,
    "tests/cli/test_simulation.py": None,
    "tests/project/test_own_checks.py": slice(3, 4),  # its style: five shares of equal size
    "tests/matrix/test_variants.py": slice(2),  # its storage and manager
    "tests/updates/test_lab.py": slice(1),  # its kind of project
    "tests/updates/test_undo.py": None,
}
FIRST = (
    "tests/background/",
    "tests/browser/",
    "tests/project/",
    "tests/updates/test_lab.py",
    "tests/updates/test_undo.py",
    "tests/matrix/",
)


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
    """Declare the markers, and let what is collected first be handed out first."""
    for line in (
        "full: left to `nox -s full`",
        "quick: needs neither a browser nor a server",
        "first_for_each(*axes): with one variant for each choice in `nox`, with the others in full",
        "once_for_each(*axes): the outcome hangs on each of these questions alone; with"
        " --whole-contract or --variant the test runs with the other variants, too",
    ):
        config.addinivalue_line("markers", line)
    config.option.loadscopereorder = False
    # mypy learns what pandas and Dash are once in each process, rather than in each project.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    os.environ["MYPY_CACHE_DIR"] = str(config.rootpath / ".mypy_cache/projects" / worker)


def variant_of(item: pytest.Item) -> Variant | None:
    """Return the variant that a test is about, where it is about one."""
    values = (
        item.callspec.params.values()
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ()
    )
    return next((value for value in values if isinstance(value, Variant)), None)


@pytest.hookimpl(tryfirst=True)  # before `-m` is looked at
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put each test into its tiers, and keep those of the variants that were asked for or due."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
    wanted = config.getoption("variant")
    if wanted:
        kept = [item for item in items if str(variant_of(item)) in wanted]
    elif config.getoption("whole_contract"):
        kept = list(items)
    else:
        kept = [item for item in items if is_one_of(item, "once_for_each")]
    for item in kept:
        if is_full(item):
            item.add_marker("full")
        elif is_quick(item):
            item.add_marker("quick")
    left_out = set(items).difference(kept)
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = kept
    if wanted and not kept:
        raise pytest.UsageError(f"no test is about a variant named {' or '.join(wanted)}")


def is_full(item: pytest.Item) -> bool:
    """Tell whether `nox` leaves a test to `nox -s full`."""
    variant = variant_of(item)
    on_machines = variant is not None and variant.machines > 1
    return item.nodeid.startswith(FULL) or on_machines or not is_one_of(item, "first_for_each")


def is_quick(item: pytest.Item) -> bool:
    """Tell whether a test that is not full is run by `nox -s quick`."""
    fixtures: Iterable[str] = getattr(item, "fixturenames", ())
    alone = SERVED.isdisjoint(fixtures) and not item.nodeid.startswith(WITH_APP)
    return item.nodeid.startswith(QUICK) and alone


def is_one_of(item: pytest.Item, marker: str) -> bool:
    """Tell whether a test is without this marker, or its variant is one of those that it means."""
    mark, variant = item.get_closest_marker(marker), variant_of(item)
    if mark is None or variant is None or variant.machines > 1:
        return True
    return variant in one_for_each(*mark.args)


def share_of(nodeid: str) -> str:
    """Return a name for what stays in one process with a test."""
    file, _, test = nodeid.partition("::")
    place = next((place for place in SHARES if nodeid.startswith(place)), None)
    if place is None or "[" not in test:
        return file
    words = SHARES[place]
    if words is None:
        return nodeid
    variant = test.partition("[")[2].rstrip("]").split("-")
    return f"{place}{'-'.join(variant[words])}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Hand out tests by what they share. (xdist 3.8 does not see `xdist_group` in pytest 9.2.)"""

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
        flags = [
            word for axis, choice in variant.answers().items() for word in (f"--{axis}", choice)
        ]
        flags += [f"--no-{option}" for option in sorted(variant.without)]
        lines = [shlex.join(["dashgen", "new", "myapp", "--defaults", *flags])]
        project = getattr(item, "funcargs", {}).get("project")
        if project is not None:
            lines.append(f"the project that failed: {project}")
        report.sections.append(("how to reproduce this variant", "\n".join(lines)))
    return report
