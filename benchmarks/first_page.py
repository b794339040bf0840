"""From nothing to the first page: `dashgen new --run` beside `dash-init create` and its first run.

*Cold* means an empty cache of packages. What it downloads comes from the package index, so these
figures hold for one machine and one network.
"""

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from tests.support.process import free_port

from .report import ENVIRONMENT, Plot, Table, median, need, seconds, spend, start

ROUNDS = 3
LOG = "output.txt"
PATIENCE = 300
"""Seconds after which an app counts as not started."""


def measure(small: bool = False) -> Table:
    """Write an app, make its environment and ask for its page, with and without a cache."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        tools: dict[str, Write] = {"dashgen": _dashgen}
        if not small:  # it comes from the package index
            tools["dash-init"] = _dash_init(work)
        for title, write in tools.items():
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
                    took.append(_first_page(work, write, env))
                cells.append(seconds(median(took)))
            rows.append((f"`{title}`", *cells))
    columns = ("Tool", "Warm") if small else ("Tool", "Cold", "Warm")
    note = "*Cold*: an empty cache of packages. Both use uv, and end with an answer to `GET /`."
    plot = Plot(tuple((name.lower(), place) for place, name in enumerate(columns[1:], 1)))
    return Table("From nothing to the first page", columns, tuple(rows), note, plot)


Write = Callable[[Path, int, Mapping[str, str]], "subprocess.Popen[bytes]"]


def _first_page(work: Path, write: Write, env: Mapping[str, str]) -> float:
    port = free_port()
    with tempfile.TemporaryDirectory(dir=work) as folder:
        begin = time.perf_counter()
        process = write(Path(folder), port, {**env, "PORT": str(port)})
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read()
                    return time.perf_counter() - begin
                except OSError as error:
                    if process.poll() is not None or time.perf_counter() - begin > PATIENCE:
                        said = Path(folder, LOG).read_text("utf-8", "replace")
                        raise SystemExit(f"no page at port {port}: {error}\n{said}") from error
                    time.sleep(0.02)
        finally:
            _end(process)


def _dashgen(folder: Path, _port: int, env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "dashgen", "new", "shop", "--defaults", "--run", "--no-git"]
    return _start(command, folder, env, folder)


def _dash_init(work: Path) -> Write:
    uv = need("uv", "python3-pip, and then: pip install uv")
    tools = work / "dash-init"
    spend([uv, "venv", "--quiet", "--python", sys.executable, tools], work)
    spend([uv, "pip", "install", "--quiet", "--python", tools, "dash-init"], work)

    def write(folder: Path, port: int, env: Mapping[str, str]) -> "subprocess.Popen[bytes]":
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
        return _start([str(project / ".venv/bin/python"), "-c", words], project, env, folder)

    return write


def _start(
    command: list[str], folder: Path, env: Mapping[str, str], work: Path
) -> "subprocess.Popen[bytes]":
    with Path(work, LOG).open("wb") as said:
        return subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command and all that it has started."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    process.terminate()  # nothing happens where it has ended
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()


if __name__ == "__main__":
    start(measure)
