"""From nothing to the first page: `dashgen new --run` beside `dash-init create` and its first run.

*Cold* means an empty cache of packages. What it downloads comes from the package index, so these
figures hold for one machine and one network.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.process import free_port, running

from .report import ENVIRONMENT, Plot, Table, median, need, seconds, spend, start

ROUNDS = 3
PATIENCE = 300
"""Seconds after which an app counts as not started."""


def measure(small: bool = False) -> Table:
    """Write an app, make its environment and ask for its page, with and without a cache."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        tools: dict[str, Prepare] = {"dashgen": _dashgen}
        if not small:  # it comes from the package index
            tools["dash-init"] = _dash_init(work)
        for title, prepare in tools.items():
            cells = []
            cache = work / f"cache-{title}"
            for state in ("warm",) if small else ("cold", "warm"):
                took = []
                for _ in range(1 if small else ROUNDS):
                    if state == "cold":
                        shutil.rmtree(cache, ignore_errors=True)
                    env = (
                        dict(ENVIRONMENT) if small else {**ENVIRONMENT, "UV_CACHE_DIR": str(cache)}
                    )
                    took.append(_first_page(work, prepare, env))
                cells.append(seconds(median(took)))
            rows.append((f"`{title}`", *cells))
    columns = ("Tool", "Warm") if small else ("Tool", "Cold", "Warm")
    note = "*Cold*: an empty cache of packages. Both use uv, and end with an answer to `GET /`."
    plot = Plot(tuple((name.lower(), place) for place, name in enumerate(columns[1:], 1)))
    return Table("From nothing to the first page", columns, tuple(rows), note, plot)


Prepare = Callable[[Path, int, Mapping[str, str]], tuple[list[str], Path]]
"""Does what comes before the app runs; returns the command that serves it, and its folder."""


def _first_page(work: Path, prepare: Prepare, env: Mapping[str, str]) -> float:
    port = free_port()
    own = {**env, "PORT": str(port)}
    with tempfile.TemporaryDirectory(dir=work) as name:
        begin = time.perf_counter()
        command, folder = prepare(Path(name), port, own)
        log = Path(name, "output.txt")
        with running(
            command, log=log, cwd=folder, env=own, port=port, health="/", timeout=PATIENCE
        ):
            return time.perf_counter() - begin


def _dashgen(folder: Path, _port: int, _env: Mapping[str, str]) -> tuple[list[str], Path]:
    words = ["-m", "dashgen", "new", "shop", "--defaults", "--run", "--no-git"]
    return [sys.executable, *words], folder


def _dash_init(work: Path) -> Prepare:
    uv = need("uv", "python3-pip, and then: pip install uv")
    tools = work / "dash-init"
    spend([uv, "venv", "--quiet", "--python", sys.executable, tools], work)
    spend([uv, "pip", "install", "--quiet", "--python", tools, "dash-init"], work)

    def prepare(folder: Path, port: int, env: Mapping[str, str]) -> tuple[list[str], Path]:
        create: list[str | Path] = [tools / "bin/dash-init", "create", "shop", "-t", "multipage"]
        subprocess.run(create, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
        project = folder / "shop"
        subprocess.run([uv, "venv", "--quiet"], cwd=project, env=env, check=True)
        known = (
            ("-r", "requirements.txt") if (project / "requirements.txt").exists() else ("-e", ".")
        )
        # Named, because nox's own environment is active.
        into = [uv, "pip", "install", "--quiet", "--python", ".venv"]
        subprocess.run([*into, *known], cwd=project, env=env, check=True)
        words = f"import app; app.app.run(port={port})"
        return [str(project / ".venv/bin/python"), "-c", words], project

    return prepare


if __name__ == "__main__":
    start(measure)
