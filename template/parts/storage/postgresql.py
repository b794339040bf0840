"""PostgreSQL as the app uses it: no statement waits longer than the storage's limit."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from ..settings import settings
from .hangup import hanging_up
from .settings import APP, refusing

__all__ = ["TURN", "engine", "insert", "shrink", "transaction"]

# Processes that start together take turns at making the tables.
TURN = f"SELECT pg_advisory_xact_lock(hashtext('{APP}_records'))"


def make_engine(address: str) -> Engine:
    """Return the engine. It connects at first use, so the app starts without the server."""
    try:
        url = make_url(re.sub("^postgres(ql)?:", "postgresql+psycopg:", address))
        if url.get_backend_name() != "postgresql":
            raise ArgumentError
    except ArgumentError:
        raise ValueError("not the URL of a PostgreSQL database") from None
    return create_engine(
        url,
        connect_args={"connect_timeout": min(4, settings.storage_timeout)},
        hide_parameters=True,
        pool_size=settings.web_threads,
    )


with refusing("storage_url"):
    engine = make_engine(settings.storage_url)


@contextmanager
def transaction() -> Iterator[Connection]:
    """Run the block in a transaction, and hang up on a server that does not answer in time."""
    with engine.begin() as connection:
        client: Any = connection.connection.driver_connection
        with hanging_up(client.fileno(), settings.storage_timeout):
            yield connection


def shrink() -> None:
    """Do nothing: the server gives back space by itself."""
