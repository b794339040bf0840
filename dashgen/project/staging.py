"""The folder that a command fills: checked first, filled aside, moved into place at the end."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from itertools import takewhile
from pathlib import Path

from dashgen import scratch, system
from dashgen.errors import (
    CommandLineError,
    DestinationNotEmptyError,
    DestinationTakenError,
    DestinationUnusableError,
)


class Existing(Enum):
    """The outcome of a file that exists already with another content."""

    KEEP = "keep"
    OVERWRITE = "overwrite"
    BESIDE = "beside"


@dataclass(frozen=True)
class Place:
    """A destination that can be written: an absolute folder, links followed."""

    path: Path
    occupied: bool
    """Whether it has content. A folder in which somebody ran `git init` has none."""


def checked(destination: str, force: bool = False) -> Place:
    """Return the place that a stated destination means.

    Args:
        destination: As it was typed.
        force: Take a folder with content, too.

    Raises:
        CommandLineError: It is the empty string.
        DestinationTakenError: There is a file, or a folder with content.
        DestinationUnusableError: It cannot be created or written.
    """
    stated = Path(destination)
    if not destination:
        raise CommandLineError("the destination is empty", "name a new folder")
    try:
        destination.encode()
    except UnicodeEncodeError as error:
        printable = Path(destination.encode(errors="backslashreplace").decode())
        raise DestinationUnusableError(printable, "its name is not UTF-8") from error
    target = Path(os.path.realpath(stated))
    # `Path.exists` fails where a name is too long.
    new = takewhile(lambda path: not os.path.exists(path), (target, *target.parents))  # noqa: PTH110
    if sys.platform == "win32" and (
        reason := next((f"{p.name} {why}" for p in new if (why := system.refused(p.name))), "")
    ):
        raise DestinationUnusableError(stated, reason)
    try:
        entries = sorted(entry.name for entry in target.iterdir())
    except FileNotFoundError:
        entries = []
    except NotADirectoryError as error:
        file = next(path for path in (target, *target.parents) if path.exists())
        raise DestinationTakenError(
            f"destination {stated}: {file} is a file", "choose a new or an empty folder"
        ) from error
    except OSError as error:
        raise DestinationUnusableError(stated, system.reason(error)) from error
    occupied = entries not in ([], [".git"])
    if occupied and not force:
        raise DestinationNotEmptyError(stated, entries)
    existing = next(path for path in (target, *target.parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        raise DestinationUnusableError(stated, f"{existing} is not writable")
    return Place(target, occupied)


@dataclass
class Stage:
    """The content that is to be put at a place.

    Args:
        folder: To be filled.
        target: The place of its content.
        decisions: The outcome of each of the ``collisions``, by path. All need one.
        finish: Called in turn when everything is in place. If one fails, all is taken back.
    """

    folder: Path
    target: Path
    decisions: dict[str, Existing] = field(default_factory=dict)
    finish: list[Callable[[], None]] = field(default_factory=list)

    def collisions(self) -> list[str]:
        """Return the files that are there already with another content.

        Raises:
            DestinationTakenError: There is a folder in place of a file, the reverse, or a folder
                that is a link.
        """
        found = []
        for path in self.files():
            goal = self.target / path
            if blocking := next(filter(self._blocks, reversed(Path(path).parents[:-1])), None):
                raise DestinationTakenError(
                    f"{blocking} is in the way of {path}", "move it away or choose another folder"
                )
            if goal.is_dir():
                raise DestinationTakenError(
                    f"the folder {path} is in the way of a file", "move it away"
                )
            if os.path.lexists(goal) and not same(self.folder / path, goal):
                found.append(path)
        return found

    def writes(self, path: str) -> bool:
        """Say whether one of its files will be written, be it beside the one that is there."""
        if path in self.decisions:
            return self.decisions[path] is not Existing.KEEP
        return not os.path.lexists(self.target / path)

    def files(self) -> list[str]:
        """Return every file that it holds, git's own left out."""
        paths = (path.relative_to(self.folder) for path in self.folder.rglob("*"))
        return sorted(
            path.as_posix()
            for path in paths
            if path.parts[0] != ".git" and not (self.folder / path).is_dir()
        )

    def _blocks(self, parent: Path) -> bool:
        goal = self.target / parent
        return os.path.lexists(goal) and (goal.is_symlink() or not goal.is_dir())


def same(one: Path, other: Path) -> bool:
    """Say whether two files have the same content."""
    try:
        return not other.is_symlink() and one.read_bytes() == other.read_bytes()
    except OSError:
        return False


@contextmanager
def staged(target: Path) -> Iterator[Stage]:
    """Give a stage to fill, and put its content at the target once the block ends well.

    A new target appears at once, by one rename. A folder that exists keeps its identity, and the
    content moves into it. The reason is that it may be a shell's current folder or a mount point.
    After any failure or interrupt, everything is as it was before.

    Raises:
        DestinationUnusableError: The operating system refuses a step.
    """
    exists = target.is_dir()
    missing = [path for path in target.parents if not path.exists()]
    # How to take back all steps, the last step first.
    undo: list[Callable[[], None]] = []
    aside: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = scratch.aside(target if exists else target.parent)
        # Under its final name, which a template may look at, and with the umask's modes.
        filled = aside / target.name
        filled.mkdir()
        stage = Stage(filled, target)
        yield stage
        with system.uninterrupted():
            if exists:
                _merge(stage, filled, aside, undo)
            else:
                _move(filled, target, undo)
            for step in stage.finish:
                step()
            system.remove_tree(aside)
    except BaseException as error:
        with system.uninterrupted():
            for step in reversed(undo):
                step()
            if aside:
                _remove(aside)
            for path in missing:
                with suppress(OSError):
                    path.rmdir()
        if isinstance(error, OSError):
            raise DestinationUnusableError(target, system.reason(error)) from error
        raise


@contextmanager
def rehearsed(target: Path) -> Iterator[Stage]:
    """Give a stage that leads nowhere. Its content is only looked at."""
    with scratch.temporary() as folder:
        filled = folder / (target.name or "app")
        filled.mkdir()
        yield Stage(filled, target)


def _merge(stage: Stage, folder: Path, aside: Path, undo: list[Callable[[], None]]) -> None:
    for entry in sorted(folder.iterdir()):
        path = entry.relative_to(stage.folder).as_posix()
        goal = stage.target / path
        if entry.is_dir() and goal.is_dir():
            _merge(stage, entry, aside, undo)
        elif not os.path.lexists(goal):
            _move(entry, goal, undo)
        elif path in stage.decisions:
            _settle(stage.decisions[path], entry, goal, aside, undo)
        elif not same(entry, goal):
            raise FileExistsError(0, f"{path} appeared meanwhile")


def _settle(
    decision: Existing, entry: Path, goal: Path, aside: Path, undo: list[Callable[[], None]]
) -> None:
    if decision is Existing.BESIDE:
        _move(entry, unused_name(goal), undo)
    elif decision is Existing.OVERWRITE:
        kept = aside / f"{scratch.KEPT}{len(undo)}"
        system.move(goal, kept)
        undo.append(partial(system.replace, kept, goal))
        _move(entry, goal, undo)


def unused_name(path: Path) -> Path:
    """Return where the new version of a file goes that is kept."""
    names = (path.with_name(f"{path.name}.new{number or ''}") for number in range(1000))
    return next(name for name in names if not os.path.lexists(name))


def _move(source: Path, target: Path, undo: list[Callable[[], None]]) -> None:
    if os.path.lexists(target):
        raise FileExistsError(0, f"{target.name} appeared meanwhile")
    system.move(source, target)
    undo.append(lambda: _remove(target))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        system.remove_tree(path, all_or_error=False)
    else:
        with suppress(FileNotFoundError):
            system.remove(path)
