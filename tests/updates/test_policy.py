"""What becomes of one file that the user, the template or both have changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dashgen.commands.update import abort, update
from dashgen.update.changes import Outcome
from dashgen.update.content import Style
from tests.cli.helpers import git

from .lab import Template, commit, files_of, project
from .releases import NEWEST, RELEASES, numbered

GUIDE, OLD_NAME, NEW_NAME = "notes/guide.md", "notes/history.md", "notes/story.md"
LEGACY, ADDED, STILL = "notes/shop_legacy.py", "notes/added.md", "notes/still.md"
FIRST_LINE = b"line 0 of a text that the template has\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template"), RELEASES)


@dataclass
class Case:
    """What a user did, and what an update from the oldest release makes of it."""

    does: Callable[[Path], object]
    outcomes: dict[str, Outcome]
    holds: dict[str, list[bytes]] = field(default_factory=dict)
    """What files contain afterwards."""
    missing: tuple[str, ...] = ()
    style: Style = Style.INLINE
    commits: bool = True


def append(path: str, text: bytes) -> Callable[[Path], object]:
    return lambda shop: (shop / path).write_bytes((shop / path).read_bytes() + text)


def write(path: str, text: bytes) -> Callable[[Path], object]:
    def do(shop: Path) -> None:
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).write_bytes(text)

    return do


def replace(path: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    return lambda shop: (shop / path).write_bytes((shop / path).read_bytes().replace(old, new))


def rename(path: str, other: str) -> Callable[[Path], object]:
    return lambda shop: (shop / path).rename(shop / other)


def delete(path: str) -> Callable[[Path], object]:
    return lambda shop: (shop / path).unlink()


def all_crlf(shop: Path) -> None:
    guide = shop / GUIDE
    guide.write_bytes(b"mine\r\n" + guide.read_bytes().replace(b"\n", b"\r\n"))


def link(shop: Path) -> None:
    (shop / GUIDE).unlink()
    (shop / GUIDE).symlink_to("still.md")


def swap_empty(shop: Path) -> None:
    (shop / "notes/empty.md").unlink()
    (shop / "mine.txt").write_bytes(b"")


NEW_LINE = b"line 1000 of a text that the template has\n"
CONFLICT, CHANGED, MERGED = Outcome.CONFLICT, Outcome.CHANGED, Outcome.MERGED
CASES = {
    "nothing": Case(
        lambda shop: None,
        {
            GUIDE: CHANGED,
            NEW_NAME: CHANGED,
            LEGACY: Outcome.REMOVED,
            ADDED: Outcome.NEW,
            "notes/motto.md": Outcome.REMOVED,
            "notes/team.md": Outcome.NEW,
        },
        {GUIDE: [NEW_LINE], "notes/team.md": [b"no team yet"]},
        missing=(OLD_NAME, LEGACY),
    ),
    "a line elsewhere": Case(
        replace(GUIDE, FIRST_LINE, b"mine\n"), {GUIDE: MERGED}, {GUIDE: [b"mine\n", NEW_LINE]}
    ),
    "the same line": Case(
        replace(GUIDE, b"line 10 of", b"line ten of"),
        {GUIDE: CONFLICT},
        {GUIDE: [b"<<<<<<< yours\n", b"line ten of", NEW_LINE, b">>>>>>> template v0.3.0"]},
    ),
    "the same line, as a patch": Case(
        replace(GUIDE, b"line 10 of", b"line ten of"),
        {GUIDE: CONFLICT},
        {f"{GUIDE}.rej": [b"\n-line ten of", b"\n+line 1000 of"], GUIDE: [b"line ten of"]},
        style=Style.REJ,
    ),
    "what the template drops": Case(
        append(LEGACY, b"mine\n"), {LEGACY: Outcome.KEPT}, {LEGACY: [b"LEGACY = True", b"mine\n"]}
    ),
    "what the template renames": Case(
        append(OLD_NAME, b"mine\n"),
        {NEW_NAME: MERGED},
        {NEW_NAME: [b"mine\n", b"line 3000 of"]},
        missing=(OLD_NAME,),
    ),
    "renamed what the template changes": Case(
        rename(GUIDE, "notes/mine.md"),
        {"notes/mine.md": CHANGED},
        {"notes/mine.md": [NEW_LINE]},
        missing=(GUIDE,),
    ),
    "renamed what the template drops": Case(
        rename(LEGACY, "notes/mine.py"), {"notes/mine.py": Outcome.KEPT}, missing=(LEGACY,)
    ),
    "deleted what the template changes": Case(
        delete(GUIDE), {GUIDE: Outcome.DELETED}, missing=(GUIDE,)
    ),
    "deleted what the template drops": Case(delete(LEGACY), {}, missing=(LEGACY,)),
    "deleted what the template renames": Case(
        delete(OLD_NAME), {NEW_NAME: Outcome.DELETED}, missing=(OLD_NAME, NEW_NAME)
    ),
    "changed what the template leaves": Case(append(STILL, b"mine\n"), {}, {STILL: [b"mine\n"]}),
    "a file that the template adds": Case(
        write(ADDED, b"mine\n"), {ADDED: CONFLICT}, {ADDED: [b"mine\n", b"line 4000 of"]}
    ),
    "a file, untracked, that the template adds": Case(
        write(ADDED, b"mine\n"),
        {ADDED: CONFLICT},
        {ADDED: [b"mine\n"], f"{ADDED}.template": [b"line 4000 of"]},
        commits=False,
    ),
    "a folder where the template adds a file": Case(
        write(f"{ADDED}/inside", b"mine\n"),
        {ADDED: CONFLICT},
        {f"{ADDED}/inside": [b"mine\n"], f"{ADDED}.template": [b"line 4000 of"]},
    ),
    "a file where the template's new name is": Case(
        write(NEW_NAME, b"mine\n"),
        {NEW_NAME: CONFLICT},
        {NEW_NAME: [b"mine\n"], f"{NEW_NAME}.template": [b"line 3000 of"], OLD_NAME: [b"line 100"]},
    ),
    "binary": Case(
        write(GUIDE, b"\0mine"),
        {GUIDE: CONFLICT},
        {GUIDE: [b"\0mine"], f"{GUIDE}.template": [NEW_LINE]},
    ),
    "the line endings of Windows": Case(
        all_crlf,
        {GUIDE: MERGED},
        {GUIDE: [b"mine\r\n", NEW_LINE.replace(b"\n", b"\r\n")]},
    ),
    "the executable bit": Case(lambda shop: (shop / GUIDE).chmod(0o755), {GUIDE: CHANGED}),
    "an empty file instead of another": Case(
        swap_empty, {"notes/empty.md": Outcome.DELETED}, missing=("notes/empty.md",)
    ),
    "a link": Case(link, {GUIDE: CONFLICT}, {f"{GUIDE}.template": [NEW_LINE]}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_user_has(case: Case, template: Template, work: Path) -> None:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    case.does(shop)
    if case.commits:
        commit(shop)
    before = files_of(shop)
    done = update(shop, style=case.style, template=str(template.path))
    outcomes = {change.path: change.outcome for change in done.changes}
    # All other files are as an untouched project's.
    untouched = CASES["nothing"].outcomes
    assert outcomes.items() >= case.outcomes.items()
    for path in {*outcomes, *untouched} - {*case.outcomes, *case.missing}:
        assert outcomes.get(path) == untouched.get(path, outcomes.get(path)), path
    assert not {*case.missing} & {path for path in outcomes if path not in case.outcomes}
    for path, parts in case.holds.items():
        for part in parts:
            assert part in (shop / path).read_bytes(), path
    for path in case.missing:
        assert not (shop / path).exists()
    assert (shop / GUIDE).exists() == (GUIDE not in case.missing)
    if (shop / GUIDE).exists() and not (shop / GUIDE).is_symlink():
        assert files_of(shop)[GUIDE].mode == before[GUIDE].mode

    abort(shop)
    assert files_of(shop) == before


def test_what_was_kept_or_deleted_stays_so_in_the_next_updates(
    template: Template, work: Path
) -> None:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    append(LEGACY, b"mine\n")(shop)
    delete(GUIDE)(shop)
    commit(shop)
    for tag in list(RELEASES)[1:]:
        update(shop, to=tag, template=str(template.path))
        commit(shop)
        assert (shop / LEGACY).read_bytes().endswith(b"mine\n")
        assert not (shop / GUIDE).exists()
    assert not update(shop, template=str(template.path)).changes


def test_an_older_version_on_request(template: Template, work: Path) -> None:
    shop = project(work / "shop", template.fresh(NEWEST))
    update(shop, to="0.1.0", template=str(template.path))
    assert files_of(shop) == template.fresh("v0.1.0")


def test_a_new_question_can_be_answered_in_the_same_run(template: Template, work: Path) -> None:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    done = update(shop, answers={"team": "Red"}, template=str(template.path))
    changed = {change.question: (change.old, change.new) for change in done.answers}
    assert changed == {"motto": ("no motto yet", None), "team": (None, "Red")}
    assert files_of(shop) == template.fresh(NEWEST, team="Red")


def test_nothing_is_committed_and_nothing_is_written_where_it_is_not_confirmed(
    template: Template, work: Path
) -> None:
    shop = project(work / "shop", template.fresh("v0.1.0"))
    before, head = files_of(shop), git(shop, "rev-parse", "HEAD")
    previewed = update(shop, template=str(template.path), confirm=lambda _: False)
    assert not previewed.written
    assert files_of(shop) == before
    done = update(shop, template=str(template.path))
    assert done.changes == previewed.changes
    assert git(shop, "rev-parse", "HEAD") == head
    assert numbered(4000).encode() in (shop / ADDED).read_bytes()
