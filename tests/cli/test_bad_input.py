"""Whatever a user gets wrong: one line that says where and what to do, and nothing written."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jinja2 import TemplateError

from dashgen.cli.app import COMMANDS, main
from dashgen.errors import DestinationUnusableError, ExitCode
from dashgen.project.staging import staged

from .helpers import CHECKOUT, dashgen, listing

FAILED, USAGE = 1, 2


@dataclass(frozen=True)
class Case:
    """A command line, the exit code, and what its one line must say."""

    arguments: str | list[str]
    says: list[str]
    code: int = USAGE
    files: dict[str, str | bytes] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        return self.arguments.split() if isinstance(self.arguments, str) else self.arguments


def answers(content: str | bytes) -> dict[str, str | bytes]:
    return {"answers.yml": content}


def package(value: str) -> list[str]:
    return ["new", "shop", "-y", "--package", value]


def name(value: str) -> list[str]:
    return ["new", "shop", "-y", "--name", value]


LONG = "x" * 300
NO_TABLE = "this is no address of a table; write postgresql://USER@HOST/DATABASE#TABLE"
FROM_FILE = "new shop -y --answers answers.yml"

PAGE = "add page orders --project shop"

CASES = {
    "no destination": Case("new", ["DEST", "dashgen new --help"]),
    "empty destination": Case(["new", "", "-y"], ["the destination is empty"]),
    "unknown command": Case("nwe", ["nwe", "Did you mean 'new'"]),
    "unknown option": Case("new shop --stroage x", ["--stroage", "Did you mean", "--storage?"]),
    "option without value": Case("new shop --storage", ["--storage", "dashgen new --help"]),
    "unknown choice": Case(
        "new shop -y --storage oracle", ["--storage 'oracle'", "choose from", "sqlite"]
    ),
    "a choice with a slip": Case(
        "new shop -y --storage sqlit", ["--storage 'sqlit'", "did you mean 'sqlite'?"]
    ),
    "another choice with a slip": Case("new a -y --existing kep", ["did you mean 'keep'?"]),
    "a question with a slip": Case("options stroage", ["did you mean 'storage'?"]),
    "empty choice": Case(["new", "shop", "-y", "--layout", ""], ["--layout ''", "choose from"]),
    "unknown option before anything": Case("--jsn", ["no such option", "--help"]),
    "one argument too many": Case("new a b", ["unexpected", "(b)"]),
    "unknown short option": Case("new a -z", ["-z"]),
    "existing without a choice": Case(
        "new a -y --existing maybe", ["--existing': 'maybe' is not one of 'keep'"]
    ),
    "data without an answer": Case("new a -y --data name", ["--data 'name'", "NAME=ANSWER"]),
    "data of no question": Case("new a -y --data nme=x", ["no question 'nme'", "name, package"]),
    "ref without template": Case("new a -y --ref v1", ["--ref", "--template"]),
    "trust without template": Case("new a -y --trust", ["--trust", "--template"]),
    "template nowhere": Case(
        "new a -y --template ./nowhere",
        ["--template ./nowhere: repository './nowhere' does not exist; is the address right, and"],
    ),
    "template on no server": Case(
        "new a -y --template ssh://127.0.0.1:1/b.git",
        ["--template ssh://127.0.0.1:1/b.git: ssh: connect to host 127.0.0.1 port 1"],
    ),
    "template with a password": Case(
        "new a -y --template https://u:hunter2@127.0.0.1:1/b.git",
        ["--template https://u@127.0.0.1:1/b.git: unable to access"],
    ),
    "template that is no repository": Case(
        "new a -y --template file:///nowhere", ["'/nowhere' does not appear to be a git repository"]
    ),
    "template empty": Case(["new", "a", "-y", "--template", ""], ["is no address"]),
    "template like an option": Case(
        ["new", "a", "-y", "--template=--upload-pack=x"], ["is no address"]
    ),
    "template without copier.yml": Case("new a -y --template t", ["--template"], files={"t/x": ""}),
    "run and dry run": Case("new shop -y --run --dry-run", ["--dry-run and --run"]),
    "options of no question": Case("options sto", ["no question 'sto'", "storage"]),
    "config of no question": Case("config set nme x", ["no question 'nme'", "author"]),
    "config of each project's own": Case("config set name x", ["no question 'name'"]),
    "config without an answer": Case("config set storage", ["config set QUESTION ANSWER"]),
    "config with a wrong answer": Case("config set storage oracle", ["'oracle'", "choose from"]),
    "config of two lines": Case(["config", "set", "author", "a\nb"], ["one line"]),
    "config beyond text": Case(["config", "set", "author", "\udce9"], ["UTF-8"]),
    "config of no action": Case("config frobnicate", ["'frobnicate' is not one of 'show'"]),
    "doctor of no project": Case("doctor .", ["has no .copier-answers.yml"]),
    "doctor of a file": Case("doctor x", ["x is no folder"], files={"x": ""}),
    "doctor of a name that is not text": Case(["doctor", "caf\udce9"], ["no folder"]),
    "completion of no shell": Case(
        "completion tcsh", ["'tcsh' is not one of 'bash', 'zsh', 'fish'"]
    ),
    "update of no project": Case("update nowhere", ["nowhere"]),
    "status of no project": Case("status nowhere", ["nowhere"]),
    "check of nothing": Case("check nowhere.py", ["there is no nowhere.py"]),
    "check of no rule": Case("check --select DG999", ["--select", "DG999", "DG101"]),
    "diff of no project": Case("diff nowhere", ["nowhere"]),
    "json and run": Case("new shop -y --run --json", ["--json and --run"]),
    "add nothing": Case("add", ["missing command", "dashgen add --help"]),
    "add what there is not": Case("add pge", ["'pge'", "did you mean 'page'?"]),
    "page without a name": Case("add page", ["no terminal to ask for NAME"]),
    "page without a kind": Case(PAGE, ["no kind", "--kind blank or data or form or job"]),
    "page of a bad name without a kind": Case(
        ["add", "page", "My Page"], ["page My Page: the name must be at most 24 lower-case"]
    ),
    "page of an empty name without a kind": Case(["add", "page", ""], ["the name must be at"]),
    "page of a reserved name without a kind": Case("add page core", ["the name is reserved"]),
    "page of no project": Case(f"{PAGE} --kind blank", ["there is no folder", "shop"]),
    "remove nothing": Case("remove", ["missing command", "dashgen remove --help"]),
    "remove page without a name": Case("remove page", ["no terminal to ask for NAME"]),
    "remove page of no project": Case("remove page x", ["has no .copier-answers.yml"]),
    "rename page without a new name": Case("rename page x", ["no terminal to ask for NEW"]),
    "add the page of every app": Case(
        "add page home --kind blank", ["Home belongs to every app; choose another name"]
    ),
    "remove the page of every app": Case(
        "remove page home", ["Home belongs to every app; edit it as you like"]
    ),
    "remove the page for wrong addresses": Case(
        "remove page not_found_404", ["the page for wrong addresses belongs to every app"]
    ),
    "rename the page of every app": Case(
        "rename page home start", ["Home belongs to every app; edit it as you like"]
    ),
    "rename to the page of every app": Case(
        "rename page orders home", ["Home belongs to every app; choose another name"]
    ),
    "rename page of no project": Case("rename page x y", ["has no .copier-answers.yml"]),
    "start and pages": Case("new x -y --start empty --pages []", ["exclude each other"]),
    **{
        f"an address like {address}": Case(["new", "x", "-y", "--from", address], [says])
        for address, says in {
            "postgresql+psycopg://app:hunter2@127.0.0.1:1/d#t": (
                "postgresql+psycopg://app@127.0.0.1:1/d#t: the database cannot be reached"
            ),
            "postgres://app:hunter%322@127.0.0.1:1/d#t": (
                "app@127.0.0.1:1/d#t: the database cannot be reached"
            ),
            "postgresql://app:hunter2@[::1/d#t": "postgresql://app:…: the address is not well",
            "postgresql://app:hun/ter2@h/d#t": "with %40 for an @",
            "postgresql://app:hun@ter2@h/d#t": "with %40 for an @",
            "postgresql://app:hunter2/d#t": "with %40 for an @",
            "postgresql://app@h/d?pass%77ord=hunter2&a=b#t": "app@h/d?a=b#t: an option of",
            "host=db password=hunter2": f"host=db password=…: {NO_TABLE}",
            "host=db password = 'hunt er2'": f"password = …: {NO_TABLE}",
            "postgresql:/h/d": f"postgresql:/h/d: {NO_TABLE}",
            "mysql+pymysql://u:hunter2@h/d": "mysql+pymysql://u@h/d: of databases, only Postgre",
            "https://u:hunter2@h/a.csv?token=hunter2": "https://u@h/a.csv: this is an address",
        }.items()
    },
    "package keyword": Case(package("class"), ["--package 'class'", "choose another"]),
    "package standard module": Case(package("json"), ["--package 'json'", "choose another"]),
    "package dependency": Case(package("dash"), ["--package 'dash'", "choose another"]),
    "package not an identifier": Case(package("1st-app"), ["--package '1st-app'", "lower-case"]),
    "package like a test": Case(package("test_shop"), ["--package 'test_shop'", "pytest"]),
    "package with slash": Case(package("a/b"), ["--package 'a/b'", "lower-case"]),
    "package parent folder": Case(package(".."), ["--package '..'", "lower-case"]),
    "package empty": Case(package(""), ["--package ''", "lower-case"]),
    "package only symbols": Case(package("!?"), ["--package '!?'", "lower-case"]),
    "package of 300": Case(package(LONG), ["--package 'xxx", "…'", "300", "at most 40"]),
    "package with newline": Case(package("shop\n"), [r"--package 'shop\n'", "lower-case"]),
    "package beyond ascii": Case(package("größe"), ["--package 'größe'", "lower-case"]),
    "package of git's": Case(package("instance"), ["--package 'instance'", "git ignores"]),
    "name empty": Case(name(""), ["--name ''", "at least one letter"]),
    "name only symbols": Case(name("!?"), ["--name '!?'", "at least one letter"]),
    "name with a control character": Case(name("a\x1bb"), ["--name", "control character"]),
    "name with newline": Case(name("a\nb"), [r"--name 'a\nb'", "line break"]),
    "name of 300": Case(name(LONG), ["--name 'xxx", "…'", "300", "at most 60"]),
    "name not text": Case(name("caf\udce9"), ["--name", "UTF-8"]),
    "folder name only symbols": Case(
        ["new", "!?", "-y"], ["name '!?' (the folder's name)", "set it with --name"]
    ),
    "description of two lines": Case(
        ["new", "shop", "-y", "--description", "a\nb"], [r"--description 'a\nb'", "one line"]
    ),
    "author of 300": Case(["new", "shop", "-y", "--author", LONG], ["--author", "at most 100"]),
    "no terminal": Case(
        "new shop --name Shop", ["no terminal", "--package", "--storage", "--defaults"]
    ),
    "no terminal, bad answer": Case("new shop --storage oracle", ["--storage 'oracle'"]),
    "destination is a file": Case("new shop -y", ["shop", "is a file"], files={"shop": ""}),
    "destination is below a file": Case(
        "new shop/app -y", ["shop/app", "shop is a file"], files={"shop": ""}
    ),
    "destination has content": Case(
        "new shop -y",
        ["shop is not empty", "a.txt, b.txt, c.txt, d.txt", "empty folder", "--force"],
        files={f"shop/{letter}.txt": "" for letter in "abcd"},
    ),
    "current folder has content": Case("new . -y", ["is not empty", "a.txt"], files={"a.txt": ""}),
    "destination of 300": Case(f"new {LONG} -y", ["cannot write", "too long"], code=FAILED),
    "destination in proc": Case(
        "new /proc/shop -y", ["cannot write destination /proc/shop"], code=FAILED
    ),
    "destination not text": Case(["new", "caf\udce9", "-y"], ["UTF-8"], code=FAILED),
    "answers missing": Case(FROM_FILE, ["--answers answers.yml", "no such file"]),
    "answers is a folder": Case(FROM_FILE, ["is a directory"], files={"answers.yml/x": ""}),
    "answers not yaml": Case(
        FROM_FILE, ["--answers answers.yml", "not YAML (line 2)"], files=answers("name: x\n]: [")
    ),
    "answers binary": Case(FROM_FILE, ["not YAML"], files=answers(b"\x00\xff\xfe")),
    "answers a list": Case(FROM_FILE, ["not a mapping"], files=answers("- name\n")),
    "answers empty": Case(FROM_FILE, ["not a mapping"], files=answers("")),
    "answers nested": Case(
        FROM_FILE, ["name is not a single value"], files=answers("name: [a, b]\n")
    ),
    "answers with python tag": Case(
        FROM_FILE,
        ["name is not a single value"],
        files=answers("name: !!python/object/apply:os.system [id]\n"),
    ),
    "answers with keys of one number": Case(
        FROM_FILE, ["unknown key '1', '01'"], files=answers("1: a\n01: b\n")
    ),
    "answers with a list for a key": Case(
        FROM_FILE, ["not a mapping"], files=answers("? [a]\n: b\n")
    ),
    "answers merged with no mapping": Case(
        FROM_FILE, ["not YAML (line 1)"], files=answers("<<: 3\n")
    ),
    "answers merged": Case(
        FROM_FILE, ["storage 'oracle'"], files=answers("<<: {storage: oracle, name: x}\n")
    ),
    "answers deep": Case(FROM_FILE, ["not YAML"], files=answers("name: " + "[" * 9000)),
    "answers with unknown keys": Case(
        FROM_FILE,
        ["unknown key 'storge', 'slug'", "the keys are name, package"],
        files=answers("storge: sqlite\nslug: x\n_commit: v1\n"),
    ),
    "answers with unknown choice": Case(
        FROM_FILE,
        ["answers.yml: storage 'oracle'", "choose from"],
        files=answers("storage: oracle\n"),
    ),
    "answers with bad package": Case(
        FROM_FILE, ["answers.yml: package 'dash'"], files=answers("package: dash\n")
    ),
}


def lay_out(folder: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)


def only_line(errors: str) -> str:
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert errors.endswith("\n")
    assert "Traceback" not in errors
    return errors


@pytest.mark.usefixtures("signal_handlers")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_one_line_and_nothing_written(
    case: Case, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(work, case.files)
    before = listing(work.parent)

    code = main(case.words)

    printed = capsys.readouterr()
    if "--json" in case.words:
        line = json.loads(printed.out)["error"]["message"]
    else:
        assert printed.out == ""
        line = only_line(printed.err)
    for words in case.says:
        assert words.lower() in line.lower()
    assert not re.search("hun.?t", line), "it shows a password"
    assert code == case.code
    assert listing(work.parent) == before


@pytest.mark.usefixtures("signal_handlers")
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_what_it_does_not_know(
    name: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # `check` takes any number of paths; what it refuses is in its own tests.
    many = name == "check"
    known = any(case.words[0] == name for case in CASES.values())
    assert known or many, "the table leaves it out"
    for words in ([name, "--nonsense"], *([] if many else [[name, *"abcde"]])):
        assert main(words) == USAGE
        assert f"see 'dashgen {name} --help'" in only_line(capsys.readouterr().err)
        assert main([*words, "--json"]) == USAGE
        printed = capsys.readouterr()
        assert (json.loads(printed.out)["error"]["exit_code"], printed.err) == (USAGE, "")


@pytest.mark.usefixtures("signal_handlers")
def test_the_documented_exit_codes_are_the_exit_codes() -> None:
    page = (CHECKOUT / "docs/cli.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE)
    assert rows == [(str(int(code)), code.meaning) for code in ExitCode]


def test_a_process_ends_with_the_same_line_and_code(work: Path) -> None:
    done = dashgen("new", "shop", "-y", "--package", "dash", cwd=work)
    assert (done.returncode, done.stdout) == (USAGE, "")
    only_line(done.stderr)
    assert listing(work) == []


def test_an_error_as_json_is_one_object_on_stdout(work: Path) -> None:
    for arguments in (["new", "a", "-y", "--package", "dash", "--json"], ["new", "--json"]):
        done = dashgen(*arguments, cwd=work)
        assert (done.returncode, done.stderr) == (USAGE, "")
        error = json.loads(done.stdout)["error"]
        assert error["exit_code"] == USAGE
        assert error["message"]


def test_verbose_adds_no_traceback_to_an_error_of_the_user(work: Path) -> None:
    done = dashgen("new", "shop", "-y", "--package", "dash", "--verbose", cwd=work)
    assert "--package 'dash'" in only_line(done.stderr)


@pytest.mark.usefixtures("signal_handlers")
@pytest.mark.parametrize("words", ["status", "diff", "update", "check", "new x -y"])
def test_a_current_folder_that_was_deleted_is_named(
    words: str, work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "gone").mkdir()
    monkeypatch.chdir(work / "gone")
    (work / "gone").rmdir()
    assert main(words.split()) == FAILED
    line = only_line(capsys.readouterr().err)
    assert line == "error: the current folder is not there any more; go to another folder\n"


@pytest.mark.usefixtures("signal_handlers")
def test_a_file_that_the_system_refuses_is_named(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/home/shop/app.py")

    monkeypatch.setattr("dashgen.commands.status.status", refuse)
    assert main(["status"]) == FAILED
    line = only_line(capsys.readouterr().err)
    assert line == "error: /home/shop/app.py: permission denied; correct that and try again\n"


def test_completion_for_a_home_that_takes_nothing(work: Path) -> None:
    done = dashgen("--install-completion", cwd=work, env={"HOME": "/proc", "SHELL": "/bin/bash"})
    assert "error: /proc/.bashrc: no such file or directory; correct that" in only_line(done.stderr)


@pytest.mark.usefixtures("signal_handlers")
def test_verbose_adds_the_traceback_of_an_internal_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(name: str | None) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("dashgen.commands.options.options", fail)
    assert main(["options"]) == FAILED
    assert "unexpected RuntimeError: a fault" in only_line(capsys.readouterr().err)
    assert main(["options", "--verbose"]) == FAILED
    said = capsys.readouterr().err
    assert said.startswith("Traceback")
    only_line(said.splitlines(keepends=True)[-1])


@pytest.mark.parametrize("words", ["--help", "options", "options --json", "--version"])
@pytest.mark.parametrize("streams", [">/dev/full", ">/dev/full 2>/dev/full", ">&-", ">&- 2>&- <&-"])
def test_a_closed_or_full_stream_is_no_internal_error(work: Path, words: str, streams: str) -> None:
    # crudini#67, gsutil#1314
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m dashgen {words} {streams}"],
        cwd=work,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    full = "full" in streams
    assert done.returncode == (FAILED if full else 0)
    if full and "2>" not in streams:
        assert "cannot print the result: no space left on device" in only_line(done.stderr)
    else:
        assert done.stderr == ""


def test_no_git_on_the_path(work: Path) -> None:
    done = dashgen("new", "shop", "-y", cwd=work, env={"PATH": str(work)})
    assert done.returncode == FAILED
    assert "install git or pass --no-git" in only_line(done.stderr)
    assert listing(work) == []

    done = dashgen("new", "shop", "-y", "--no-git", cwd=work, env={"PATH": str(work)})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("signal_handlers")
def test_a_folder_that_may_not_be_written(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Root may write everywhere, so the answer of the operating system is replaced.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert main(["new", "a/shop", "-y"]) == FAILED
    line = only_line(capsys.readouterr().err)
    assert f"cannot write destination a/shop: {work} is not writable" in line
    assert listing(work) == []


def full_disk(*arguments: object, **options: object) -> None:
    raise OSError(28, "No space left on device")


def broken_template(*arguments: object, **options: object) -> None:
    raise TemplateError("no such filter")


@pytest.mark.usefixtures("signal_handlers")
@pytest.mark.parametrize(
    ("target", "failure", "says"),
    [
        ("pathlib.Path.write_bytes", full_disk, "no space left on device"),
        ("jinja2.Environment.get_template", broken_template, "no such filter"),
        ("pathlib.Path.rename", full_disk, "no space left on device"),
    ],
    ids=["disk full while rendering", "broken template", "disk full at the end"],
)
@pytest.mark.parametrize("stated", ["a/b/shop", "empty"])
def test_a_late_failure_leaves_nothing(
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    target: str,
    failure: Callable[..., None],
    says: str,
    stated: str,
) -> None:
    (work / "empty").mkdir()
    monkeypatch.setattr(target, failure)
    # No other test has rendered this, so that it is rendered now.
    assert main(["new", stated, "-y", "--description", f"{stated}, {says}"]) == FAILED
    assert says in only_line(capsys.readouterr().err).lower()
    assert listing(work) == ["empty"]


def test_a_move_that_fails_half_way_is_undone(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move = Path.rename
    done: list[Path] = []

    def rename(source: Path, target: Path) -> Path:
        if len(done) == 3:
            full_disk()
        done.append(target)
        return move(source, target)

    monkeypatch.setattr(Path, "rename", rename)

    def fill() -> None:
        with staged(work) as stage:
            for letter in "abcd":
                (stage.folder / letter).mkdir()

    with pytest.raises(DestinationUnusableError, match="no space left"):
        fill()
    assert len(done) == 3
    assert listing(work) == []
