"""Files as a value, and the one place that decides what a path inside a folder is.

A template version, a render and a side of a merge are all ``Files``. This module reads them from a
folder and writes them into one. The build hook imports it where nothing but the standard library is
installed.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from dashgen import scratch
from dashgen.errors import UnsafePathError
from dashgen.system import refused

# Git's modes, which say whether a file can be executed and nothing else.
FILE, EXECUTABLE = 0o100644, 0o100755
# Those of a file that is neither a link nor a submodule.
PLAIN = {FILE, EXECUTABLE}
# Files that Python writes beside its sources. pip compiles all files that it installs.
COMPILED = re.compile(r"__pycache__|.*\.py[co]")
# Windows reads `.git.`, `.GIT ` and `.git::$INDEX_ALLOCATION` as `.git`. `git~1` is its short name.
GIT_FOLDER = re.compile(r"(\.git|git~\d+)[. ]*(:.*)?", re.IGNORECASE)
DRIVE = re.compile(r"[A-Za-z]:")
WINDOWS = os.name == "nt"


class File(NamedTuple):
    """A file's content and git's mode of it."""

    content: bytes
    mode: int = FILE


Files = Mapping[str, File]
"""Files by their path: relative, with slashes."""


def checked(path: str) -> str:
    """Return a path that stays inside its folder on every system.

    Raises:
        UnsafePathError: It is absolute, or names a drive or git's own folder. Or a part is empty,
            ``.``, ``..`` or no name.
    """
    for part in _parts(path):
        if part in {"", ".", ".."} or "\0" in part or GIT_FOLDER.fullmatch(part):
            raise UnsafePathError(path)
        if WINDOWS and (reason := refused(part)):
            raise UnsafePathError(path, f"{part} {reason}")
    if DRIVE.match(path):
        raise UnsafePathError(path)
    return path


def place(folder: Path, path: str) -> Path:
    """Return the place of a path below a folder. No link is followed to reach it.

    The last part may be a link. Replacing or removing it does not follow the link.

    Raises:
        UnsafePathError: The path leads outside, or a folder on the way is a link.
    """
    *parents, name = _parts(checked(path))
    there = folder
    for parent in parents:
        there /= parent
        if there.is_symlink():
            raise UnsafePathError(path, f"{there} is a link")
    return there / name


def read(folder: Path) -> dict[str, File]:
    """Return all files below a folder but git's own and compiled modules.

    Raises:
        UnsafePathError: One of them, or a folder, is a link.
        OSError: One cannot be read.
    """
    found: dict[str, File] = {}
    for current, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _left_out(name))
        for name in (*folders, *names):
            path = Path(current, name)
            if path.is_symlink():
                raise UnsafePathError(path.relative_to(folder).as_posix(), "it is a link")
        for name in sorted(name for name in names if not _left_out(name)):
            path = Path(current, name)
            executable = path.stat().st_mode & stat.S_IXUSR
            found[path.relative_to(folder).as_posix()] = File(
                path.read_bytes(), EXECUTABLE if executable else FILE
            )
    return found


def check(folder: Path) -> None:
    """Make sure that everything below a folder that something else has filled belongs there.

    Raises:
        UnsafePathError: A name is not one of a project's, or a link leads outside.
    """
    top = folder.resolve()
    for current, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(current, name)
            relative = checked(path.relative_to(folder).as_posix())
            if path.is_symlink() and not path.resolve().is_relative_to(top):
                raise UnsafePathError(relative, "it is a link")


def lay(files: Files, folder: Path) -> None:
    """Write files below a folder.

    Raises:
        UnsafePathError: A path leads outside. Nothing is written then.
    """
    places = {path: place(folder, path) for path in files}
    seen: set[str] = set()
    for path, file in files.items():
        # Such names are two files on some disks and one on others, as most of Windows and macOS.
        if path.casefold() in seen and os.path.lexists(places[path]):
            raise UnsafePathError(path, "another differs in upper and lower case only")
        seen.add(path.casefold())
        places[path].parent.mkdir(parents=True, exist_ok=True)
        places[path].write_bytes(file.content)
        if file.mode == EXECUTABLE:
            places[path].chmod(places[path].stat().st_mode | 0o111)


@contextmanager
def laid(files: Files) -> Iterator[Path]:
    """Give a folder that has the files, for the time of the block.

    Raises:
        UnsafePathError: A path leads outside.
    """
    with scratch.temporary() as folder:
        lay(files, folder)
        yield folder


def _parts(path: str) -> list[str]:
    # A backslash separates folders on Windows, and is a letter elsewhere.
    return re.split(r"[/\\]" if WINDOWS else "/", path)


def _left_out(name: str) -> bool:
    return name == ".git" or COMPILED.fullmatch(name) is not None
