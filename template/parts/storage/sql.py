"""Records in a SQL database."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

from ..settings import settings
from .dialect import SKIP_LOCKED, TURN, Connection, Error, shrink, statement, transaction
from .records import RENDERER_HOOKS, Sent, ServerRecord, install, milliseconds
from .settings import APP

__all__ = ["RENDERER_HOOKS", "Record", "install", "ping"]

T = TypeVar("T")

RECORDS, FIELDS = f"{APP}_records", f"{APP}_record_fields"
TABLES = (
    # `expires` is in milliseconds since 1970. `page` and `number` say who replaced all fields last.
    f"""CREATE TABLE IF NOT EXISTS {RECORDS} (
        id VARCHAR(64) NOT NULL PRIMARY KEY,
        revision BIGINT NOT NULL,
        expires BIGINT NOT NULL,
        page VARCHAR(64),
        number BIGINT)""",
    f"CREATE INDEX IF NOT EXISTS ix_{RECORDS}_expires ON {RECORDS} (expires)",
    # One row a field: a write moves its own fields only, even if the others are large.
    f"""CREATE TABLE IF NOT EXISTS {FIELDS} (
        record_id VARCHAR(64) NOT NULL REFERENCES {RECORDS} (id) ON DELETE CASCADE,
        name VARCHAR(200) NOT NULL,
        value TEXT NOT NULL,
        page VARCHAR(64) NOT NULL,
        number BIGINT NOT NULL,
        PRIMARY KEY (record_id, name))""",
)
READ = f"""
    SELECT name, value FROM {FIELDS} JOIN {RECORDS} ON id = record_id
    WHERE record_id = :id AND expires > :now"""
FORGET = statement(f"DELETE FROM {RECORDS} WHERE id = :id AND expires <= :now")
TOUCH = statement(f"""
    INSERT INTO {RECORDS} (id, revision, expires) VALUES (:id, :now, :expires)
    ON CONFLICT (id) DO UPDATE
    SET revision = {RECORDS}.revision + 1, expires = excluded.expires
    RETURNING revision, page, number""")
REPLACE = statement(f"UPDATE {RECORDS} SET page = :page, number = :number WHERE id = :id")
CLEAR = statement(f"""
    DELETE FROM {FIELDS}
    WHERE record_id = :id AND NOT (page = :page AND number > :number)""")
# It refuses to go back in time.
PUT = statement(f"""
    INSERT INTO {FIELDS} (record_id, name, value, page, number)
    VALUES (:id, :name, :value, :page, :number)
    ON CONFLICT (record_id, name) DO UPDATE
    SET value = excluded.value, page = excluded.page, number = excluded.number
    WHERE NOT ({FIELDS}.page = excluded.page AND {FIELDS}.number > excluded.number)""")
# Two processes that clean up at once each take the rows that the other has not.
EXPIRE = statement(f"""
    DELETE FROM {RECORDS} WHERE id IN (
        SELECT id FROM {RECORDS} WHERE expires <= :now {SKIP_LOCKED})""")


@cache
def make_tables() -> None:
    """Make the tables if they are not there."""
    with transaction() as connection:
        connection.execute(TURN)
        for table in TABLES:
            connection.execute(statement(table))


def run(work: Callable[[Connection], T]) -> T:
    """Run `work` in a transaction, when the tables are there."""
    make_tables()
    try:
        with transaction() as connection:
            return work(connection)
    except Error:
        make_tables.cache_clear()  # they may have gone with the server that was restarted
        raise


def ping() -> None:
    """Raise unless the database answers."""
    run(lambda connection: connection.execute("SELECT 1"))


class Record(ServerRecord):
    """A record in a SQL database."""

    url = settings.storage_url
    unavailable = (Error,)

    def read(self, record_id: str, fields: Sequence[str] | None) -> dict[str, str]:
        """Return the JSON of the fields asked for, or of all."""
        query, values = READ, {"id": record_id, "now": milliseconds()}
        if fields is not None:
            names = {f"name{number}": name for number, name in enumerate(fields)}
            query += f" AND name IN ({', '.join(f':{key}' for key in names) or 'NULL'})"
            values |= names
        return run(lambda connection: dict(connection.execute(statement(query), values)))

    def write(self, record_id: str, fields: dict[str, str], by: Sent, *, replace: bool) -> int:
        """Write fields in one transaction."""
        now = milliseconds()
        own = {"id": record_id, "now": now, "expires": now + settings.storage_ttl * 1000}
        writer = {"id": record_id, **by._asdict()}
        rows = [{**writer, "name": name, "value": value} for name, value in fields.items()]

        def work(connection: Connection) -> int:
            connection.execute(FORGET, own)
            # From here on the record is locked: its writers take turns, and never wait crosswise.
            ((revision, page, number),) = connection.execute(TOUCH, own)
            if page == by.page and number > by.number:
                return int(revision)  # this page has replaced the whole record since
            if replace:
                connection.execute(REPLACE, writer)
                connection.execute(CLEAR, writer)
            connection.cursor().executemany(PUT, rows)
            return int(revision)

        revision = run(work)
        if revision == now:
            run(lambda connection: connection.execute(EXPIRE, {"now": milliseconds()}))
            shrink()
        return revision
