"""Connections to a database that wait for their next use."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T", bound=Any)


class Pool(Generic[T]):
    """The connections of one process. Each serves one thread at a time.

    So there are at most as many as threads that need one at once. `usable` tells whether a
    connection that has waited may be used.
    """

    def __init__(self, connect: Callable[[], T], usable: Callable[[T], bool]) -> None:
        """Make a pool. It connects at first use."""
        self.connect, self.usable = connect, usable
        self.idle: list[T] = []
        if sys.platform != "win32":  # where no process is forked
            os.register_at_fork(after_in_child=self.leave)

    @contextmanager
    def connection(self) -> Iterator[T]:
        """Lend a connection. After an error in the block, all that wait are closed with it."""
        connection = self.take()
        try:
            yield connection
        except BaseException:
            connection.close()
            self.close()  # the server may have been restarted
            raise
        self.idle.append(connection)

    def take(self) -> T:
        """Return a connection that has waited, or a new one."""
        with suppress(IndexError):
            connection = self.idle.pop()
            if self.usable(connection):
                return connection
            connection.close()
            self.close()
        return self.connect()

    def close(self) -> None:
        """Close the connections that wait."""
        with suppress(IndexError):
            while True:
                self.idle.pop().close()

    def leave(self) -> None:
        """Leave the connections, still open, to the process from which this one was forked."""
        self.left, self.idle = self.idle, []
