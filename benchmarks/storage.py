"""How long a callback waits for each storage, and how much the browser holds, by record size."""

import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.storage.apps import Visitor
from tests.storage.conftest import Shop
from tests.support.projects import choices

from .report import Plot, Table, median, seconds, size, start

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
ROUNDS = 9
LIMIT = "50000000"


def measure(small: bool = False) -> Table:
    """Write a record to each storage and read it again, from a process of a generated app."""
    sizes, rounds = (SIZES[:1], 1) if small else (SIZES, ROUNDS)
    rows = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        shop = Shop(Path(name), stack)
        for storage in choices("storage"):
            if small and storage not in {"sqlite", "memory"}:
                continue
            app = shop.start(storage, APP_STORAGE_LIMIT=LIMIT)
            for count in sizes:
                visitor = Visitor(app)
                written, read = [], []
                for number in range(rounds):
                    field = {"field": f"{number}" * count}
                    begin = time.perf_counter()
                    visitor.update(field)
                    written.append(time.perf_counter() - begin)
                    begin = time.perf_counter()
                    assert visitor.load() == field
                    read.append(time.perf_counter() - begin)
                held = len(json.dumps(visitor.data))
                cells = (seconds(median(written)), seconds(median(read)), size(held))
                rows.append((f"`{storage}`", size(count), *cells))
    columns = ("Storage", "Record", "Write", "Read", "The browser holds")
    note = "From a process beside the app and back. The servers are on the same machine."
    plot = Plot((("write", 2),), over=1)
    return Table("A round trip to each storage", columns, tuple(rows), note, plot)


if __name__ == "__main__":
    start(measure)
