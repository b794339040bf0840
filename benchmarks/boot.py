"""How soon an app shows its first page, and how much memory it has, beside a minimal app.

Both run under gunicorn with two processes of four threads, in turns.
"""

import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.support.process import Process, free_port, running
from tests.support.projects import Variant, environment, render

from .minimal import SERVE, write
from .report import Plot, Table, median, seconds, start

# What the pages of the demo import. No app that uses these packages starts without them.
IMPORTS = "import dash_ag_grid, dash_mantine_components, pandas, plotly.express\n"
ROUNDS = 7
REQUESTS = 40
"""How often each path is asked before the memory is taken: both processes have worked by then."""


class Boot(NamedTuple):
    """Seconds until the first page, and megabytes of all processes; shared pages count once."""

    seconds: float
    megabytes: float


def measure(small: bool = False) -> Table:
    """Start the generated app, with its demo and without, and the minimal app in turns."""
    rounds = 1 if small else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apps = {
            "generated": render(folder, Variant()),
            "generated, `celery`": render(_folder(folder / "celery"), Variant(background="celery")),
            "generated, without pages": render(_folder(folder / "empty"), Variant(), pages=[]),
            "minimal, with the demo's packages": write(folder / "heavy", IMPORTS),
            "minimal": write(folder / "minimal"),
        }
        for project in apps.values():  # the first start compiles modules
            boot(project, folder / "log")
        found: dict[str, list[Boot]] = {app: [] for app in apps}
        for _ in range(rounds):
            for app, project in apps.items():
                found[app].append(boot(project, folder / "log"))
    base = found["minimal"]
    rows = []
    for app, boots in found.items():
        rows.append(
            (
                app,
                seconds(median(one.seconds for one in boots)),
                f"{_ratio(boots, base, 0):.1f}",
                f"{median(one.megabytes for one in boots):.0f} MB",
                f"{_ratio(boots, base, 1):.1f}",
            )
        )
    columns = ("App", "First page after", "Ratio", "Memory", "Ratio")
    note = "Two processes of four threads. *Memory* is the proportional set size of all processes."
    plot = Plot((("first page after", 1),))
    return Table("Start and memory of an app", columns, tuple(rows), note, plot)


def boot(project: Path, log: Path) -> Boot:
    """Start an app, ask for some pages, and end it."""
    port = free_port()
    command = [sys.executable, *SERVE, "-b", f"127.0.0.1:{port}", "app:server"]
    begin = time.perf_counter()
    env = environment(port)
    with running(command, log=log, cwd=project, env=env, port=port, health="/") as process:
        ready = time.perf_counter() - begin
        for path in ("", "_dash-layout", "_dash-dependencies") * REQUESTS:
            urllib.request.urlopen(f"{process.url}/{path}").read()
        return Boot(ready, memory(process))


def memory(process: Process) -> float:
    """Return the megabytes of a server's processes. What they share counts once, in parts."""
    main = psutil.Process(process.pid)
    total = 0
    for one in (main, *main.children(recursive=True)):
        try:
            total += one.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


def _ratio(boots: list[Boot], base: list[Boot], figure: int) -> float:
    return median(one[figure] / other[figure] for one, other in zip(boots, base, strict=True))


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


if __name__ == "__main__":
    start(measure)
