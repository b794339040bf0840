"""The template versions in the user's home folder, from which plain Copier updates.

Projects name this one place, which is the same on every machine of a team. Each dashgen adds its
own versions to those that other dashgens left there.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dashgen import versions
from dashgen.history import DamagedHistoryError, History, read_tags


def bundle() -> Path:
    """Return the bundle's path.

    Raises:
        RuntimeError: The user has no home folder.
    """
    return Path(versions.RECORDED_SOURCE).expanduser()


def history() -> History:
    """Return all versions that are known here, dashgen's own before those in the home folder.

    Raises:
        TemplateSourceError: Dashgen's own history is damaged.
    """
    known = History()
    with suppress(OSError, RuntimeError, DamagedHistoryError):
        known = History.read(bundle())
    own = versions.history()
    known.take(own)
    known.current = own.current
    return known


def refresh() -> str:
    """Make sure that the home folder's bundle has dashgen's own versions.

    Returns:
        What went wrong, in one line; empty where nothing did.

    Raises:
        TemplateSourceError: Dashgen's own history is damaged.
    """
    try:
        path = bundle()
        if _holds(path):
            return ""
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            return _add(path)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return (
            f"{versions.RECORDED_SOURCE} cannot be written ({str(reason).lower()}); dashgen update "
            "works without it, copier update does not"
        )


def _holds(path: Path) -> bool:
    """Say whether the bundle has dashgen's own versions, with the same content."""
    try:
        return versions.index().tags.items() <= read_tags(path).tags.items()
    except (FileNotFoundError, DamagedHistoryError):
        return False


def _add(path: Path) -> str:
    # Imported here, because a command rarely comes to this.
    from packaging.version import Version

    warning = ""
    merged = History()
    try:
        merged = History.read(path)
    except FileNotFoundError:
        pass
    except DamagedHistoryError as error:
        warning = f"{versions.RECORDED_SOURCE} was damaged ({error}) and is written anew"
    merged.take(versions.history())
    merged.current = max(merged.tags, key=Version)
    _replace(path, merged.to_bytes())
    return warning


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".template-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
