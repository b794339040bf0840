"""An end to queries of a server that does not answer. PostgreSQL's client has no limit for that."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer


@contextmanager
def hanging_up(line: int, seconds: float) -> Iterator[None]:
    """Close a connection, by its file descriptor, if the block takes longer."""
    with socket.fromfd(line, socket.AF_INET, socket.SOCK_STREAM) as known:
        timer = Timer(seconds, known.shutdown, [socket.SHUT_RDWR])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
