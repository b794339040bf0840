"""A circuit breaker: a server that is slow, hangs or is away holds up few of the app's threads."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import ClassVar

from ..settings import settings

PLACES = max(1, settings.web_threads - 1)  # one thread is left for pages that need no server
PATIENCE = 0.6  # seconds without any answer, after which nobody else waits


class BusyError(Exception):
    """All who may wait for a server do, and none of them has got an answer lately."""


class Breaker:
    """Who waits for a server, and whether it is down. All threads of the process share it.

    While it is down, one caller at a time finds out whether it is back. So recovery needs no timer.
    """

    _changed = Condition()
    _all: ClassVar[list["Breaker"]] = []

    def __init__(self, places: int = PLACES) -> None:
        """Let `places` threads wait for the server, but all servers together hold `PLACES`."""
        self._places, self._waiting, self._moved, self._down = places, 0, 0.0, False
        self._all.append(self)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take a place while the block asks the server.

        Raises:
            BusyError: There is no place, and there was no answer for `PATIENCE` seconds.
        """
        with self._changed:
            while crowd := self._crowd():
                left = max(one._moved for one in crowd) + PATIENCE - time.monotonic()
                if left <= 0:
                    raise BusyError
                self._changed.wait(left)
            self._move(1)
        try:
            yield
        finally:
            with self._changed:
                self._move(-1)

    def turns(self, down: bool) -> bool:
        """Note whether the server is down, and return whether that is new."""
        with self._changed:
            before, self._down = self._down, down
        return before != down

    def _crowd(self) -> list["Breaker"]:
        """Return the servers whose callers hold all the places, or nothing if there is a place."""
        if self._waiting >= (1 if self._down else self._places):
            return [self]
        return self._all if sum(one._waiting for one in self._all) >= PLACES else []

    def _move(self, step: int) -> None:
        self._waiting += step
        self._moved = time.monotonic()
        self._changed.notify_all()
