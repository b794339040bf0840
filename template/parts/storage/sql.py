"""Records in a SQL database, through SQLAlchemy Core."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    MetaData,
    String,
    Table,
    Text,
    and_,
    delete,
    not_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, TimeoutError

from ..settings import settings
from .dialect import TURN, engine, insert, shrink, transaction
from .records import RENDERER_HOOKS, Sent, ServerRecord, install, milliseconds
from .settings import APP

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

if sys.platform != "win32":  # where no process is forked
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))


@cache
def make_tables() -> None:
    """Make the tables if they are not there."""
    with transaction() as connection:
        connection.exec_driver_sql(TURN)
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
            shrink()
        return revision


def remove_expired(connection: Connection) -> None:
    """Delete expired records. Each new record pays for it, so that no timer is needed."""
    # Two processes that clean up at once each take the rows that the other has not.
    expired = select(records.c.id).where(records.c.expires <= milliseconds())
    locked = expired.with_for_update(skip_locked=True)
    connection.execute(delete(records).where(records.c.id.in_(locked)))
