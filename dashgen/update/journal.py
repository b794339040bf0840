"""Writing an update so that it can be undone, even if the machine stops in the middle.

Before the first file is touched, everything that is needed to put the project back is on the disk,
in a folder of git's own that is never committed.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashgen.errors import NothingToAbortError, UpdateBusyError, UpdateUnfinishedError, WriteError
from dashgen.update.repository import Repository

APPLYING, DONE, EDITS = "applying.json", "done.json", "edits"


@dataclass(frozen=True)
class Write:
    """A file as it is to be on the disk."""

    content: bytes
    executable: bool | None
    """None leaves this as it is, which may be another than git's where git was told not to look."""


@dataclass(frozen=True)
class Restored:
    """What an abort has put back."""

    files: tuple[str, ...]
    edits: Mapping[str, Path]
    """Where files went that were edited after the update, by path."""


class Journal:
    """The record of a project's last update.

    Args:
        repository: The project's repository; other projects in it have journals of their own.
    """

    def __init__(self, repository: Repository) -> None:
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
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("a")
        except OSError as error:
            raise WriteError(self.folder, error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UpdateBusyError(self.project) from error
            yield

    def require_finished(self) -> None:
        """Make sure that no update was cut off.

        Raises:
            UpdateUnfinishedError: One was.
        """
        if self.unfinished:
            raise UpdateUnfinishedError(self.project)

    @property
    def unfinished(self) -> bool:
        """Whether an update was cut off; one that was then committed is the user's own affair."""
        return (self.folder / APPLYING).exists() and self._load()["head"] == self.head

    @property
    def undoable(self) -> bool:
        """Whether there is an update to undo."""
        return any((self.folder / name).exists() for name in (APPLYING, DONE))

    def apply(self, writes: Mapping[str, Write | None]) -> None:
        """Write and remove files; all of them, or none if it fails or is interrupted.

        Raises:
            WriteError: The operating system refuses a step.
        """
        entry = self._entry(writes)
        try:
            self._save(APPLYING, entry)
            (self.folder / DONE).unlink(missing_ok=True)
        except OSError as error:
            raise WriteError(self.folder, error) from error
        try:
            self._write(entry, writes)
            (self.folder / APPLYING).replace(self.folder / DONE)
        except BaseException as error:
            self._restore(entry)
            (self.folder / APPLYING).unlink()
            if isinstance(error, OSError):
                raise WriteError(Path(error.filename or self.project), error) from error
            raise

    def abort(self) -> Restored:
        """Put back what the last update wrote.

        Raises:
            NothingToAbortError: There was none, or what it did has been committed.
            WriteError: The operating system refuses a step; it can be tried again.
        """
        entry = self._load()
        if entry["head"] != self.head:
            raise NothingToAbortError(
                f"{self.project} has new commits since its last update", "use git revert"
            )
        try:
            edits = self._keep_edits(entry)
            self._restore(entry)
            for name in (APPLYING, DONE):
                (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise WriteError(Path(error.filename or self.project), error) from error
        return Restored(tuple(entry["files"]), edits)

    def _entry(self, writes: Mapping[str, Write | None]) -> dict[str, Any]:
        return {
            "head": self.head,
            "id": secrets.token_hex(4),
            "files": {
                path: {"before": _state(self.project / path), "after": _digest(write)}
                for path, write in sorted(writes.items())
            },
            "folders": {
                str(folder.relative_to(self.project)): _mode(folder)
                for path in writes
                for folder in (self.project / path).parents
                if folder.is_relative_to(self.project) and folder != self.project
            },
        }

    def _save(self, name: str, entry: Mapping[str, Any]) -> None:
        aside = self.folder / f"{name}.new"
        with aside.open("w", encoding="ascii") as file:
            json.dump(entry, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.folder / name)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _load(self) -> dict[str, Any]:
        for name in (APPLYING, DONE):
            with suppress(FileNotFoundError):
                content: dict[str, Any] = json.loads((self.folder / name).read_bytes())
                return content
        raise NothingToAbortError(f"{self.project} has no update to abort")

    def _write(self, entry: Mapping[str, Any], writes: Mapping[str, Write | None]) -> None:
        for path in (path for path, write in writes.items() if write is None):
            place = self.project / path
            place.unlink()
            self._prune(place.parent)
        for path, write in writes.items():
            if write:
                place = self.project / path
                place.parent.mkdir(parents=True, exist_ok=True)
                _put(place, write, self._aside(entry, path))

    def _restore(self, entry: Mapping[str, Any]) -> None:
        for path, states in entry["files"].items():
            _remove(self._aside(entry, path))
            if states["before"] is None:
                _remove(self.project / path)
        for folder in sorted(entry["folders"], key=len, reverse=True):
            if entry["folders"][folder] is None:
                with suppress(OSError):
                    (self.project / folder).rmdir()
        for folder in sorted(entry["folders"], key=len):
            place, mode = self.project / folder, entry["folders"][folder]
            if mode is not None and not place.is_dir():
                place.mkdir()
                place.chmod(mode)
        for path, states in entry["files"].items():
            if states["before"]:
                _put_back(self.project / path, states["before"], self._aside(entry, path))

    def _keep_edits(self, entry: Mapping[str, Any]) -> dict[str, Path]:
        """Copy what was edited since the update, and return where to."""
        kept = {}
        for path, states in entry["files"].items():
            place = self.project / path
            if not place.is_file():
                continue
            content = place.read_bytes()
            before = states["before"] and base64.b64decode(states["before"]["content"])
            if content != before and _hash(content) != states["after"]:
                copy = self.folder / EDITS / entry["id"] / path
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
        return (self.project / path).parent / f".dashgen-{entry['id']}"


def _put(place: Path, write: Write, aside: Path) -> None:
    aside.write_bytes(write.content)
    created = stat.S_IMODE(aside.stat().st_mode)
    with suppress(FileNotFoundError):
        before = place.stat()
        created = stat.S_IMODE(before.st_mode)
        with suppress(OSError):
            os.chown(aside, before.st_uid, before.st_gid)
    if write.executable is not None:
        created = created | (created & 0o444) >> 2 if write.executable else created & ~0o111
    aside.chmod(created)
    aside.replace(place)


def _put_back(place: Path, state: Mapping[str, Any], aside: Path) -> None:
    aside.write_bytes(base64.b64decode(state["content"]))
    with suppress(OSError):
        os.chown(aside, state["owner"], state["group"])
    aside.chmod(state["mode"])
    os.utime(aside, ns=(state["time"], state["time"]))
    aside.replace(place)


def _remove(place: Path) -> None:
    if not place.is_dir():
        with suppress(FileNotFoundError, NotADirectoryError):
            place.unlink()


def _state(place: Path) -> dict[str, Any] | None:
    try:
        facts = place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISDIR(facts.st_mode):
        return None
    return {
        "content": base64.b64encode(place.read_bytes()).decode(),
        "mode": stat.S_IMODE(facts.st_mode),
        "time": facts.st_mtime_ns,
        "owner": facts.st_uid,
        "group": facts.st_gid,
    }


def _mode(folder: Path) -> int | None:
    return stat.S_IMODE(folder.stat().st_mode) if folder.is_dir() else None


def _digest(write: Write | None) -> str | None:
    return _hash(write.content) if write else None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
