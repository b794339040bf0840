"""Projects whose code was reformatted: a pure reformat has no conflict."""

import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest

from dashgen.commands.pages import remove_page
from dashgen.commands.update import abort, update
from dashgen.files import File
from dashgen.update import python
from dashgen.update.changes import Outcome
from dashgen.update.content import Labels, merge_code
from tests.support.projects import AXES, choices

from .lab import Template, Tree, commit, files_of, fresh, own_version, project
from .releases import RELEASES

BIN = Path(sys.executable).parent
RUFF = BIN / "ruff"
FORMATS = {
    "79 columns": "line-length = 79",
    "wide, single quotes": "line-length = 130\nformat.quote-style = 'single'",
    "two spaces": "line-length = 90\nindent-width = 2",
}


def reformatted(shop: Path, settings: str) -> Path:
    (shop / "ruff.toml").write_text(f"{settings}\n")
    subprocess.run([RUFF, "format", "--quiet", "--no-cache", "."], cwd=shop, check=True)
    commit(shop, "reformat")
    return shop


def with_formatter(shop: Path, program: str = "ruff") -> None:
    own = shop / ".venv/bin" / program
    own.parent.mkdir(parents=True)
    own.symlink_to(BIN / program)


def codes(files: Tree) -> dict[str, str]:
    found = {}
    for path, file in files.items():
        if path.endswith(".py"):
            module = python.parsed(file.content.decode())
            assert module, f"{path} cannot be taken apart"
            found[path] = python.plain(module.statements)
    return found


@pytest.mark.parametrize("number", [0, 1, -1])
def test_every_module_of_a_project_is_merged_by_statements(number: int) -> None:
    answers = {axis: choices(axis)[number] for axis in AXES}
    assert len(codes(fresh(own_version(), **answers))) > 30


@pytest.mark.parametrize(("axis", "style"), [*zip(AXES, cycle(FORMATS), strict=False)])
def test_a_switch_of_a_reformatted_project(axis: str, style: str, work: Path) -> None:
    version = own_version()
    shop = reformatted(project(work / "shop", fresh(version)), FORMATS[style])
    with_formatter(shop)
    for value in choices(axis)[1:]:
        done = update(shop, answers={axis: value})
        assert [c.path for c in done.conflicts] == []
        assert Outcome.KEPT not in {change.outcome for change in done.changes}
        files = files_of(shop)
        expected = codes(fresh(version, **{axis: value}))
        found = codes(files)
        assert found.keys() == expected.keys()
        for path in expected:
            assert found[path] == expected[path], path
        left = [c.path for c in done.changes if c.outcome is Outcome.MERGED]
        words: list[str | Path] = [
            RUFF,
            "format",
            "--check",
            *(path for path in left if path.endswith(".py")),
        ]
        if len(words) > 3:
            subprocess.run(words, cwd=shop, check=True, stdout=subprocess.DEVNULL)
        abort(shop)


def test_the_users_words_to_a_formatter_stay_in_a_project(work: Path) -> None:
    shop = project(work / "shop", fresh(own_version()))
    file, page = shop / "shop/core/settings.py", shop / "shop/pages/reports/page.py"
    line = next(w for w in file.read_text().splitlines() if w.startswith("    storage_url:"))
    mine = "    # fmt: off\n" + line.replace(":", " :").replace("=", "  =")
    file.write_text(file.read_text().replace(line, mine))
    page.write_text("# fmt: off\n" + page.read_text())
    commit(shop)
    update(shop, answers={"storage": "redis"})
    assert mine in file.read_text()
    commit(shop)
    remove_page(shop, "reports")
    assert page.read_text().startswith("# fmt: off\n")


@pytest.mark.parametrize(
    ("program", "does", "checks"),
    [
        ("black", ("--quiet",), ("--check",)),
        ("yapf", ("--in-place", "--recursive"), ("--diff",)),
    ],
    ids=["black", "yapf"],
)
def test_a_switch_of_what_another_formatter_made(
    program: str, does: tuple[str, ...], checks: tuple[str, ...], work: Path
) -> None:
    version, answers = own_version(), {axis: choices(axis)[-1] for axis in AXES}
    shop = project(work / "shop", fresh(version))
    subprocess.run([BIN / program, *does, "."], cwd=shop, check=True)
    commit(shop, "reformat")
    with_formatter(shop, program)
    done = update(shop, answers=answers)
    assert [c.path for c in done.conflicts] == []
    assert Outcome.KEPT not in {change.outcome for change in done.changes}
    assert codes(files_of(shop)) == codes(fresh(version, **answers))
    merged = [c.path for c in done.changes if c.outcome is Outcome.MERGED]
    modules = [path for path in merged if path.endswith(".py")]
    assert modules
    subprocess.run([BIN / program, *checks, *modules], cwd=shop, check=True, capture_output=True)


LABELS = Labels("yours", "template v1", "template v2")
BASE = """\
def area(width: int, height: int) -> int:
    \"\"\"Return it.\"\"\"
    return width * height  # plain


def unused() -> None:
    pass
"""
WIDE = BASE.replace("width: int, height: int", "\n    width: int,\n    height: int,\n")


def merged(ours: str, base: str, theirs: str) -> tuple[str, int]:
    done = merge_code(ours.encode(), base.encode(), theirs.encode(), LABELS, lambda _, text: text)
    assert done is not None
    return done[0].decode(), done[1]


def test_the_users_layout_stays_where_the_template_changes_something_else() -> None:
    theirs = BASE.replace("pass", "return")
    assert merged(WIDE, BASE, theirs) == (WIDE.replace("pass", "return"), 0)


def test_a_form_feed_between_statements_ends_no_line() -> None:
    base = "x = 1\n\f\ny = 2\nz = 3\n"
    ours, theirs = base.replace("y = 2", "y =   2"), base.replace("z = 3", "z = 30")
    assert merged(ours, base, theirs) == (ours.replace("z = 3", "z = 30"), 0)


def test_both_sides_are_there_where_both_change_a_statement() -> None:
    ours = WIDE.replace("width * height", "mine * height")
    theirs = BASE.replace("width * height", "width * theirs")
    text, conflicts = merged(ours, BASE, theirs)
    assert conflicts == 1
    assert "<<<<<<< yours\n    return mine * height  # plain\n=======\n" in text
    assert "=======\n    return width * theirs  # plain\n>>>>>>> template v2\n" in text


@pytest.mark.parametrize(
    ("mine", "templates", "both"),
    [
        ("MINE = 2\n", "THEIRS = 3\n", "THEIRS = 3\nMINE = 2\n"),
        ("# of mine\nMINE: int = 2\n", "THEIRS = 3\n", "THEIRS = 3\n# of mine\nMINE: int = 2\n"),
        ("import mine\n", "from theirs import a, b\n", "from theirs import a, b\nimport mine\n"),
        ("SAME = 1\nMINE = 2\n", "THEIRS = 3\nSAME = 1\n", "THEIRS = 3\nSAME = 1\nMINE = 2\n"),
        ("BOTH = 2\n", "BOTH = 3\n", None),
        ("import a.b as one\n", "from c import two as one\n", None),
        ("MINE = THEIRS\n", "THEIRS = 3\n", "THEIRS = 3\nMINE = THEIRS\n"),
        ("MINE = 2\n", "THEIRS = MINE\n", None),
        ("def mine():\n    pass\n", "THEIRS = 3\n", None),
        ("mine()\n", "THEIRS = 3\n", None),
    ],
)
def test_new_names_of_both_sides_at_one_place_stand_one_below_another(
    mine: str, templates: str, both: str | None
) -> None:
    """An id of the user's at the end of `ids.py`, and one more id of the template's."""
    before, after = "x = 1\n", "\n\ny = 2\n"
    for end in ("", after):
        sides = [f"{before}{text}{end}" for text in (mine, "", templates)]
        text, conflicts = merged(*sides)
        if both is None:
            assert conflicts
        else:
            assert (text, conflicts) == (f"{before}{both}{end}", 0)


@pytest.mark.parametrize(
    ("mine", "templates", "both"),
    [
        ("import mine\nfrom a import b\n", "from c import b\n", "import mine\nfrom c import b\n"),
        ("from a import b\nMINE = b\n", "from c import b\n", "from c import b\nMINE = b\n"),
        ("from a import b, d\n", "import c\nfrom a import b\n", "import c\nfrom a import b, d\n"),
        ("from a import b, d\n", "from a import b\nC = b\n", "from a import b, d\nC = b\n"),
        ("# why\nfrom a import b\n", "from c import b\n", None),
        ("import c\nfrom a import b\n", "from a import c\n", None),
        ("import mine\nfrom a import b, d\n", "from c import b\n", None),
        ("from a import b\nMINE = b\n", "from a import c\n", None),
        ("MINE = 1\nfrom a import b\n", "b = MINE\n", None),
        ("mine()\nfrom a import b\n", "from c import b\n", None),
        ("import mine\nfrom a import b\n", "def b():\n    pass\n", None),
    ],
)
def test_a_new_name_beside_a_statement_that_the_other_side_changes_stays_there(
    mine: str, templates: str, both: str | None
) -> None:
    """A user's import above one that a release has elsewhere, as in `app.py`."""
    text, conflicts = merged(
        f"{mine}\ny = 2\n", "from a import b\n\ny = 2\n", f"{templates}\ny = 2\n"
    )
    if both is None:
        assert conflicts
    else:
        assert (text, conflicts) == (f"{both}\ny = 2\n", 0)


def test_an_import_below_words_that_the_template_changes() -> None:
    base = '"""One."""\n\nfrom a import b, c\n\nx = 1\nb(c)\n'
    ours = base.replace("from a", "import mine\n\nfrom a")
    theirs = '"""Two."""\n\nfrom a import d\nfrom e import b\n\nx = 1\nb()\n'
    expected = theirs.replace("from a", "import mine\n\nfrom a")
    assert merged(ours, base, theirs)[0].replace("\n\n", "\n") == expected.replace("\n\n", "\n")
    assert merged(ours, base, base.replace("One", "Two")) == (ours.replace("One", "Two"), 0)


def test_what_follows_a_last_line_without_its_end_begins_a_line() -> None:
    text, conflicts = merged("x = 1\ny = 2  # mine", "x = 1\ny = 2\n", "x = 1\ny = 3\n")
    assert conflicts == 1
    assert "\ny = 2  # mine\n=======\ny = 3\n>>>>>>> template v2\n" in text
    text, conflicts = merged("x =  1", "x = 1\n", "x = 1\n# theirs\n")
    assert (text, conflicts) == ("x =  1\n# theirs\n", 0)
    assert merged("x =  1", "x = 1\n", "# theirs\nx = 1\n") == ("# theirs\nx =  1", 0)


@pytest.mark.parametrize("word", ["# fmt: off", "# ruff: isort: off", "# isort: off"])
def test_words_to_a_formatter_and_what_they_keep_are_not_dropped(word: str) -> None:
    base = 'one = "a"\ntwo = 2\n'
    ours = f"{word}\none   =  'a'\ntwo = 2\n"
    text, conflicts = merged(ours, base, base.replace("a", "b"))
    assert conflicts == 1
    assert f"{word}\none   =  'a'\n" in text
    # It is not in the way of a change elsewhere.
    theirs = base.replace("two = 2", "two = 2\nthree = 3")
    assert merged(ours, base, theirs) == (f"{ours}three = 3\n", 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x = (a\n  or b)", "x = a or b", True),
        ("x = 'a' 'b'", 'x = "ab"', True),
        ("x = f'{a!r}' 'b'", 'x = f"{a!r}b"', True),
        ("from a import (b, c,)", "from a import b, c", True),
        ("f(a, b,)", "f(a,\n  b)", True),
        ("if (\n  a\n):\n  b", "if a:\n    b", True),
        ("x = (a,)", "x = a", False),
        ("x = (a + b) * c", "x = a + b * c", False),
        ("x = not (a or b)", "x = not a or b", False),
        ("x = a in (b or c)", "x = a in b or c", False),
        ("x = 'a b'", "x = 'a  b'", False),
        ("x = 1  # a", "x = 1  # b", False),
        ("x = [a for a in (b, c)]", "x = [a for a in b]", False),
        ("if a:\n  b\nc", "if a:\n  b\n  c", False),
        ("(a,) = b", "(a,) = (\n  b\n)", True),
        ("(a,) = b", "a = b", False),
        ("for a in (b,):\n  c", "for a in (\n  b,\n):\n  c", True),
        ("for a in (b,):\n  c", "for a in b:\n  c", False),
        ("for (a,) in b:\n  c", "for (\n  a,\n) in b:\n  c", True),
        ("x = {a: b if c else d for a in e}", "x = {a: (\n  b if c else d\n) for a in e}", True),
        ("x = [(a for a in b) for c in d]", "x = [a for a in b for c in d]", False),
        ("(a, b) = c", "a, b = c", True),
        ("for (a, b) in c:\n  d", "for a, b in c:\n  d", True),
        ("x = (a,) = b", "x = a, = b", True),
        ("(a,) == b", "a == b", False),
        ("x = 0xFF + 1E5", "x = 0xff + 1e5", True),
        ("del (a)", "del a", True),
        ("def f(): ...", "def f():\n  ...", True),
        ("if a: b", "if a:\n  b", True),
        ("if a: b\nc", "if a:\n  b\n  c", False),
        ("x = {a: b}", "x = {a: c}", False),
        ("del (a,)", "del (\n  a,\n)", True),
        ("x = lambda: (yield)", "x = lambda: 1", False),
        ("# fmt: off\nx =  1", "x = 1", False),
        ("# fmt: off\nx =  1", "# fmt: off\nx = 1", True),
        ("x =  1\n# ruff: noqa", "x = 1", False),
        ("# isort: skip_file\nimport b, a", "import b, a", False),
        ("if a:\n  # fmt: off\n  b", "if a:\n    # fmt: off\n    b", True),
    ],
)
def test_what_is_layout_and_what_is_not(one: str, other: str, same: bool) -> None:
    assert python.same_code(f"{one}\n", f"{other}\n") is same


def test_what_is_no_python_is_merged_by_lines(tmp_path: Path, work: Path) -> None:
    template = Template(tmp_path / "template", RELEASES)
    files = template.fresh("v0.1.0")
    files["notes/shop_legacy.py"] = File(b"def (:\n")
    shop = project(work / "shop", files)
    done: dict[str, Outcome] = {
        c.path: c.outcome for c in update(shop, template=str(template.path)).changes
    }
    assert done["notes/shop_legacy.py"] is Outcome.KEPT
    assert not python.same_code("def (:\n", "def (:\n")
