"""Files that are the user's alone: rewritten as a whole, and settled in a list in the project.

A merge helps if two people change one text. If less than half of the template's lines are left, the
file is another text. Each later change of the template would then be a conflict.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher

from dashgen.update import python
from dashgen.update.content import decoded

LIST = ".dashgen-own"
HEAD = """\
# Files of this project that are yours alone: dashgen update leaves them as they are.
# Add others, one path a line. Remove a line, and the file is merged again.
"""
# Shorter files change as a whole by one edit.
FEWEST_LINES = 10
LEAST_LEFT = 0.5


class OwnFiles:
    """The files of a project's list. An update adds lines, and moves them with their files.

    Args:
        content: The list.
        now_at: Returns where the file of a line is. The user may have moved it since.
    """

    def __init__(self, content: bytes, now_at: Callable[[str], str]) -> None:
        self._content = content
        self._lines = {now_at(line): line for line in listed(content)}
        self._settled: set[str] = set()
        self._moved: dict[str, str] = {}

    def __contains__(self, place: str) -> bool:
        return place in self._lines

    def settle(self, place: str) -> None:
        """Add a file."""
        self._settled.add(place)

    def move(self, place: str, destination: str) -> None:
        """Give a file another path. One that is not listed stays so."""
        if place in self._lines:
            self._moved[self._lines[place]] = destination

    def renewed(self) -> tuple[bytes, str]:
        """Return the list with its changes, and a note about them. No note: it has none."""
        content = with_moved(self._content, self._moved)
        if self._settled:
            note = "names files that are yours alone from now on"
            return with_more(content, self._settled), note
        return content, "names your files by their new paths" if self._moved else ""


def listed(content: bytes) -> frozenset[str]:
    """Return the paths that a list names."""
    lines = map(str.strip, decoded(content).splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def with_more(content: bytes, paths: Iterable[str]) -> bytes:
    """Return a list that names paths, too."""
    text = content or HEAD.encode()
    if not text.endswith(b"\n"):
        text += b"\n"
    return text + "".join(f"{path}\n" for path in sorted(paths)).encode(errors="surrogateescape")


def with_moved(content: bytes, moved: Mapping[str, str]) -> bytes:
    """Return a list in which some files have new paths, by their lines so far."""
    lines = content.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    paths = ((line, line.strip()) for line in lines)
    text = "".join(line.replace(path, moved.get(path, path)) for line, path in paths)
    return text.encode(errors="surrogateescape")


def is_rewritten(path: str, ours: bytes, base: bytes) -> bool:
    """Say whether less than half of the template's lines are left in a user's file."""
    return len(_lines(path, base)) >= FEWEST_LINES and left(path, ours, base) < LEAST_LEFT


def left(path: str, ours: bytes, base: bytes) -> float:
    """Return which share of the template's lines is left in a user's file."""
    mine, given = _lines(path, ours), _lines(path, base)
    blocks = SequenceMatcher(None, given, mine, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, len(given))


def _lines(path: str, content: bytes) -> list[str]:
    text = decoded(content)
    if path.endswith(".py") and (module := python.parsed(text)):
        text = python.plain(module.statements)
    return [line.strip() for line in text.splitlines() if line.strip()]
