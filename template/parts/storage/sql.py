"""Records in a SQL database, through SQLAlchemy Core: SQLite or PostgreSQL."""

import os
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    ForeignKey,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from .records import APP, RENDERER_HOOKS, Sent, ServerRecord, install
from .settings import ROOT, settings

__all__ = ["RENDERER_HOOKS", "Record", "install"]

metadata = MetaData()
records = Table(
    f"{APP}_records",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
)
# One row a field: writes of different fields never meet, whatever the size of the others.
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
CONNECT_ARGS = {"sqlite": {"timeout": 30}, "postgresql": {"connect_timeout": 5}}


def make_engine(address: str) -> Engine:
    """Return the engine; it connects at first use, so the app starts without the server."""
    url = make_url(address)
    dialect = url.get_backend_name()
    if dialect == "sqlite" and url.database and url.database != ":memory:":
        file = ROOT / url.database  # a relative path does not depend on where the app is started
        file.parent.mkdir(parents=True, exist_ok=True)
        url = url.set(database=str(file))
    engine = create_engine(url, pool_pre_ping=True, connect_args=CONNECT_ARGS[dialect])
    if dialect == "sqlite":
        event.listen(engine, "connect", set_up_sqlite)
    return engine


def set_up_sqlite(connection: Any, _record: Any) -> None:
    """Let readers and one writer work at the same time, and deletes cascade."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


engine = make_engine(settings.storage_url)
os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))


@cache
def database() -> Engine:
    """Return the engine once the tables are there."""
    try:
        metadata.create_all(engine)
    except DBAPIError:
        metadata.create_all(engine)  # another process may have made them at the same time
    return engine


class Record(ServerRecord):
    """A record in a SQL database."""

    url = settings.storage_url
    unavailable = (OperationalError, InterfaceError, TimeoutError)

    def read(self, record_id: str, fields: Sequence[str] | None) -> dict[str, str]:
        """Return the JSON of the fields asked for, or of all."""
        query = (
            select(entries.c.name, entries.c.value)
            .join(records)
            .where(records.c.id == record_id, records.c.expires > int(time.time()))
        )
        if fields is not None:
            query = query.where(entries.c.name.in_(fields))
        with database().connect() as connection:
            return dict(connection.execute(query).tuples().all())

    def write(self, record_id: str, fields: dict[str, str], by: Sent, *, replace: bool) -> int:
        """Write fields in one transaction, each by an upsert that refuses to go back in time."""
        now = int(time.time())
        insert = INSERT[engine.dialect.name]
        entry = insert(entries)
        put = entry.on_conflict_do_update(
            index_elements=[entries.c.record_id, entries.c.name],
            set_={key: entry.excluded[key] for key in ("value", "page", "number")},
            where=or_(
                entries.c.page != entry.excluded.page, entries.c.number <= entry.excluded.number
            ),
        )
        touch = insert(records).values(id=record_id, revision=1, expires=now + settings.storage_ttl)
        with database().begin() as connection:
            connection.execute(
                delete(records).where(records.c.id == record_id, records.c.expires <= now)
            )
            revision: int = connection.execute(
                touch.on_conflict_do_update(
                    index_elements=[records.c.id],
                    set_={"revision": records.c.revision + 1, "expires": touch.excluded.expires},
                ).returning(records.c.revision)
            ).scalar_one()
            if replace:
                others = entries.c.name.not_in(fields)
                connection.execute(delete(entries).where(entries.c.record_id == record_id, others))
            if fields:
                connection.execute(
                    put,
                    [
                        {"record_id": record_id, "name": name, "value": value, **by._asdict()}
                        for name, value in fields.items()
                    ],
                )
        if revision == 1:
            remove_expired(now)
        return revision


def remove_expired(now: int) -> None:
    """Delete what has expired; each new record pays for it, so that no timer is needed."""
    # Two processes that clean up at once each take the rows that the other has not.
    expired = select(records.c.id).where(records.c.expires <= now).with_for_update(skip_locked=True)
    with database().begin() as connection:
        connection.execute(delete(records).where(records.c.id.in_(expired)))
