"""SQLite as the app uses it: one file for all processes, which may be replaced while they run."""

from contextlib import suppress
from pathlib import Path
from sqlite3 import OperationalError
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from ..settings import settings
from .records import log
from .settings import ROOT, make_folder, refusing

__all__ = ["TURN", "engine", "insert", "shrink", "transaction"]

SPARE = 256  # pages of the file, of 4 kB, that stay free for new records
# Processes that start together take turns at making the tables.
TURN = "BEGIN IMMEDIATE"


def make_engine(address: str) -> Engine:
    """Return the engine. It makes the file at first use."""
    try:
        url = make_url(address)
        if url.get_backend_name() != "sqlite":
            raise ArgumentError
    except ArgumentError:
        raise ValueError("not the URL of a SQLite database") from None
    if url.database in {None, "", ":memory:"}:
        raise ValueError("names no file. Threads cannot share a database in memory")
    file = ROOT / str(url.database)  # a relative path does not depend on the current folder
    make_folder(file.parent)
    with TemporaryFile(dir=file.parent):
        pass  # the folder can be written
    return create_engine(
        url.set(database=str(file)),
        connect_args={"timeout": settings.storage_timeout},
        hide_parameters=True,
        pool_size=settings.web_threads,
    )


with refusing("storage_url"):
    engine = make_engine(settings.storage_url)
transaction = engine.begin
in_use: set[tuple[int, int] | None] = set()


def file(suffix: str = "") -> Path:
    """Return the file, or a second one beside it."""
    return Path(f"{engine.url.database}{suffix}")


def identity(file: Path) -> tuple[int, int] | None:
    """Return the numbers that tell a file from another of the same name."""
    with suppress(OSError):
        facts = file.stat()
        return facts.st_dev, facts.st_ino
    return None


@event.listens_for(engine, "do_connect")
def make_file(*_connect: Any) -> None:
    """Make the file if it is not there, for the app's own user alone."""
    with suppress(OSError):  # SQLite says why it cannot open the file
        make_folder(file().parent)
        file().touch(mode=0o600)


@event.listens_for(engine, "connect")
def set_up(connection: Any, record: ConnectionPoolEntry) -> None:
    """Let readers and one writer work at the same time, and the file shrink again."""
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # holds for files that are new
    connection.execute("PRAGMA journal_size_limit = 8000000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA schema_version").fetchone()  # makes the log
    record.info["file"] = identity(file())
    record.info["log"] = identity(file("-wal"))
    in_use.add(record.info["file"])


@event.listens_for(engine, "checkout")
def look_at_file(_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Leave the file after it was deleted or replaced. Connections would read it on and on."""
    own = record.info["file"]
    if own == identity(file()):
        return
    if own in in_use:
        in_use.discard(own)
        log.warning("%s was replaced or deleted, and is opened again", file())
        if record.info["log"] == identity(file("-wal")):
            # Its last writes. SQLite would put them into the new file.
            for suffix in ("-wal", "-shm"):
                file(suffix).unlink(missing_ok=True)
    raise InvalidatePoolError


def shrink() -> None:
    """Give back the free space of the file."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        with suppress(OperationalError):  # somebody else writes: there will be another time
            if driver.execute("PRAGMA freelist_count").fetchone()[0] > SPARE:
                driver.executescript("PRAGMA incremental_vacuum")  # `execute` gives back one page
