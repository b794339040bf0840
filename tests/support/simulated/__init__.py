"""A simulation of Windows: its lacks and its file locks, not the system itself.

`python -m pytest -p tests.support.simulated.plugin` lets dashgen run without the modules,
functions and constants that Windows lacks, as mypy's stubs of the standard library know them. The
tests, the standard library and git stay as they are. Any Python that dashgen starts is simulated.
"""

import ast
import builtins
import errno
import importlib.machinery
import importlib.util
import os
import signal
import stat
import subprocess
import sys
import types
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODULES = frozenset(
    (
        "crypt curses fcntl grp nis ossaudiodev posix pty pwd readline resource spwd syslog"
        " termios tty"
    ).split()
)
"""Modules that Windows lacks as a whole."""
PARTLY = ("errno", "os", "select", "shutil", "signal", "socket", "subprocess", "time")
"""Modules of which it lacks some names."""


@cache
def lacking(module: str) -> frozenset[str]:
    """Return the names of a module that the stubs define for other systems than Windows alone."""
    found = importlib.util.find_spec("mypy")
    assert found is not None
    assert found.origin is not None
    stubs = Path(found.origin).parent / "typeshed/stdlib"
    stub = next(p for p in (stubs / f"{module}.pyi", stubs / module / "__init__.pyi") if p.exists())
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for there, name in _names(ast.parse(stub.read_text(encoding="utf-8")).body, True):
        names[there].add(name)
    return frozenset(names[False] - names[True])


def _names(body: list[ast.stmt], there: bool) -> Iterator[tuple[bool, str]]:
    """Yield the names that statements define, each with whether Windows has it."""
    for one in body:
        if isinstance(one, ast.If):
            test = ast.unparse(one.test)
            yield from _names(one.body, there and "sys.platform != 'win32'" not in test)
            only = test == "sys.platform == 'win32'"
            yield from _names(one.orelse, there and not only)
            if "sys.platform == 'linux'" in test or "sys.platform == 'darwin'" in test:
                continue
        elif isinstance(one, ast.FunctionDef | ast.ClassDef):
            yield there, one.name
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield there, one.target.id
        elif isinstance(one, ast.Assign):
            yield from ((there, t.id) for t in one.targets if isinstance(t, ast.Name))


class Simulated(types.ModuleType):
    """A module as Windows has it; what a test puts into the real one is in this one, too."""

    def __init__(self, real: types.ModuleType, lacks: frozenset[str], own: Mapping[str, Any]):
        super().__init__(real.__name__)
        super().__getattribute__("__dict__")["_facts"] = real, lacks, own

    def __getattribute__(self, name: str) -> Any:
        real, lacks, own = super().__getattribute__("_facts")
        if name in own:
            return own[name]
        if name in lacks:
            raise AttributeError(f"module {real.__name__!r} has no {name!r} on Windows (simulated)")
        return getattr(real, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(super().__getattribute__("_facts")[0], name, value)


class Popen(subprocess.Popen[Any]):
    """Takes the flag by which Windows sets a process apart."""

    def __init__(self, *arguments: Any, creationflags: int = 0, **options: Any) -> None:
        for name in ("preexec_fn", "pass_fds", "process_group", "start_new_session"):
            assert name not in options, f"Windows has no {name}"
        if creationflags == NEW_GROUP:
            options["start_new_session"] = True
        super().__init__(*arguments, **options)

    def send_signal(self, number: int) -> None:
        """Send Ctrl-Break to the group, as that reaches it on Windows."""
        if number == signal.SIGUSR1:
            os.killpg(self.pid, signal.SIGINT)
        else:
            super().send_signal(number)


NEW_GROUP = 0x200
_open, _import = os.open, builtins.__import__


def _open_file(path: Any, *arguments: Any, **options: Any) -> int:
    if Path(path).is_dir():
        raise PermissionError(errno.EACCES, "Permission denied (simulated)", str(path))
    return _open(path, *arguments, **options)


def _run(words: list[str], **options: Any) -> Any:
    if words[0] == "taskkill":
        try:
            os.killpg(int(words[-1]), signal.SIGKILL)
        except ProcessLookupError:
            return subprocess.CompletedProcess(words, 128)
        return subprocess.CompletedProcess(words, 0)
    return subprocess.run(words, **options)


NO_CONSOLE = types.SimpleNamespace(GetStdHandle=lambda _: 0, GetConsoleMode=lambda *_: 0)
OWN: dict[str, dict[str, Any]] = {
    "sys": {"platform": "win32"},
    "os": {"name": "nt", "open": _open_file},
    # Signals that Linux does not have stand for those that it has.
    "signal": {"SIGBREAK": signal.SIGHUP, "CTRL_BREAK_EVENT": signal.SIGUSR1},
    # No console is there that could be told anything.
    "ctypes": {"windll": types.SimpleNamespace(kernel32=NO_CONSOLE)},
    "subprocess": {"CREATE_NEW_PROCESS_GROUP": NEW_GROUP, "Popen": Popen, "run": _run},
}


@cache
def simulated(name: str) -> Simulated:
    """Return a module as Windows has it."""
    lacks = lacking(name) if name in PARTLY else frozenset[str]()
    return Simulated(sys.modules[name], lacks, OWN.get(name, {}))


def _import_there(name: str, *arguments: Any, **options: Any) -> Any:
    if name in MODULES:
        raise ModuleNotFoundError(f"No module named {name!r} on Windows (simulated)", name=name)
    found = _import(name, *arguments, **options)
    top = name.partition(".")[0]
    if top not in {"ctypes", "sys", *PARTLY} or found is not sys.modules[top]:
        return found
    return simulated(top)


def install() -> None:
    """Let dashgen's modules see Windows, and let files be locked as there."""
    execute = importlib.machinery.SourceFileLoader.exec_module

    def exec_module(self: Any, module: types.ModuleType) -> None:
        if module.__name__.partition(".")[0] == "dashgen":
            own = {**vars(builtins), "__import__": _import_there}
            vars(module)["__builtins__"] = own
        execute(self, module)

    importlib.machinery.SourceFileLoader.exec_module = exec_module  # type: ignore[method-assign]
    assert "dashgen" not in sys.modules, "it has been imported already"
    _lock_files()
    # Python reads `sitecustomize.py` from there as it starts.
    found = os.environ.get("PYTHONPATH")
    own = str(HERE / "child")
    if own not in (found or ""):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [own, found]))


def _lock_files() -> None:
    """Refuse what Windows refuses: to remove or replace what is read-only or open."""
    unlink, rename, replace = os.unlink, os.rename, os.replace

    def read_only(path: Any, dir_fd: int | None = None) -> bool:
        try:
            mode = os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode
        except OSError:
            return False
        return stat.S_ISREG(mode) and not mode & stat.S_IWUSR

    def in_use(path: Any) -> bool:
        """Whether this process has it, or something in it, open."""
        own = os.path.realpath(path)
        for number in os.listdir("/proc/self/fd"):
            try:
                there = os.readlink(f"/proc/self/fd/{number}")
            except OSError:
                continue
            # A folder is open only for those who walk through it, which is a matter of Linux.
            if (there == own or there.startswith(f"{own}/")) and not os.path.isdir(there):
                return True
        return (os.getcwd() + "/").startswith(f"{own}/") and os.path.isdir(own)

    def refuse(path: Any, why: str) -> None:
        raise PermissionError(errno.EACCES, f"{why} (simulated)", os.fspath(path))

    def no_unlink(path: Any, *, dir_fd: int | None = None) -> None:
        if read_only(path, dir_fd):
            refuse(path, "Access is denied")
        if dir_fd is None and not os.path.islink(path) and in_use(path):
            refuse(path, "The file is in use")
        unlink(path, dir_fd=dir_fd)

    def no_replace(source: Any, target: Any, **options: Any) -> None:
        if not options:
            if read_only(target):
                refuse(target, "Access is denied")
            for path in (source, target):
                if os.path.lexists(path) and not os.path.islink(path) and in_use(path):
                    refuse(path, "The file is in use")
        replace(source, target, **options)

    def no_rename(source: Any, target: Any, **options: Any) -> None:
        if not options:
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, "It exists (simulated)", os.fspath(target))
            if in_use(source):
                refuse(source, "The file is in use")
        rename(source, target, **options)

    os.unlink = os.remove = no_unlink
    vars(os).update(replace=no_replace, rename=no_rename)
