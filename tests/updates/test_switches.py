"""Every switch of an untouched project gives what a new project of that choice has."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashgen.commands.update import Update, update
from dashgen.releases import installed
from dashgen.update.changes import Outcome
from tests.support.projects import AXES, choices

from .lab import commit, files_of, fresh, own_version, project, write

HARMLESS = {Outcome.NEW, Outcome.CHANGED, Outcome.REMOVED}


def tour(values: list[str]) -> Iterator[tuple[str, str]]:
    """Yield every ordered pair of values once, each beginning where the one before ended."""
    open_pairs = {value: [other for other in values if other != value] for value in values}
    trail, route = [values[0]], []
    while trail:
        if onward := open_pairs[trail[-1]]:
            trail.append(onward.pop())
        else:
            route.append(trail.pop())
    return zip(route[::-1], route[::-1][1:], strict=False)


def assert_harmless(done: Update) -> None:
    assert done.written
    assert {change.outcome for change in done.changes} <= HARMLESS, done.changes


@pytest.mark.parametrize("axis", AXES)
def test_a_switch_gives_what_a_new_project_has(axis: str, work: Path) -> None:
    values = choices(axis)
    version = own_version()
    pairs = list(tour(values))
    assert sorted(pairs) == sorted((a, b) for a in values for b in values if a != b)

    shop = project(work / "shop", fresh(version, **{axis: pairs[0][0]}))
    for old, new in pairs:
        done = update(shop, answers={axis: new})
        assert_harmless(done)
        assert [(c.question, c.old, c.new) for c in done.answers] == [(axis, old, new)]
        assert files_of(shop) == fresh(version, **{axis: new}), f"{old} to {new}"
        commit(shop)


def test_all_axes_at_once_and_back(work: Path) -> None:
    version = own_version()
    first, last = ({axis: choices(axis)[at] for axis in AXES} for at in (0, -1))
    shop = project(work / "shop", fresh(version, **first))
    assert_harmless(update(shop, answers=last))
    assert files_of(shop) == fresh(version, **last)
    commit(shop)
    assert_harmless(update(shop, answers=first))
    assert files_of(shop) == fresh(version, **first)


def test_another_package_name_moves_the_files_and_leaves_those_of_the_user(work: Path) -> None:
    version = own_version()
    shop = project(work / "shop", fresh(version))
    (shop / "shop/mine.py").write_text("mine = True\n")
    commit(shop)
    update(shop, answers={"package": "store"})
    expected = fresh(version, package="store")
    left = files_of(shop)
    assert left.pop("shop/mine.py").content == b"mine = True\n"
    assert left == expected


COPIER = (sys.executable, "-m", "copier", "update", "--defaults", "--vcs-ref", ":current:")


def test_plain_copier_switches_from_the_bundle_in_the_home_folder(work: Path) -> None:
    version = own_version()
    assert installed.share() == ""
    shop = project(work / "shop", fresh(version))
    switches = [(axis, choices(axis)[0], choices(axis)[-1]) for axis in AXES]
    switches.append((AXES[0], choices(AXES[0])[1], choices(AXES[0])[2]))
    for axis, old, new in switches:
        write(shop, fresh(version, **{axis: old}))
        commit(shop)
        done = subprocess.run(
            [*COPIER, "--data", f"{axis}={new}"],
            cwd=shop,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert files_of(shop) == fresh(version, **{axis: new}), f"{axis} {old} to {new}"
