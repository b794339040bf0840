"""Merging one text."""

import difflib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from dashgen import scratch
from dashgen.errors import RepositoryError
from dashgen.project import git
from dashgen.update import python

# Git looks for a zero byte in the same part.
BINARY_PREFIX = 8000
MOST_CONFLICTS = 127


Formatter = Callable[[str, str], str]
"""Returns a second text in the format of the first one."""


class Style(StrEnum):
    """How a conflict is left for the user."""

    INLINE = "inline"
    """Both versions in the file, between markers."""
    REJ = "rej"
    """The user's version in the file, and the template's changes in FILE.rej."""


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


def like(ours: bytes, content: bytes) -> bytes:
    """Return a text with the line endings of the user's."""
    return with_crlf(content) if uses_crlf(ours) else content


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
    """Return the template's changes to lines that the user has changed, as a patch."""
    ours, _ = _merge_file(ours, base, theirs, labels, "--ours")
    wanted, _ = _merge_file(ours, base, theirs, labels, "--theirs")
    return patch(path, ours, wanted)


def patch(path: str, before: bytes, after: bytes) -> bytes:
    """Return the difference between two texts, as a patch."""
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _lines(before),
        _lines(after),
        f"a/{path}".encode(errors="surrogateescape"),
        f"b/{path}".encode(errors="surrogateescape"),
    )
    missing = b"\n\\ No newline at end of file\n"
    return b"".join(line if line.endswith(b"\n") else line + missing for line in lines)


def merge_code(
    ours: bytes, base: bytes, theirs: bytes, labels: Labels, formatted: Formatter
) -> tuple[bytes, int] | None:
    """Merge Python by its statements, in any layout. See ``dashgen.update.python``.

    Args:
        ours: The user's side.
        base: The common origin of both sides.
        theirs: The template's side.
        labels: How the sides are called in a conflict.
        formatted: The user's formatter.

    Returns:
        The text and the number of conflicts, or None if a side cannot be split into statements.
    """
    done = _by_statements(ours, base, theirs, labels, formatted)
    if (done is None or done[1]) and is_same_code(ours, base):
        return in_format(ours, like(ours, theirs), formatted), 0
    return done


def _by_statements(
    ours: bytes, base: bytes, theirs: bytes, labels: Labels, formatted: Formatter
) -> tuple[bytes, int] | None:
    sides = [python.parsed(decoded(content)) for content in (ours, base, theirs)]
    if not all(sides):
        return None
    modules = [side for side in sides if side]
    keys = ["".join(f"{python.key(s)}\n" for s in side.statements).encode() for side in modules]
    merged, _ = _merge_file(keys[0], keys[1], keys[2], labels, "--diff3")
    mine = python.Texts(modules[0])
    other = python.Texts(modules[2], python.unit(modules[0]))
    texts: list[str] = []
    conflicts = 0
    for hunk in _hunks(merged.decode().splitlines()):
        if isinstance(hunk, str):
            texts.append(mine.take(hunk) if mine.has(hunk) else other.take(hunk))
            continue
        first, second, third = hunk
        both = _both((first, mine), second, (third, other))
        if both is None and second:
            both = _both((third, other), second, (first, mine))
        if both is not None:
            texts += both
            continue
        conflicts += 1
        texts += [f"<<<<<<< {labels.ours}\n", *map(mine.take, first)]
        texts += ["=======\n", *map(other.take, third), f">>>>>>> {labels.theirs}\n"]
    text = _one_below_another([*texts, modules[0].rest])
    if not conflicts and python.parsed(text) is None:
        return None
    content = text.encode(errors="surrogateescape")
    if not conflicts:
        content = in_format(ours, content, formatted)
    return like(ours, content), conflicts


def _both(
    side: tuple[list[str], python.Texts], base: list[str], changed: tuple[list[str], python.Texts]
) -> list[str] | None:
    """Return a side's new statements beside those of the other side, or None if they conflict."""
    (keys, texts), (others, other_texts) = side, changed
    own = [key for key in keys if key in base or key not in others]
    if (found := python.insertion(own, base, others)) is None:
        return None
    new, at = found
    given = [*map(other_texts.take, others)]
    return [*given[:at], *map(texts.take, new), *given[at:]]


def _one_below_another(texts: Iterable[str]) -> str:
    """Join texts. The last one of a file may have no newline at its end, so it gets one."""
    *before, last = [text for text in texts if text] or [""]
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in before) + last


def in_format(ours: bytes, content: bytes, formatted: Formatter) -> bytes:
    """Return a text in the format of the user's, as far as a formatter of the project knows it."""
    text = decoded(content)
    found = formatted(decoded(ours), text)
    # Without a formatter the endings of lines stay, too, which may be of two kinds.
    return content if found == text else like(ours, found.encode(errors="surrogateescape"))


def is_same_code(one: bytes, other: bytes) -> bool:
    """Say whether two modules differ by their layout only."""
    return python.same_code(decoded(one), decoded(other))


def decoded(content: bytes) -> str:
    """Return a text with Unix line endings. Bytes that are no UTF-8 survive in it."""
    return content.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


Hunk = tuple[list[str], list[str], list[str]]


def _hunks(lines: Iterable[str]) -> Iterator[str | Hunk]:
    """Yield the lines of a merge in git's three-sided style, and each conflict as one item."""
    sides: Hunk | None = None
    number = 0
    for line in lines:
        if line.startswith("<<<<<<< "):
            sides, number = ([], [], []), 0
        elif sides is None:
            yield line
        elif line.startswith(("||||||| ", "=======")):
            number += 1
        elif line.startswith(">>>>>>> "):
            yield sides
            sides = None
        else:
            sides[number].append(line)


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
