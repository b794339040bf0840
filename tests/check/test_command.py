"""The command: exit codes, forms of the report, selection, configuration, comments."""

import json
import re
from pathlib import Path

import pytest
import yaml

from dashgen.check.project import NOT_OURS
from dashgen.cli import main
from dashgen.errors import ExitCode

BAD = """\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("nmae", "value"))
def greet(name):
    return name


app.run_server()
"""
GOOD = BAD.replace("nmae", "name").replace("run_server", "run")

pytestmark = pytest.mark.usefixtures("work", "signal_handlers")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def signal_handlers() -> object:
    import signal

    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def rules(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    main(["check", "--json", *words])
    return [finding["rule"] for finding in json.loads(capsys.readouterr().out)]


def test_a_clean_project_exits_with_0(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "app.py").write_text(GOOD)
    assert main(["check"]) == ExitCode.DONE
    assert capsys.readouterr().out == "No problem found, 1 file checked.\n"


def test_an_excluded_file_does_not_count_as_checked(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "app.py").write_text(BAD)
    (work / "pyproject.toml").write_text('[tool.dashgen.check]\nexclude = ["app.py"]\n')
    assert main(["check", "app.py"]) == ExitCode.DONE
    assert capsys.readouterr().out == "No problem found, 0 files checked.\n"


def test_something_found_exits_with_7(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "app.py").write_text(BAD)
    assert main(["check"]) == 7 == int(ExitCode.FOUND)
    report = capsys.readouterr().out
    assert report.startswith(
        "app.py:7:49: DG101 no component of the app has the id 'nmae', did you mean 'name'?\n"
        "  |\n"
        '7 | @app.callback(Output("text", "children"), Input("nmae", "value"))\n'
        "  |                                                 ^^^^^^\n"
        "  = broken, unknown-id: "
    )
    assert report.endswith("Found 2 problems, 2 broken and 0 risky. 1 file checked.\n")


def test_json_is_a_list_of_findings(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "app.py").write_text(BAD)
    assert main(["check", "--json"]) == ExitCode.FOUND
    first, _ = json.loads(capsys.readouterr().out)
    assert first == {
        "file": "app.py",
        "line": 7,
        "column": 49,
        "rule": "DG101",
        "severity": "broken",
        "message": "no component of the app has the id 'nmae', did you mean 'name'?",
        "help": "Name the id of a component, or add the component.",
    }


def test_github_shows_annotations(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "app.py").write_text(BAD)
    assert main(["check", "--output-format", "github"]) == ExitCode.FOUND
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("::error file=app.py,line=7,col=49,title=DG101 unknown-id::app.py:7:49")
    assert second.startswith("::error file=app.py,line=12,col=1,title=DG111 removed-api::")


def test_github_gets_nothing_where_nothing_is_found(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "app.py").write_text(GOOD)
    assert main(["check", "--output-format", "github"]) == ExitCode.DONE
    assert capsys.readouterr().out.strip() == ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["DG101", "DG111"]),
        (("--select", "DG101"), ["DG101"]),
        (("--select", "unknown-id,removed-api"), ["DG101", "DG111"]),
        (("--select", "DG1", "--ignore", "DG111"), ["DG101"]),
        (("--ignore", "DG"), []),
        (("other.py",), []),
        (("app.py",), ["DG101", "DG111"]),
    ],
)
def test_rules_and_files_are_selected(
    words: tuple[str, ...], expected: list[str], work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "app.py").write_text(BAD)
    (work / "other.py").write_text(GOOD)
    assert rules(capsys, *words) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('select = ["DG101"]', ["DG101"]),
        ('ignore = ["removed-api"]', ["DG101"]),
        ('exclude = ["app.py"]', []),
        ('exclude = ["old"]', ["DG101", "DG111"]),
        ('per-file-ignores = { "*.py" = ["DG1"] }', []),
        ('per-file-ignores = { "pages/*" = ["DG1"] }', ["DG101", "DG111"]),
    ],
)
def test_the_project_is_configured_in_pyproject(
    table: str, expected: list[str], work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "app.py").write_text(BAD)
    (work / "pyproject.toml").write_text(f"[tool.dashgen.check]\n{table}\n")
    assert rules(capsys) == expected


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# noqa", True),
        ("# noqa: DG101", True),
        ("# NOQA: E501, dg101", True),
        ("# noqa:DG101  the id comes from a plug-in", True),
        ("# noqa: DG102", False),
        ("# noqa: E501", False),
        ("# no comment on that", False),
    ],
)
def test_a_comment_silences_a_rule_in_its_line(
    comment: str, silent: bool, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "app.py").write_text(BAD.replace('"value"))', f'"value"))  {comment}'))
    assert rules(capsys, "--select", "DG101") == ([] if silent else ["DG101"])


@pytest.mark.parametrize("sign", ["\f", "\v", "\x1c", "\x85", "\u2028"])
def test_a_sign_that_ends_no_line_of_code_moves_no_comment(
    sign: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = BAD.replace('"value"))', '"value"))  # noqa: DG101')
    (work / "app.py").write_text(f"# one{sign}two\n{code}", encoding="utf-8")
    assert rules(capsys) == ["DG111"]
    assert main(["check"]) == ExitCode.FOUND
    assert "13 | app.run_server()" in capsys.readouterr().out


def test_a_file_is_read_in_its_own_encoding(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = f"# -*- coding: latin-1 -*-\n{BAD}".replace("nmae", "näme")
    (work / "app.py").write_bytes(code.encode("latin-1"))
    assert main(["check", "--select", "DG101"]) == ExitCode.FOUND
    assert "the id 'näme'" in (report := capsys.readouterr().out)
    assert 'Input("näme", "value")' in report


@pytest.mark.parametrize(
    ("words", "table", "part"),
    [
        (("missing.py",), "", "there is no missing.py; see 'dashgen check --help'"),
        (("--select", "DG999"), "", "--select: there is no rule 'DG999'"),
        (("--ignore", ""), "", "--ignore: there is no rule ''"),
        (("--output-format", "xml"), "", "'xml' is not one of 'text', 'github'"),
        (("notes.md",), "", "notes.md is no Python file; name a .py file or a folder"),
        (("page.ipynb",), "", "page.ipynb is no Python file"),
        (("build/app.py",), "", "build/app.py is not checked, because it is not the project's own"),
        (("app.py", "build"), "", "build is not checked"),
        ((), "selct = []", "has no 'selct'"),
        ((), 'select = "DG101"', "select is no list of texts"),
        ((), 'ignore = ["X"]', "there is no rule 'X'"),
        ((), "per-file-ignores = 3", "per-file-ignores is no table"),
        ((), "= nonsense", "cannot read"),
    ],
)
def test_what_is_not_taken_is_said_in_one_line(
    words: tuple[str, ...],
    table: str,
    part: str,
    work: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (work / "pyproject.toml").write_text(f"[tool.dashgen.check]\n{table}\n")
    (work / "build").mkdir()
    for name in ("app.py", "build/app.py", "notes.md", "page.ipynb"):
        (work / name).write_text(BAD)
    assert main(["check", *words]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert part in error
    assert error.count("\n") == 1


def test_a_file_that_is_not_python_is_named_and_the_others_are_checked(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "app.py").write_text(BAD)
    (work / "old.py").write_text("import dash\nprint 'hello'\n")
    assert main(["check"]) == ExitCode.FOUND
    printed = capsys.readouterr()
    assert "old.py is not read: line 2" in printed.err
    assert printed.out.endswith("1 file checked, 1 not read.\n")


@pytest.mark.parametrize("words", [["check"], ["check", "app.py"], ["check", "--json"]])
@pytest.mark.parametrize("text", ["import dash\nprint 'hello'\n", "import dash\n\0"])
def test_an_app_that_cannot_be_read_is_not_without_problems(
    words: list[str], text: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "app.py").write_text(text)
    assert main(words) == ExitCode.FOUND
    printed = capsys.readouterr()
    assert "app.py is not read: " in printed.err
    assert printed.out in ("[]\n", "0 files checked, 1 not read.\n")


def test_a_named_file_that_is_no_app_is_read(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "app.py").write_text(GOOD)
    (work / "tool.py").write_text("print 'hello'\n")
    assert main(["check"]) == ExitCode.DONE
    assert main(["check", "app.py", "tool.py"]) == ExitCode.FOUND
    assert "tool.py is not read: line 1" in capsys.readouterr().err


def test_a_file_that_the_system_refuses_is_named(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "app.py":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    (work / "app.py").write_text(GOOD)
    (work / ".#app.py").symlink_to("somebody@somewhere")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert main(["check"]) == ExitCode.FOUND
    assert capsys.readouterr().err.endswith("app.py is not read: permission denied\n")


def test_a_left_out_folder_that_is_a_project_of_its_own_is_checked(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("build", "build/own"):
        (work / folder).mkdir()
        (work / folder / "app.py").write_text(BAD)
    (work / "build/own/pyproject.toml").touch()
    assert main(["check", "build/app.py"]) == ExitCode.USAGE
    assert "build/app.py is not checked, because" in capsys.readouterr().err
    assert main(["check", "build/own"]) == ExitCode.FOUND


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("tool = 1", "tool is no table; write [tool.dashgen.check]"),
        ("tool.dashgen = true", "tool.dashgen is no table"),
        ("tool.dashgen.check = []", "tool.dashgen.check is no table"),
        ("[[tool.dashgen.check]]\nselect = []", "tool.dashgen.check is no table"),
    ],
)
def test_a_configuration_of_another_shape_is_said_in_one_line(
    text: str, part: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "pyproject.toml").write_text(text)
    assert main(["check"]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert f"pyproject.toml: {part}" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("folder", [*sorted(NOT_OURS), ".github", "shop.egg-info"])
def test_pre_commit_names_no_file_of_a_folder_that_is_left_out(folder: str) -> None:
    hooks = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
    (hook,) = yaml.safe_load(hooks.read_text("utf-8"))
    assert re.search(hook["exclude"], f"shop/{folder}/app.py")
    assert not re.search(hook["exclude"], "shop/environment/app.py")
    assert re.search(hook["files"], "app.py")
    assert not re.search(hook["files"], "app.pyi")


def test_nothing_of_the_project_runs(work: Path) -> None:
    (work / "app.py").write_text(f"raise SystemExit('run')\n{GOOD}")
    (work / "dash.py").write_text("raise SystemExit('imported')\n")
    assert main(["check"]) == ExitCode.DONE


def test_quiet_prints_findings_only(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "app.py").write_text(GOOD)
    main(["check", "--quiet"])
    assert capsys.readouterr().out == ""
