"""PostgreSQL as the app uses it: no statement waits longer than the storage's limit."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from psycopg import Connection, Error, ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from ..settings import settings
from .hangup import hanging_up
from .pool import Pool
from .settings import APP, refusing

__all__ = ["SKIP_LOCKED", "TURN", "Connection", "Error", "shrink", "statement", "transaction"]

# Processes that start together take turns at making the tables.
TURN = f"SELECT pg_advisory_xact_lock(hashtext('{APP}_records'))".encode()
SKIP_LOCKED = "FOR UPDATE SKIP LOCKED"


def find_server(address: str) -> str:
    """Return an address, which may name a driver as SQLAlchemy's do, as libpq reads it."""
    url = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", address)
    with suppress(ProgrammingError):
        ports = str(conninfo_to_dict(url).get("port", ""))
        if url.startswith("postgresql://") and re.fullmatch(r"[\d,]*", ports):
            return url
    raise ValueError("not the URL of a PostgreSQL database")


with refusing("storage_url"):
    URL = find_server(settings.storage_url)


def connect() -> Connection:
    """Connect to the server. The first request does, so the app starts without it."""
    return Connection.connect(URL, connect_timeout=min(4, settings.storage_timeout))


pool = Pool(connect, lambda connection: not connection.broken)


def statement(text: str) -> bytes:
    """Return SQL with the marks that psycopg has for values."""
    return re.sub(r":(\w+)", r"%(\1)s", text).encode()


@contextmanager
def transaction() -> Iterator[Connection]:
    """Run the block in a transaction, and hang up on a server that does not answer in time."""
    with pool.connection() as connection:
        limit = hanging_up(connection.fileno(), settings.storage_timeout)
        with limit, connection.transaction():
            yield connection


def shrink() -> None:
    """Do nothing: the server gives back space by itself."""
