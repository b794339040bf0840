"""Whatever a user has done to a project, no update loses it, and an abort brings all of it back."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dashgen.commands.update import abort, update
from dashgen.project.record import ANSWERS_FILE
from dashgen.update.changes import Outcome
from dashgen.update.content import Style
from tests.cli.helpers import git
from tests.support.projects import AXES, choices

from .edits import EDITS, MARK, Edit
from .lab import Template, Tree, commit, project
from .releases import NEWEST, RELEASES

# The same ones each time. For others: DASHGEN_TRIALS=300 pytest tests/updates/test_edits.py
WISHED = os.environ.get("DASHGEN_TRIALS")
TRIALS = int(WISHED or 25)

State = dict[str, tuple[str, int, bytes]]

edits = st.builds(Edit, st.sampled_from(sorted(EDITS)), st.integers(0, 200), st.integers(0, 300))
choice = st.sampled_from([{axis: value} for axis in AXES for value in choices(axis)])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template"), RELEASES)


def state(folder: Path) -> State:
    """Return all that is in a project: kind, mode and content by path, empty folders as well."""
    found: State = {}
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if relative.parts[0] == ".git":
            continue
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            found[str(relative)] = ("link", 0, bytes(path.readlink()))
        elif path.is_dir():
            found[str(relative)] = ("folder", mode, b"")
        else:
            found[str(relative)] = ("file", mode, path.read_bytes())
    return found


def marks(found: State) -> set[bytes]:
    return {
        mark
        for path, (_, _, content) in found.items()
        # A patch of what the template would change is not the user's file.
        if not path.endswith(".rej")
        for mark in MARK.findall(content)
    }


@contextmanager
def committed_project(files: Tree) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield project(Path(folder, "shop"), files)


@settings(
    max_examples=TRIALS,
    deadline=None,
    derandomize=not WISHED,
    # Making a failure smaller takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    tag=st.sampled_from(list(RELEASES)),
    before=choice,
    after=choice,
    committed_edits=st.lists(edits, min_size=1, max_size=12),
    untracked=st.lists(st.integers(0, 50), max_size=2),
    style=st.sampled_from(Style),
)
def test_no_edit_is_lost(
    template: Template,
    tag: str,
    before: dict[str, str],
    after: dict[str, str],
    committed_edits: list[Edit],
    untracked: list[int],
    style: Style,
) -> None:
    base = template.fresh(tag, **before)
    theirs = template.fresh(NEWEST, **{**before, **after})
    new = sorted(set(theirs) - set(base))
    changing = sorted(path for path in base if base[path] != theirs.get(path))
    changing = [path for path in changing if path != ANSWERS_FILE]
    with committed_project(base) as shop:
        for number, edit in enumerate(committed_edits):
            edit.apply(shop, number, changing, new)
        commit(shop)
        for number in untracked:
            Edit("occupy", number, 2).apply(shop, 900 + number, changing, new)
        if git(shop, "status", "--porcelain", "--untracked-files=no"):
            git(shop, "checkout", "--quiet", ".")
        mine = state(shop)

        done = update(shop, answers=after, style=style, template=str(template.path))
        now = state(shop)
        assert marks(mine) <= marks(now)

        named = {change.path: change for change in done.changes}
        outcomes = {path: change.outcome for path, change in named.items()}
        for path, (kind, _, content) in now.items():
            if kind == "file" and b"<<<<<<< yours" in content:
                assert outcomes.get(path) is Outcome.CONFLICT
        written = {path for change in done.changes for path in change.writes}
        for path, found in mine.items():
            if path not in base and path not in theirs and path not in written:
                assert now.get(path) == found
            if path in base and path not in theirs and path in now:
                stays = any(change.note.startswith(f"{path} stays") for change in done.changes)
                assert now[path] == found
                assert outcomes.get(path) is Outcome.KEPT or stays
        for path in base:
            if path not in mine and not os.path.lexists(shop / path):
                assert path not in now

        if done.written:
            abort(shop)
        assert state(shop) == mine
        assert git(shop, "status", "--porcelain", "--untracked-files=no") == ""
