"""DuckDB's connection: one for each process, with bounds for its memory and its processors."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ..settings import settings
from .answers import FOLDER, check
from .settings import make_folder

MEMORY = "128MB"  # that DuckDB may take in each process, whatever the size of the files
PLENTY = "512MB"  # during a conversion


class Connection:
    """The process's connection, because a fork copies none, and the files that it has opened."""

    def __init__(self) -> None:
        make_folder(FOLDER)
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "memory_limit": MEMORY,
            "temp_directory": str(FOLDER / "spill"),
        }
        self.own = duckdb.connect(config=config)
        share(self.own)
        self.attached: dict[str, list[Path]] = {}

    def attach(self, file: Path) -> None:
        """Open a converted file. The one before it stays open for running queries."""
        files = self.attached.setdefault(file.name.rpartition("-")[0], [])
        if file in files:
            return
        self.own.execute(f"ATTACH ? AS {alias(file)} (READ_ONLY)", [str(file)])
        files.append(file)
        if len(files) > 2:
            self.own.execute(f"DETACH {alias(files.pop(0))}")


connections: dict[int, Connection] = {}
connecting = threading.Lock()
converting = threading.Lock()


def cursor(file: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a cursor for one query, because threads that share one get each other's answers.

    Args:
        file: The converted file that the query is about.

    Raises:
        Superseded: The visitor has already asked something else.
    """
    if file:
        check()
    with connecting:
        own = connections.get(os.getpid()) or Connection()
        connections[os.getpid()] = own
        if file:
            own.attach(file)
        return own.own.cursor()


def alias(file: Path) -> str:
    """Return the name of a converted file in queries: letters and digits."""
    return f"d{hashlib.sha256(str(file).encode()).hexdigest()[:20]}"


@contextmanager
def plenty() -> Iterator[None]:
    """Let DuckDB take more memory and all processors for a while, one thread after another."""
    own = cursor()
    with converting:
        own.execute(f"SET memory_limit = '{PLENTY}'")
        own.execute("RESET threads")
        try:
            yield
        finally:
            own.execute(f"SET memory_limit = '{MEMORY}'")
            share(own)


def share(own: duckdb.DuckDBPyConnection) -> None:
    """Let this process take its part of the processors, as all processes of the server query.

    Visitors who ask at once would wait for each other otherwise.
    """
    own.execute("RESET threads")
    ((processors,),) = own.execute("SELECT current_setting('threads')").fetchall()
    own.execute(f"SET threads = {max(1, processors // settings.web_workers)}")
