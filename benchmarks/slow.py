"""How long `/health` takes while visitors are slow, without and with a front server."""

import math
import re
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.support.fronts import FRONTS, SLOW, front, slow_visitors
from tests.support.projects import Variant, render, served

from .report import Table, start

VISITORS = (16, 64)
PATIENCE = 5
"""Seconds after which there is no answer."""


def measure(small: bool = False) -> Table:
    """Ask a default app, by way of each front server, while visitors of each kind are slow."""
    fronts = ("nginx",) if small else ("", *FRONTS)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = render(folder, Variant())
        for kind in fronts:
            for slow in ("heads",) if small else SLOW:
                counts = VISITORS[:1] if small else VISITORS
                cells = (_with_visitors(project, folder, kind, slow, count) for count in counts)
                rows.append((kind or "nothing", slow, *cells))
    columns = ("In front", "Slow", *(f"{count} visitors" for count in VISITORS[: len(counts)]))
    note = (
        f"The longest of three answers. A dash: no answer in {PATIENCE} seconds. *Heads* and "
        "*bodies* send a byte a second. *Readers* ask for large scripts and take nothing of them."
    )
    return Table("Slow visitors", columns, tuple(rows), note)


def _with_visitors(project: Path, folder: Path, kind: str, slow: str, count: int) -> str:
    env = {"APP_TRUSTED_PROXIES": "1"}
    with served(project, log=folder / "log", env=env) as app:
        assert app.port is not None
        page = urllib.request.urlopen(app.url).read().decode()
        script = re.findall(r'src="(/_dash-component-suites/dash_m[^"]+)"', page)[0]
        if not kind:
            with slow_visitors(app.port, slow, count, script):
                return _worst(app.port)
        with front(kind, project, app.port, folder / f"{kind}{count}{slow}") as one:
            assert one.port is not None
            with slow_visitors(one.port, slow, count, script):
                return _worst(one.port)


def _worst(port: int) -> str:
    """Return the longest of three answers, as the table has it."""
    longest = max(_ask(port) for _ in range(3))
    return "–" if math.isinf(longest) else f"{longest * 1000:.0f} ms"  # noqa: RUF001


def _ask(port: int) -> float:
    """Return how long an answer takes, in seconds; infinite where there is none."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    begin = time.perf_counter()
    try:
        opener.open(f"http://127.0.0.1:{port}/health", timeout=PATIENCE).close()
    except OSError:
        return math.inf
    return time.perf_counter() - begin


if __name__ == "__main__":
    start(measure)
