"""What users do to a project, as steps that a random test can draw and repeat."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dashgen.project.record import ANSWERS_FILE

MARK = re.compile(rb"users-own-\d+")
NAMES = ("plain.py", "größe.md", "two words.txt", "ファイル.py", "-dash", "a'b\"c", "back\\slash")


@dataclass(frozen=True)
class Edit:
    """One thing that a user does.

    Args:
        what: The name of one of the functions below.
        file: Which file, counted round the project's files.
        line: Which line, counted round the file's.
    """

    what: str
    file: int
    line: int

    def apply(self, project: Path, number: int, changing: list[str], new: list[str]) -> None:
        """Do it.

        Args:
            project: The project's folder.
            number: A number that no other edit has.
            changing: Paths that the next template changes or drops; most edits are made there.
            new: Paths that the next template will want.
        """
        files = sorted(
            path
            for path in project.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(project).parts
            if path.name != ANSWERS_FILE
        )
        places = [project / path for path in changing if (project / path).is_file()]
        chosen = places if places and self.file % 4 else files
        path = chosen[self.file % len(chosen)]
        if self.what == "occupy":
            if not new:
                return
            path = project / new[self.file % len(new)]
            path.parent.mkdir(parents=True, exist_ok=True)
        EDITS[self.what](path, self.line, f"users-own-{number}".encode())


def change(path: Path, line: int, mark: bytes) -> None:
    """Replace one line."""
    lines = path.read_bytes().splitlines(keepends=True)
    if lines:
        lines[line % len(lines)] = mark + b"\n"
    path.write_bytes(b"".join(lines) or mark + b"\n")


def insert(path: Path, line: int, mark: bytes) -> None:
    """Put a line between two."""
    lines = path.read_bytes().splitlines(keepends=True)
    lines.insert(line % (len(lines) + 1), mark + b"\n")
    path.write_bytes(b"".join(lines))


def append(path: Path, line: int, mark: bytes) -> None:
    """Add to the end, every other time without a line break."""
    path.write_bytes(path.read_bytes() + mark + b"\n" * (line % 2))


def replace(path: Path, line: int, mark: bytes) -> None:
    """Write a file anew."""
    path.write_bytes(mark + b"\n")


def delete(path: Path, line: int, mark: bytes) -> None:
    """Remove a file."""
    path.unlink()


def rename(path: Path, line: int, mark: bytes) -> None:
    """Give a file another name in its folder, every other time with a change."""
    target = path.with_name(f"{line % 9}-{path.name}")
    path.rename(target)
    if line % 2:
        insert(target, line, mark)


def move(path: Path, line: int, mark: bytes) -> None:
    """Put a file into a folder of the user's own."""
    target = path.parent / "moved" / path.name
    target.parent.mkdir(exist_ok=True)
    path.rename(target)


def add(path: Path, line: int, mark: bytes) -> None:
    """Write a new file beside another."""
    path.with_name(f"{mark.decode()} {NAMES[line % len(NAMES)]}").write_bytes(mark * 3 + b"\n")


def binary(path: Path, line: int, mark: bytes) -> None:
    """Make a file binary."""
    path.write_bytes(b"\x00\xff" + mark + bytes(range(line % 256)))


def crlf(path: Path, line: int, mark: bytes) -> None:
    """Give a file the line endings of Windows, and a line."""
    content = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    path.write_bytes(content + mark + b"\r\n")


def executable(path: Path, line: int, mark: bytes) -> None:
    """Turn a file's executable bit."""
    path.chmod(path.stat().st_mode ^ 0o111)


def link(path: Path, line: int, mark: bytes) -> None:
    """Replace a file by a link."""
    path.unlink()
    path.symlink_to(mark.decode())


def occupy(path: Path, line: int, mark: bytes) -> None:
    """Write a file where the next template wants one; or a folder, or a file for its folder."""
    if path.is_dir():
        return
    if line % 5 == 0 and not path.exists():
        path.mkdir()
        path /= "inside"
    elif line % 5 == 1 and len(list(path.parent.iterdir())) == 0:
        shutil.rmtree(path.parent)
        path = path.parent
    path.write_bytes(mark + b"\n")


EDITS: dict[str, Callable[[Path, int, bytes], None]] = {
    function.__name__: function
    for function in (
        change,
        insert,
        append,
        replace,
        delete,
        rename,
        move,
        add,
        binary,
        crlf,
        executable,
        link,
        occupy,
    )
}
