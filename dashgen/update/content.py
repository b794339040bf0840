"""Merging one text."""

import difflib
import os
import re
from dataclasses import dataclass
from enum import StrEnum

from dashgen import scratch
from dashgen.errors import RepositoryError
from dashgen.project import git

# Where git looks for a zero byte, too.
BINARY_PREFIX = 8000
MOST_CONFLICTS = 127


class Style(StrEnum):
    """How a conflict is left for the user."""

    INLINE = "inline"
    """Both versions in the file, between markers."""
    REJ = "rej"
    """The user's version in the file, and what the template would change in FILE.rej."""


@dataclass(frozen=True)
class Labels:
    """The names of the three sides."""

    ours: str
    base: str
    theirs: str


def is_binary(content: bytes) -> bool:
    """Say whether git would take it as binary."""
    return b"\0" in content[:BINARY_PREFIX]


def uses_crlf(content: bytes) -> bool:
    """Say whether most lines end as on Windows."""
    return 2 * content.count(b"\r\n") > content.count(b"\n") and not is_binary(content)


def with_crlf(content: bytes) -> bytes:
    """Return a text with Windows line endings."""
    if is_binary(content):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def merge_text(
    ours: bytes, base: bytes, theirs: bytes, style: Style, labels: Labels
) -> tuple[bytes, int]:
    """Return the merged text and the number of conflicts in it.

    With the style ``REJ`` a conflict is resolved to `ours`.
    """
    content, conflicts = _merge_file(ours, base, theirs, labels)
    if conflicts and style is Style.REJ:
        content, _ = _merge_file(ours, base, theirs, labels, "--ours")
    return content, conflicts


def rejected(path: str, ours: bytes, base: bytes, theirs: bytes, labels: Labels) -> bytes:
    """Return what the template would change where the user has changed it, as a patch."""
    ours, _ = _merge_file(ours, base, theirs, labels, "--ours")
    wanted, _ = _merge_file(ours, base, theirs, labels, "--theirs")
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _lines(ours),
        _lines(wanted),
        f"a/{path}".encode(errors="surrogateescape"),
        f"b/{path}".encode(errors="surrogateescape"),
    )
    missing = b"\n\\ No newline at end of file\n"
    return b"".join(line if line.endswith(b"\n") else line + missing for line in lines)


def _lines(text: bytes) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+", text)


def _merge_file(
    ours: bytes, base: bytes, theirs: bytes, labels: Labels, *options: str
) -> tuple[bytes, int]:
    with scratch.temporary() as folder:
        sides = {"ours": ours, "base": base, "theirs": theirs}
        words = ["merge-file", "-p", "-q", *options]
        for side, content in sides.items():
            (folder / side).write_bytes(content)
            words += ["-L", getattr(labels, side)]
        # Without the user's settings, the markers are those that dashgen's own words speak of.
        plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = git.run(folder, *words, *sides, environment=plain)
    if done.returncode > MOST_CONFLICTS or done.returncode < 0:
        raise RepositoryError(f"git merge-file failed: {os.fsdecode(done.stderr).strip()}")
    return done.stdout, done.returncode
