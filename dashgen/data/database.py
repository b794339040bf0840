"""A table of PostgreSQL: its connection, its columns and its key.

Its address is `postgresql://user@host/database#schema.table`. The variables and files of libpq,
such as PGPASSWORD and ~/.pgpass, give all other parts.
"""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from .reading import ReadingError, Source

PATIENCE = 10  # seconds until a server has to answer
LONGEST = 60  # seconds that a query may take
KEY = """
SELECT a.attname FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indisprimary AND i.indrelid = to_regclass(%s)
"""


def connected(source: Source) -> "psycopg.Connection[Any]":
    """Return a connection to the server, where times are in UTC.

    Raises:
        ReadingError: It does not answer, or does not let the app in.
    """
    url, _, _ = source.path.partition("#")
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # Libpq's reason would repeat the address with its password.
        raise ReadingError("the address is not as libpq expects it") from None
    try:
        return psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=PATIENCE,
            tcp_user_timeout=1000 * PATIENCE,
            options=f"-c timezone=UTC -c statement_timeout={LONGEST}s",
        )
    except psycopg.Error as error:
        raise ReadingError(f"the database cannot be reached: {first_line(error)}") from error


def table_of(source: Source) -> sql.Identifier:
    """Return the name of the table.

    Raises:
        ReadingError: The address names none.
    """
    _, _, name = source.path.partition("#")
    parts = name.split(".")
    if not all(parts):
        raise ReadingError("the address names no table: postgresql://host/database#table")
    return sql.Identifier(*parts)


def kinds(connection: "psycopg.Connection[Any]", source: Source) -> dict[str, str]:
    """Return the type of each column in PostgreSQL's words."""
    everything = sql.SQL("SELECT * FROM {} LIMIT 0").format(table_of(source))
    described = connection.execute(everything).description or []
    known = connection.adapters.types
    types = {one.name: known.get(one.type_code) for one in described}
    return {name: kind.name if kind else "" for name, kind in types.items()}


def key(connection: "psycopg.Connection[Any]", source: Source) -> str:
    """Return the column that is the table's key. It is empty for no key or a key of several."""
    name = table_of(source).as_string(connection)
    found = connection.execute(KEY, [name]).fetchall()
    return str(found[0][0]) if len(found) == 1 else ""


def stored(connection: "psycopg.Connection[Any]", source: Source) -> bool:
    """Say whether each row has its own place. In a view and in partitions it has none."""
    name = table_of(source).as_string(connection)
    found = connection.execute(
        "SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", [name]
    ).fetchone()
    return found is not None and found[0] in ("r", "m")


def first_line(error: Exception) -> str:
    """Return the first line of an error."""
    return next(iter(str(error).splitlines()), "no reason is given")
