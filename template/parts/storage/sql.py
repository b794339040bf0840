"""Records in a SQL database, through SQLAlchemy Core: SQLite or PostgreSQL."""

import os
import re
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from sqlite3 import OperationalError
from tempfile import TemporaryFile
from threading import Timer
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    MetaData,
    String,
    Table,
    Text,
    and_,
    create_engine,
    delete,
    event,
    not_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, TimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from ..settings import settings
from .records import RENDERER_HOOKS, Sent, ServerRecord, install, log, milliseconds
from .settings import APP, ROOT, make_folder, refusing

__all__ = ["RENDERER_HOOKS", "Record", "install", "ping"]

T = TypeVar("T")
metadata = MetaData()
records = Table(
    f"{APP}_records",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),  # milliseconds since 1970
    Column("page", String(64)),  # who replaced the whole record last
    Column("number", BigInteger),
)
# One row a field: a write moves its own fields only, even if the others are large.
entries = Table(
    f"{APP}_record_fields",
    metadata,
    Column("record_id", ForeignKey(records.c.id, ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("value", Text, nullable=False),
    Column("page", String(64), nullable=False),
    Column("number", BigInteger, nullable=False),
)

INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
CONNECT_ARGS = {
    "sqlite": {"timeout": settings.storage_timeout},
    "postgresql": {"connect_timeout": min(4, settings.storage_timeout)},
}
SPARE = 256  # pages of SQLite's file, of 4 kB, that stay free for new records
# Processes that start together take turns at making the tables.
TURN = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": f"SELECT pg_advisory_xact_lock(hashtext('{APP}_records'))",
}


def make_engine(address: str) -> Engine:
    """Return the engine. It connects at first use, so the app starts without the server."""
    try:
        url = make_url(re.sub("^postgres(ql)?:", "postgresql+psycopg:", address))
        connect_args = CONNECT_ARGS[url.get_backend_name()]
    except (ArgumentError, KeyError):
        raise ValueError("not the URL of a SQLite or PostgreSQL database") from None
    if url.get_backend_name() == "sqlite":
        if url.database in {None, "", ":memory:"}:
            raise ValueError("names no file. Threads cannot share a database in memory")
        file = ROOT / str(url.database)  # a relative path does not depend on the current folder
        make_folder(file.parent)
        with TemporaryFile(dir=file.parent):
            pass  # the folder can be written
        url = url.set(database=str(file))
    return create_engine(
        url, connect_args=connect_args, hide_parameters=True, pool_size=settings.web_threads
    )


with refusing("storage_url"):
    engine = make_engine(settings.storage_url)
dialect = engine.dialect.name
if sys.platform != "win32":  # where no process is forked
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))


def sqlite_file(suffix: str = "") -> Path:
    """Return SQLite's file, or a second file beside it."""
    return Path(f"{engine.url.database}{suffix}")


def identity(file: Path) -> tuple[int, int] | None:
    """Return the numbers that tell a file from another of the same name."""
    with suppress(OSError):
        facts = file.stat()
        return facts.st_dev, facts.st_ino
    return None


@event.listens_for(engine, "do_connect")
def make_file(*_connect: Any) -> None:
    """Make SQLite's file if it is not there, for the app's own user alone."""
    if dialect == "sqlite":
        with suppress(OSError):  # SQLite says why it cannot open the file
            make_folder(sqlite_file().parent)
            sqlite_file().touch(mode=0o600)


@event.listens_for(engine, "connect")
def set_up(connection: Any, record: ConnectionPoolEntry) -> None:
    """Let SQLite's readers and one writer work at the same time, and its file shrink again."""
    if dialect == "sqlite":
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # holds for files that are new
        connection.execute("PRAGMA journal_size_limit = 8000000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA schema_version").fetchone()  # makes the log
        record.info["file"] = identity(sqlite_file())
        record.info["log"] = identity(sqlite_file("-wal"))
        in_use.add(record.info["file"])


in_use: set[tuple[int, int] | None] = set()


@event.listens_for(engine, "checkout")
def look_at_file(_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Leave SQLite's file after it was deleted or replaced. Connections would read it on and on."""
    if dialect != "sqlite" or (file := record.info["file"]) == identity(sqlite_file()):
        return
    if file in in_use:
        in_use.discard(file)
        log.warning("%s was replaced or deleted, and is opened again", sqlite_file())
        if record.info["log"] == identity(sqlite_file("-wal")):
            # Its last writes. SQLite would put them into the new file.
            for suffix in ("-wal", "-shm"):
                sqlite_file(suffix).unlink(missing_ok=True)
    raise InvalidatePoolError


@contextmanager
def transaction() -> Iterator[Connection]:
    """Run the block in a transaction, and hang up on a server that does not answer in time."""
    with engine.begin() as connection:
        if dialect == "sqlite":
            yield connection
            return
        # PostgreSQL's client has no limit of its own for the answer to a statement.
        client: Any = connection.connection.driver_connection
        with socket.socket(fileno=os.dup(client.fileno())) as line:
            timer = Timer(settings.storage_timeout, line.shutdown, [socket.SHUT_RDWR])
            timer.daemon = True
            timer.start()
            try:
                yield connection
            finally:
                timer.cancel()


@cache
def make_tables() -> None:
    """Make the tables if they are not there."""
    with transaction() as connection:
        connection.exec_driver_sql(TURN[dialect])
        metadata.create_all(connection)


def run(work: Callable[[Connection], T]) -> T:
    """Run `work` in a transaction, when the tables are there."""
    make_tables()
    try:
        with transaction() as connection:
            return work(connection)
    except DBAPIError:
        make_tables.cache_clear()  # they may have gone with the server that was restarted
        raise


def ping() -> None:
    """Raise unless the database answers."""
    run(lambda connection: connection.execute(select(1)))


class Record(ServerRecord):
    """A record in a SQL database."""

    url = settings.storage_url
    unavailable = (DBAPIError, TimeoutError)

    def read(self, record_id: str, fields: Sequence[str] | None) -> dict[str, str]:
        """Return the JSON of the fields asked for, or of all."""
        query = (
            select(entries.c.name, entries.c.value)
            .join(records)
            .where(records.c.id == record_id, records.c.expires > milliseconds())
        )
        if fields is not None:
            query = query.where(entries.c.name.in_(fields))
        return run(lambda connection: {row.name: row.value for row in connection.execute(query)})

    def write(self, record_id: str, fields: dict[str, str], by: Sent, *, replace: bool) -> int:
        """Write fields in one transaction, each by an upsert that refuses to go back in time."""
        now = first = milliseconds()
        own, own_entries = records.c.id == record_id, entries.c.record_id == record_id
        newer = and_(entries.c.page == by.page, entries.c.number > by.number)
        insert = INSERT[dialect]
        touch = insert(records).values(
            id=record_id, revision=first, expires=now + settings.storage_ttl * 1000
        )
        touch = touch.on_conflict_do_update(
            index_elements=[records.c.id],
            set_={"revision": records.c.revision + 1, "expires": touch.excluded.expires},
        )
        put = insert(entries)
        put = put.on_conflict_do_update(
            index_elements=[entries.c.record_id, entries.c.name],
            set_={key: put.excluded[key] for key in ("value", "page", "number")},
            where=not_(newer),
        )
        rows = [
            {"record_id": record_id, "name": name, "value": value, **by._asdict()}
            for name, value in fields.items()
        ]

        def work(connection: Connection) -> int:
            connection.execute(delete(records).where(own, records.c.expires <= now))
            # From here on the record is locked: its writers take turns, and never wait crosswise.
            revision, page, number = connection.execute(
                touch.returning(records.c.revision, records.c.page, records.c.number)
            ).one()
            if page == by.page and number > by.number:
                return int(revision)  # this page has replaced the whole record since
            if replace:
                connection.execute(update(records).where(own).values(by._asdict()))
                connection.execute(delete(entries).where(own_entries, not_(newer)))
            if rows:
                connection.execute(put, rows)
            return int(revision)

        revision = run(work)
        if revision == first:
            run(remove_expired)
            if dialect == "sqlite":
                shrink()
        return revision


def remove_expired(connection: Connection) -> None:
    """Delete expired records. Each new record pays for it, so that no timer is needed."""
    # Two processes that clean up at once each take the rows that the other has not.
    expired = select(records.c.id).where(records.c.expires <= milliseconds())
    locked = expired.with_for_update(skip_locked=True)
    connection.execute(delete(records).where(records.c.id.in_(locked)))


def shrink() -> None:
    """Give back the free space of SQLite's file."""
    with engine.connect() as connection:
        file: Any = connection.connection.driver_connection
        with suppress(OperationalError):  # somebody else writes: there will be another time
            if file.execute("PRAGMA freelist_count").fetchone()[0] > SPARE:
                file.executescript("PRAGMA incremental_vacuum")  # `execute` gives back one page
