"""`--fix` renames, keeps all else, and shows what it does."""

import sys
from pathlib import Path

import pytest

from dashgen.check import fix as fixes
from dashgen.check.fix import Change
from dashgen.cli import main
from dashgen.errors import ExitCode, WriteError

from .conftest import Found

pytestmark = pytest.mark.usefixtures("found")

OLD = """\
import dash
import dash_html_components as html  # the tags
import dash_core_components
from dash_table import DataTable

app = dash.Dash(__name__)
app.layout = html.Div([dash_core_components.Input(id="é"), DataTable()])

if __name__ == "__main__":
    app.run_server(
        debug=True,  # only here
    )
"""
NEW = """\
import dash
from dash import html  # the tags
from dash import dcc as dash_core_components
from dash.dash_table import DataTable

app = dash.Dash(__name__)
app.layout = html.Div([dash_core_components.Input(id="é"), DataTable()])

if __name__ == "__main__":
    app.run(
        debug=True,  # only here
    )
"""


def test_names_are_renamed_and_comments_stay(capsys: pytest.CaptureFixture[str]) -> None:
    app = Path("app.py")
    app.write_text(OLD, encoding="utf-8")
    assert main(["check", "--fix"]) == ExitCode.DONE
    assert app.read_text(encoding="utf-8") == NEW
    shown = capsys.readouterr().out
    assert "-    app.run_server(\n+    app.run(\n" in shown
    assert shown.endswith("No problem found, 1 file checked.\n")


def test_a_form_feed_ends_no_line_of_a_diff(capsys: pytest.CaptureFixture[str]) -> None:
    Path("app.py").write_text("# a\fb\nimport dash_html_components\n\ndash_html_components.Div()\n")
    main(["check", "--diff"])
    assert " # a\fb\n-import dash_html_components\n" in capsys.readouterr().out


def test_without_libcst_the_way_out_is_named_for_both_options(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("app.py").write_text(OLD, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "libcst", None)
    assert main(["check", "--diff"]) == ExitCode.USAGE
    assert "--fix and --diff need the package libcst" in capsys.readouterr().err


def test_diff_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    app = Path("app.py")
    app.write_text(OLD, encoding="utf-8")
    assert main(["check", "--diff"]) == ExitCode.FOUND
    assert app.read_text(encoding="utf-8") == OLD
    assert "+from dash import html  # the tags" in capsys.readouterr().out


@pytest.mark.parametrize(
    "code",
    [
        "import dash, dash_table\napp = dash.Dash()\n",
        "import dash\napp = dash.Dash()\n\n@app.long_callback()\ndef work(): ...\n",
        "import dash\nserver = make()\nserver.run_server()\napp = dash.Dash()\n",
    ],
)
def test_what_may_change_behaviour_stays(code: str) -> None:
    app = Path("app.py")
    app.write_text(code)
    main(["check", "--fix"])
    assert app.read_text() == code


def test_a_file_that_cannot_be_written_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    first = tmp_path / "first.py"
    first.write_bytes(b"old")
    missing = tmp_path / "missing/second.py"
    made = [Change(first, "first.py", b"old", b"new"), Change(missing, "second.py", b"", b"new")]
    with pytest.raises(WriteError):
        fixes.write(made)
    assert first.read_bytes() == b"old"


def test_only_what_is_found_is_renamed(found: Found) -> None:
    code = OLD.replace("import dash_core_components\n", "import dash_core_components  # noqa\n")
    found(code)
    main(["check", "--fix"])
    assert "import dash_core_components  # noqa\n" in Path("app.py").read_text(encoding="utf-8")
