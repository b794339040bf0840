"""Answers of queries that are kept, and questions that nobody waits for any more.

A visitor who changes a filter again no longer needs the answers to the filters before. Each page in
a browser numbers its questions. The highest number lies in a file that all processes map. A query
of a lower number does not start.
"""

import mmap
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar
from zlib import crc32

import pandas as pd
from dash.exceptions import PreventUpdate

from .settings import ROOT, make_folder

FOLDER = ROOT / "instance" / "datasets"
FILE = FOLDER / "turns"
SLOTS = 4096
NUMBERS = 2**32
CELL = 80  # bytes that a value of an answer takes, about

Answer = TypeVar("Answer")
Turn = Mapping[str, Any]
current: ContextVar[tuple[int, int] | None] = ContextVar("current", default=None)


class Superseded(PreventUpdate):
    """A later question of the same page has replaced this one."""


class Answers:
    """The latest answers, up to a number of bytes. Equal questions at once are asked once.

    Args:
        most: How many bytes are kept.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0
        self.kept: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self.asked: dict[str, threading.Lock] = {}
        self.lock = threading.Lock()

    def get(self, question: str, ask: Callable[[], Answer]) -> Answer:
        """Return the answer that is kept, or else ask for it."""
        with self.lock:
            asking = self.asked.setdefault(question, threading.Lock())
        try:
            with asking:
                with self.lock:
                    if question in self.kept:
                        self.kept.move_to_end(question)
                        found: Answer = self.kept[question][0]
                        return found
                new = ask()
                self.keep(question, new)
                return new
        finally:
            with self.lock:
                self.asked.pop(question, None)

    def keep(self, question: str, new: Any) -> None:
        """Keep an answer, and forget the oldest ones where there are too many."""
        with self.lock:
            _, replaced = self.kept.pop(question, (None, 0))
            self.kept[question] = new, weight(new)
            self.bytes += weight(new) - replaced
            while self.bytes > self.most:
                self.bytes -= self.kept.popitem(last=False)[1][1]


def weight(answer: Any) -> int:
    """Return about how many bytes an answer takes."""
    if isinstance(answer, pd.DataFrame):
        return int(answer.memory_usage().sum())
    rows = len(answer) if isinstance(answer, list | dict) else 1
    return CELL * 4 * (rows + 1)


@cache
def slots() -> memoryview:
    """Return the numbers that all processes share, 64 bits each, which are written at once."""
    make_folder(FOLDER)
    with FILE.open("a+b") as file:
        file.truncate(8 * SLOTS)
        return memoryview(mmap.mmap(file.fileno(), 8 * SLOTS)).cast("Q")


@contextmanager
def turn(given: Turn | None) -> Iterator[None]:
    """Let the queries within belong to a question that a later one of its page ends.

    Args:
        given: The page in a browser, as `by`, and the number of its question.
    """
    if not given:
        yield
        return
    by, number = crc32(given["by"].encode()), int(given["number"]) % NUMBERS
    place = by % SLOTS
    before = slots()[place]
    # Two pages that share a slot do not end each other's questions.
    if before // NUMBERS != by or before % NUMBERS < number:
        slots()[place] = by * NUMBERS + number
    token = current.set((by, number))
    try:
        check()
        yield
    finally:
        current.reset(token)


def check() -> None:
    """Raise Superseded where the question of this thread is not the latest of its page."""
    if (own := current.get()) is None:
        return
    by, number = divmod(slots()[own[0] % SLOTS], NUMBERS)
    if by == own[0] and number > own[1]:
        raise Superseded
