"""Writing an update so that it can be undone, even if the machine stops in the middle.

Before the first file is touched, the disk has everything that is needed to restore the project. It
is in one of git's own folders, which is never committed.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from dashgen import system
from dashgen.errors import (
    DamagedJournalError,
    DashgenError,
    NothingToAbortError,
    RestoreError,
    UpdateBusyError,
    UpdateUnfinishedError,
    WriteError,
)
from dashgen.files import place
from dashgen.project import index
from dashgen.project.index import Stages
from dashgen.project.repository import Repository

APPLYING, DONE, EDITS = "applying.json", "done.json", "edits"


@dataclass(frozen=True)
class Write:
    """A file as it is to be on the disk."""

    content: bytes
    executable: bool | None
    """None leaves this as it is, which may be another than git's where git was told not to look."""


@dataclass(frozen=True)
class Restored:
    """The files that an abort has restored."""

    files: tuple[str, ...]
    edits: Mapping[str, Path]
    """Copies of files that were edited after the update, by path."""


class Journal:
    """The record of a project's last update.

    Args:
        repository: The project's repository. Other projects in it have journals of their own.
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.project = repository.project
        self.head = repository.head
        name = hashlib.sha256(repository.prefix.encode(errors="surrogateescape")).hexdigest()[:16]
        self.folder = repository.private / f"update-{name}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other updates of the same project away while the block runs.

        Raises:
            UpdateBusyError: One is running.
        """
        lock = FileLock(self.folder / "lock")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(blocking=False)
        except Timeout as error:
            raise UpdateBusyError(self.project) from error
        except OSError as error:
            raise WriteError(self.folder, error) from error
        try:
            yield
        finally:
            lock.release()

    def require_finished(self) -> None:
        """Make sure that no update was cut off.

        Raises:
            UpdateUnfinishedError: One was.
        """
        if self.unfinished:
            raise UpdateUnfinishedError(self.project)

    @property
    def unfinished(self) -> bool:
        """Whether an update was cut off. If it was committed then, it is the user's own."""
        return (self.folder / APPLYING).exists() and self._is_uncommitted(self._load())

    @property
    def undoable(self) -> bool:
        """Whether there is an update to undo."""
        try:
            return self._is_uncommitted(self._load())
        except DashgenError:
            return False

    def _is_uncommitted(self, entry: Mapping[str, Any]) -> bool:
        """Say whether the project is committed as it was. A commit elsewhere does not count."""
        return entry["head"] == self.head or (
            bool(entry.get("tree")) and entry["tree"] == self.repository.tree()
        )

    def apply(self, writes: Mapping[str, Write | None], staged: Mapping[str, Stages]) -> None:
        """Write and remove all files, or none after a failure or an interruption.

        Args:
            writes: The files on the disk, by path.
            staged: New entries of git's index, by path. It keeps the rest.

        Raises:
            WriteError: The operating system refuses a step.
            RestoreError: It then refuses to put something back, too.
            RepositoryError: Git refuses its part.
        """
        entry = self._entry(writes, staged)
        try:
            self._begin(entry)
            self._write(entry, writes)
            stored = {path: index.stored(self.repository, s) for path, s in staged.items()}
            index.put(self.repository, stored)
            system.replace(self.folder / APPLYING, self.folder / DONE)
        except BaseException as error:
            self._undo(entry)
            if isinstance(error, OSError):
                raise WriteError(Path(error.filename or self.project), error) from error
            raise

    def abort(self) -> Restored:
        """Undo the last update.

        Raises:
            NothingToAbortError: There was none, or it has been committed.
            WriteError: The operating system refuses to copy an edit. Nothing is changed.
            RestoreError: The operating system refuses a later step. It can be tried again.
            RepositoryError: Git refuses its part. It can be tried again.
        """
        entry = self._load()
        if not self._is_uncommitted(entry):
            raise NothingToAbortError(
                f"{self.project} has new commits since its last update", "use git revert"
            )
        try:
            edits = self._keep_edits(entry)
        except OSError as error:
            raise WriteError(Path(error.filename or self.project), error) from error
        self._undo(entry)
        return Restored(tuple(entry["files"]), edits)

    def _begin(self, entry: Mapping[str, Any]) -> None:
        try:
            self._save(APPLYING, entry)
            (self.folder / DONE).unlink(missing_ok=True)
        except OSError as error:
            raise WriteError(self.folder, error) from error

    def _undo(self, entry: Mapping[str, Any]) -> None:
        try:
            # Until all is back, the update counts as unfinished.
            if not (self.folder / APPLYING).exists():
                with suppress(FileNotFoundError):
                    system.replace(self.folder / DONE, self.folder / APPLYING)
            self._restore(entry)
            self._forget()
        except OSError as error:
            raise RestoreError(Path(error.filename or self.project), error) from error

    def _forget(self) -> None:
        for name in (APPLYING, DONE):
            (self.folder / name).unlink(missing_ok=True)

    def _entry(
        self, writes: Mapping[str, Write | None], staged: Mapping[str, Stages]
    ) -> dict[str, Any]:
        return {
            "head": self.head,
            "tree": self.repository.tree(),
            "id": secrets.token_hex(4),
            "files": {
                path: {
                    "before": _state(place(self.project, path)),
                    "after": _hash(write.content) if write else None,
                }
                for path, write in sorted(writes.items())
            },
            "folders": {
                folder.relative_to(self.project).as_posix(): _mode(folder)
                for path in writes
                for folder in (self.project / path).parents
                if folder.is_relative_to(self.project) and folder != self.project
            },
            "index": index.read(self.repository, {**writes, **staged}),
        }

    def _save(self, name: str, entry: Mapping[str, Any]) -> None:
        aside = self.folder / f"{name}.new"
        with aside.open("w", encoding="ascii") as file:
            json.dump(entry, file)
            file.flush()
            os.fsync(file.fileno())
        system.replace(aside, self.folder / name)
        system.sync_folder(self.folder)

    def _load(self) -> dict[str, Any]:
        for name in (APPLYING, DONE):
            file = self.folder / name
            with suppress(FileNotFoundError):
                try:
                    content: dict[str, Any] = json.loads(file.read_bytes())
                    self._check(content)
                except (ValueError, LookupError, TypeError, AttributeError) as error:
                    raise DamagedJournalError(file) from error
                return content
        raise NothingToAbortError(f"{self.project} has no update to abort")

    def _check(self, entry: Mapping[str, Any]) -> None:
        """Make sure that all restored files lie in the project, for any author of the journal.

        Raises:
            UnsafePathError: A path leads outside of it, or through a link.
            ValueError: An entry is not as ``_entry`` makes it, as are others of a wrong shape.
        """
        if not re.fullmatch(r"[0-9a-f]{8}", entry["id"]) or not isinstance(entry["head"], str):
            raise ValueError(entry["id"])
        for path, states in entry["files"].items():
            place(self.project, path)
            if before := states["before"]:
                base64.b64decode(before["content"], validate=True)
                _ = {name: int(before[name]) for name in ("mode", "time", "owner", "group")}
        for path, mode in entry["folders"].items():
            place(self.project, path)
            if mode is not None:
                int(mode)
        for path, kept in entry.get("index", {}).items():
            place(self.project, path)
            for mode, item, stage in kept["stages"]:
                if not re.fullmatch(r"[0-9a-f]{40,64}", item) or stage not in range(4):
                    raise ValueError(item)
                int(mode)

    def _write(self, entry: Mapping[str, Any], writes: Mapping[str, Write | None]) -> None:
        for path in (path for path, write in writes.items() if write is None):
            there = place(self.project, path)
            system.remove(there)
            self._prune(there.parent)
        for path, write in writes.items():
            if write:
                there = place(self.project, path)
                there.parent.mkdir(parents=True, exist_ok=True)
                _put(there, write, self._aside(entry, path))

    def _restore(self, entry: Mapping[str, Any]) -> None:
        for path, states in entry["files"].items():
            _remove(self._aside(entry, path))
            if states["before"] is None:
                _remove(place(self.project, path))
        for folder in sorted(entry["folders"], key=len, reverse=True):
            if entry["folders"][folder] is None:
                with suppress(OSError):
                    place(self.project, folder).rmdir()
        for folder in sorted(entry["folders"], key=len):
            there, mode = place(self.project, folder), entry["folders"][folder]
            if mode is not None and not there.is_dir():
                there.mkdir()
                there.chmod(mode)
        for path, states in entry["files"].items():
            if states["before"]:
                _put_back(place(self.project, path), states["before"], self._aside(entry, path))
        before = entry.get("index", {})
        now = index.read(self.repository, before)
        index.put(self.repository, {p: kept for p, kept in before.items() if kept != now[p]})

    def _keep_edits(self, entry: Mapping[str, Any]) -> dict[str, Path]:
        """Copy the files that were edited since the update, and return the place."""
        kept = {}
        for path, states in entry["files"].items():
            there = place(self.project, path)
            copy = place(self.folder / EDITS / entry["id"], path)
            if copy.is_file():
                # Of an abort that was cut off.
                kept[path] = copy
            if not there.is_file():
                continue
            content = there.read_bytes()
            before = states["before"] and base64.b64decode(states["before"]["content"])
            if content != before and _hash(content) != states["after"]:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(content)
                kept[path] = copy
        return kept

    def _prune(self, folder: Path) -> None:
        with suppress(OSError):
            while folder != self.project:
                folder.rmdir()
                folder = folder.parent

    def _aside(self, entry: Mapping[str, Any], path: str) -> Path:
        """Return where a file is written before it takes its place, in the same folder."""
        return place(self.project, path).parent / f".dashgen-{entry['id']}"


def _put(there: Path, write: Write, aside: Path) -> None:
    with _for(there, aside):
        aside.write_bytes(write.content)
        created = stat.S_IMODE(aside.stat().st_mode)
        with suppress(FileNotFoundError):
            before = there.stat()
            created = stat.S_IMODE(before.st_mode)
            system.give(aside, before.st_uid, before.st_gid)
        if write.executable is not None:
            created = created | (created & 0o444) >> 2 if write.executable else created & ~0o111
        aside.chmod(created)
        system.replace(aside, there)


def _put_back(there: Path, state: Mapping[str, Any], aside: Path) -> None:
    # A full disk has no room for a file that is as it was anyway.
    if _is(there, state):
        system.give(there, state["owner"], state["group"])
        with suppress(OSError):
            os.utime(there, ns=(state["time"], state["time"]))
        return
    with _for(there, aside):
        aside.write_bytes(base64.b64decode(state["content"]))
        system.give(aside, state["owner"], state["group"])
        aside.chmod(state["mode"])
        os.utime(aside, ns=(state["time"], state["time"]))
        system.replace(aside, there)


@contextmanager
def _for(there: Path, aside: Path) -> Iterator[None]:
    """Leave nothing aside after a failure, and name the file that it was for."""
    try:
        yield
    except BaseException as error:
        with suppress(OSError):
            _remove(aside)
        if isinstance(error, OSError):
            error.filename = str(there)
        raise


def _is(there: Path, state: Mapping[str, Any]) -> bool:
    """Say whether a file has its former content and mode."""
    try:
        now = None if there.is_symlink() else _state(there)
    except OSError:
        return False
    return now is not None and all(now[name] == state[name] for name in ("content", "mode"))


def _remove(there: Path) -> None:
    if not there.is_dir():
        with suppress(FileNotFoundError, NotADirectoryError):
            system.remove(there)


def _state(there: Path) -> dict[str, Any] | None:
    try:
        facts = there.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISDIR(facts.st_mode):
        return None
    return {
        "content": base64.b64encode(there.read_bytes()).decode(),
        "mode": stat.S_IMODE(facts.st_mode),
        "time": facts.st_mtime_ns,
        "owner": facts.st_uid,
        "group": facts.st_gid,
    }


def _mode(folder: Path) -> int | None:
    return stat.S_IMODE(folder.stat().st_mode) if folder.is_dir() else None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
