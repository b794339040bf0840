"""SQLite as the app uses it: one file for all processes, which may be replaced while they run."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Error
from tempfile import TemporaryFile

from ..settings import settings
from .pool import Pool
from .records import log
from .settings import ROOT, make_folder, refusing

__all__ = ["SKIP_LOCKED", "TURN", "Connection", "Error", "shrink", "statement", "transaction"]

SPARE = 256  # pages of the file, of 4 kB, that stay free for new records
# Processes that start together take turns at making the tables.
TURN = "BEGIN IMMEDIATE"
SKIP_LOCKED = ""  # one transaction writes at a time, so no row is locked
statement = str


class Connection(sqlite3.Connection):
    """A connection, and the identities of its file and of that file's log."""

    file: tuple[int, int] | None
    log: tuple[int, int] | None


def find_file(address: str) -> Path:
    """Return the file of an address. Its folder is made, and can be written."""
    kind, mark, name = address.partition(":")
    if not mark or kind.partition("+")[0] != "sqlite" or not f"{name}/".startswith("///"):
        raise ValueError("not the URL of a SQLite database")
    name, options, _ = name[3:].partition("?")
    if options:
        raise ValueError("the URL of a SQLite database takes no options here")
    if name in {"", ":memory:"}:
        raise ValueError("names no file. Threads cannot share a database in memory")
    file = ROOT / name  # a relative path does not depend on the current folder
    make_folder(file.parent)
    with TemporaryFile(dir=file.parent):
        pass  # the folder can be written
    return file


with refusing("storage_url"):
    FILE = find_file(settings.storage_url)
LOG = FILE.with_name(f"{FILE.name}-wal")
in_use: set[tuple[int, int] | None] = set()


def identity(file: Path) -> tuple[int, int] | None:
    """Return the numbers that tell a file from another of the same name."""
    with suppress(OSError):
        facts = file.stat()
        return facts.st_dev, facts.st_ino
    return None


def connect() -> Connection:
    """Open the file. If it is not there it is made, for the app's own user alone."""
    with suppress(OSError):  # SQLite says why it cannot open the file
        make_folder(FILE.parent)
        FILE.touch(mode=0o600)
    connection = sqlite3.connect(
        FILE, timeout=settings.storage_timeout, check_same_thread=False, factory=Connection
    )
    # Readers and one writer work at the same time, and the file can shrink again.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # holds for files that are new
    connection.execute("PRAGMA journal_size_limit = 8000000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA schema_version").fetchone()  # makes the log
    connection.file, connection.log = identity(FILE), identity(LOG)
    in_use.add(connection.file)
    return connection


def usable(connection: Connection) -> bool:
    """Tell whether the file is still there. Connections would read a deleted one on and on."""
    if connection.file == identity(FILE):
        return True
    if connection.file in in_use:
        in_use.discard(connection.file)
        log.warning("%s was replaced or deleted, and is opened again", FILE)
        if connection.log == identity(LOG):
            # Its last writes. SQLite would put them into the new file.
            for suffix in ("-wal", "-shm"):
                FILE.with_name(FILE.name + suffix).unlink(missing_ok=True)
    return False


pool = Pool(connect, usable)


@contextmanager
def transaction() -> Iterator[Connection]:
    """Run the block in a transaction, which begins with the first statement that writes."""
    with pool.connection() as connection, connection:
        yield connection


def shrink() -> None:
    """Give back the free space of the file."""
    with pool.connection() as connection, suppress(sqlite3.OperationalError):
        # An error means that somebody else writes: there will be another time.
        if connection.execute("PRAGMA freelist_count").fetchone()[0] > SPARE:
            connection.executescript("PRAGMA incremental_vacuum")  # `execute` gives back one page
