"""The folder that a command creates: checked first, filled aside, moved into place at the end."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dashgen.errors import (
    CommandLineError,
    DestinationNotEmptyError,
    DestinationTakenError,
    DestinationUnusableError,
)

INTERRUPTS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def checked(destination: str) -> Path:
    """Return the absolute folder that the destination means, links followed.

    Raises:
        CommandLineError: It is the empty string.
        DestinationTakenError: There is a file or a folder with content.
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
        raise DestinationUnusableError(stated, _reason(error)) from error
    if entries:
        raise DestinationNotEmptyError(stated, entries)
    existing = next(path for path in (target, *target.parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        raise DestinationUnusableError(stated, f"{existing} is not writable")
    return target


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Give a folder to fill, and put its content at the target once the block ends well.

    A new target appears at once, by one rename. An empty folder that exists keeps its identity,
    because a shell may stand in it or a file system be mounted on it: the content moves into it.
    Whatever goes wrong, interrupts included, nothing is left of it.

    Raises:
        DestinationUnusableError: The operating system refuses a step.
    """
    exists = target.is_dir()
    missing = [path for path in target.parents if not path.exists()]
    moved: list[Path] = []
    aside: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".dashgen-", dir=target if exists else target.parent))
        # Under its final name, which a template may look at, and with the umask's modes.
        filled = aside / target.name
        filled.mkdir()
        yield filled
        with _uninterrupted():
            if exists:
                for entry in sorted(filled.iterdir()):
                    moved.append(_moved(entry, target / entry.name))
            else:
                moved.append(filled.rename(target))
            shutil.rmtree(aside)
    except BaseException as error:
        with _uninterrupted():
            for path in (*moved, *filter(None, [aside])):
                _remove(path)
            for path in missing:
                with suppress(OSError):
                    path.rmdir()
        if isinstance(error, OSError):
            raise DestinationUnusableError(target, _reason(error)) from error
        raise


def _moved(source: Path, target: Path) -> Path:
    if target.exists():
        raise FileExistsError(0, f"{target.name} appeared meanwhile")
    return source.rename(target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold interrupts back until the block has ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
