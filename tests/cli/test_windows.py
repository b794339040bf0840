"""What Windows does otherwise: names, shells, interrupts, and files that it does not let go."""

import errno
import io
import json
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashgen import files, system
from dashgen.cli import console, main
from dashgen.commands.new import new
from dashgen.data.doubts import Flag
from dashgen.errors import DestinationUnusableError, OutputError, UnsafePathError
from dashgen.files import File
from dashgen.project import environment, git, staging
from dashgen.update.formatter import formatted

from .helpers import CHECKOUT, listing
from .helpers import git as run_git


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the modules that ask for the system be told that it is Windows."""
    there = SimpleNamespace(platform="win32", version_info=sys.version_info)
    monkeypatch.setattr(system, "sys", there)
    monkeypatch.setattr(staging, "sys", there)
    monkeypatch.setattr(files, "WINDOWS", True)
    monkeypatch.setattr(system, "PAUSE", 0)


SCRIPTS = pytest.mark.skipif(sys.platform == "win32", reason="its programs are scripts of sh")
NAMES = ["aux.py", "CON", "Lpt1.txt", "nul .txt", "COM\xb9", "a.", "b ", "c?", "d:stream"]


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_windows_does_not_take_is_refused(name: str, work: Path) -> None:
    with pytest.raises(UnsafePathError):
        files.checked(f"pages/{name}/page.py")
    with pytest.raises(DestinationUnusableError, match="on Windows"):
        staging.checked(f"apps/{name}/shop")
    for usual in ("auxiliary.py", "console", "com", "com10", ".env", "a b.c"):
        assert files.checked(usual) == usual
        assert staging.checked(usual).path.name == usual


def test_no_package_is_called_like_a_device(work: Path) -> None:
    assert new("con", defaults=True, dry_run=True).answers["package"] == "con_app"


@pytest.mark.parametrize("names", [("README.md", "readme.md"), ("Pages/a.py", "pages/a.py")])
def test_two_files_that_are_one_on_this_disk_are_refused(
    names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = dict.fromkeys(names, File(b""))
    files.lay(content, tmp_path / "tells-them-apart")
    assert len(listing(tmp_path / "tells-them-apart")) > 1

    def lexists(path: Any) -> bool:
        return any(tmp_path.glob("one/*"))

    monkeypatch.setattr(os.path, "lexists", lexists)
    with pytest.raises(UnsafePathError, match="upper and lower case"):
        files.lay(content, tmp_path / "one")


@pytest.mark.usefixtures("windows")
def test_commands_are_those_of_powershell() -> None:
    assert system.quoted(r"C:\apps\shop") == r"C:\apps\shop"
    assert system.quoted("it's my app") == "'it''s my app'"
    assert system.called(r"C:\Program Files\python.exe") == r"& 'C:\Program Files\python.exe'"
    assert system.called("python") == "python"
    assert system.in_turn("uv sync && uv run pytest") == "uv sync; uv run pytest"
    assert Flag("column", "a b=text", "").words == "--column 'a b=text'"


def test_paths_have_slashes_wherever_they_are_told(tmp_path: Path) -> None:
    stage = staging.Stage(tmp_path / "stage", tmp_path / "target")
    (stage.folder / "pages").mkdir(parents=True)
    (stage.folder / "pages/home.py").touch()
    assert stage.files() == ["pages/home.py"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with an environment as Windows lays it out."""
    scripts = tmp_path / ".venv/Scripts"
    scripts.mkdir(parents=True)
    for name in ("python.exe", "ruff.exe"):
        (scripts / name).write_text("#!/bin/sh\ntr a-z A-Z | sed 's/MODEL/model/'\n")
        (scripts / name).chmod(0o755)
    packages = tmp_path / ".venv/Lib/site-packages"
    (packages / "dash-4.4.1.dist-info").mkdir(parents=True)
    text = '[project]\ndependencies = ["dash>=4", "flask>=3", "redis<9", "celery"]\n'
    (tmp_path / "pyproject.toml").write_text(text)
    return tmp_path


@SCRIPTS
def test_the_environment_of_a_project_is_found_there(project: Path) -> None:
    assert environment.python(project) == project / ".venv/Scripts/python.exe"
    assert environment.lacking(project) == ["flask", "redis", "celery"]
    assert formatted(project, "app.py", "model", "x = 1\n") == "X = 1\n"


@SCRIPTS
def test_git_is_what_the_search_path_has_whatever_its_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "git.cmd"
    program.write_text("#!/bin/sh\necho git version 9\n")
    program.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(program) if name == "git" else None)
    assert git.output(None, "--version") == "git version 9"


Act = Callable[[Path, Path], None]
ACTS: dict[str, Act] = {
    "replace": system.replace,
    "remove": lambda source, target: system.remove(target),
    "remove_tree": lambda source, target: system.remove_tree(target.parent),
}


@pytest.fixture
def locks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Refuse what Windows refuses: read-only files, and others as often as the list has entries."""
    busy: list[int] = []

    def guard(name: str) -> None:
        real = getattr(os, name)

        def act(*arguments: Any, **options: Any) -> None:
            target = arguments[-1]
            where = {k: v for k, v in options.items() if k == "dir_fd"}
            if busy:
                busy.pop()
                raise PermissionError(13, "in use")
            try:
                mode = os.stat(target, **where, follow_symlinks=False).st_mode  # noqa: PTH116
            except OSError:
                mode = stat.S_IWUSR
            if stat.S_ISREG(mode) and not mode & stat.S_IWUSR:
                raise PermissionError(13, "read-only")
            real(*arguments, **options)

        monkeypatch.setattr(os, name, act)

    for name in ("unlink", "replace"):
        guard(name)
    return busy


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_file_that_is_read_only_or_open_for_a_moment_is_no_obstacle(
    act: Act, tmp_path: Path, locks: list[int]
) -> None:
    (tmp_path / "folder").mkdir()
    for busy in ([], [1, 1]):
        source, target = tmp_path / "source", tmp_path / "folder/target"
        source.write_text("new")
        target.parent.mkdir(exist_ok=True)
        target.write_text("old")
        target.chmod(0o444)
        locks[:] = busy
        act(source, target)
        assert not target.exists() or target.read_text() == "new"
        assert not locks


@pytest.mark.usefixtures("windows")
def test_a_file_that_stays_open_is_an_error(tmp_path: Path, locks: list[int]) -> None:
    (tmp_path / "a").touch()
    locks[:] = [1] * 100
    with pytest.raises(PermissionError):
        system.remove(tmp_path / "a")


@pytest.mark.usefixtures("windows", "signal_handlers")
def test_an_interrupt_waits_for_the_end_of_what_must_not_be_cut() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    done = []

    def work() -> None:
        with system.uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("all")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_reads_json_whatever_the_console_can_print(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for encoding in ("cp1252", "cp437", "ascii", "utf-8"):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")
        monkeypatch.setattr(sys, "stdout", stream)
        console.print_json({"name": "Çà → 🐍"})
        assert json.loads(raw.getvalue().decode(encoding)) == {"name": "Çà → 🐍"}


def test_a_pipe_that_nobody_reads_is_no_failure(request: pytest.FixtureRequest) -> None:
    odd = OSError(errno.EINVAL, "Invalid argument")
    assert not OutputError(odd).closed
    request.getfixturevalue("windows")
    assert OutputError(odd).closed
    assert OutputError(BrokenPipeError(errno.EPIPE, "Broken pipe")).closed


def test_people_read_something_whatever_the_console_can_print(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252"))
    answers = ["--name", "Łódź → 🐍", "--package", "shop"]
    assert main(["new", "shop", "-y", "--no-git", *answers]) == 0
    assert b"Wrote" in raw.getvalue()
    assert "Łódź → 🐍" in (work / "shop/README.md").read_text(encoding="utf-8")


def test_line_endings_of_windows_are_no_change(work: Path, git_configuration: Path) -> None:
    with git_configuration.open("a") as file:
        file.write("[core]\nautocrlf = true\n")
    assert main(["new", "shop", "-y", "--quiet"]) == 0
    assert run_git(work / "shop", "status", "--porcelain") == ""
    assert "\r" not in run_git(work / "shop", "show", "HEAD:app.py")
    run_git(work, "clone", "--quiet", "shop", "clone")
    assert b"\r\n" in (work / "clone/app.py").read_bytes()
    assert main(["update", "clone", "--storage", "redis", "-y", "--no-try", "--quiet"]) == 0
    assert b"\r\n" in (work / "clone/shop/core/storage.py").read_bytes()
    assert main(["status", "clone", "--quiet"]) == 0


def test_a_checkout_has_the_line_endings_of_the_template() -> None:
    words = ("check-attr", "eol", "--", "template/project/app.py.jinja", "copier.yml")
    assert run_git(CHECKOUT, *words).count(": eol: lf") == 2


def test_paths_leave_room_for_the_folder_that_they_are_in(work: Path) -> None:
    longest = max(new("shop", defaults=True, dry_run=True).files, key=len)
    assert len(longest) < 80, "Windows takes 260 letters in all where nobody has changed that"
