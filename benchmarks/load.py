"""Requests per second of a generated app beside a hand-written minimal one, for an equal callback.

Both are served by gunicorn with two processes of four threads and an access log. wrk asks them in
turns, in short rounds, so that whatever else the machine does falls on both. Both start several
times, because a process that has its memory in other places is a few percent slower or quicker.
"""

import json
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.support.process import Process, free_port, running
from tests.support.projects import Variant, environment, render

from .minimal import BODY, SERVE, write
from .report import Plot, Table, median, need, start

STARTS, ROUNDS, SECONDS = 5, 6, 1.0
SCRIPT = f"""
wrk.method = "POST"
wrk.path = "/_dash-update-component"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{json.dumps(BODY)}]]
"""


class Round(NamedTuple):
    """What wrk tells: requests per second, and the latencies in milliseconds; and the servers' CPU.

    On a machine that does something else, too, the CPU that a request takes (in milliseconds, of
    all the app's processes) says more than the rate.
    """

    rate: float
    cpu: float
    median: float
    p99: float


def measure(small: bool = False) -> Table:
    """Let wrk ask the generated app and the minimal app in turns."""
    wrk = need("wrk", "wrk")
    count = 1 if small else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "post.lua"
        script.write_text(SCRIPT)
        apps = {
            "generated": render(folder, Variant(storage="memory", background="none")),
            "minimal": write(folder / "minimal"),
        }
        rounds: dict[str, list[Round]] = {app: [] for app in apps}
        for _ in range(1 if small else STARTS):
            with ExitStack() as stack:
                served = {}
                for app, project in apps.items():
                    port = free_port()
                    command = [sys.executable, *SERVE, "-b", f"127.0.0.1:{port}", "app:server"]
                    log, env = folder / f"{app}.log", environment(port)
                    served[app] = stack.enter_context(
                        running(command, log=log, cwd=project, env=env, port=port, health="/")
                    )
                    load(served[app], wrk, script, 1)
                for _ in range(count):
                    for app, process in served.items():
                        rounds[app].append(load(process, wrk, script, SECONDS))
    rows = []
    for app, every in rounds.items():
        rate, cpu, middle, p99 = map(median, zip(*every, strict=True))
        cells = (f"{rate:.0f}", f"{middle:.1f} ms", f"{p99:.1f} ms", f"{cpu:.3f} ms")
        rows.append((app, *cells))
    pairs = [*zip(rounds["generated"], rounds["minimal"], strict=True)]
    rate = median(one.rate / other.rate for one, other in pairs)
    cpu = median(other.cpu / one.cpu for one, other in pairs)
    rows.append((f"ratio, median of {len(pairs)}", f"{rate:.2f}", "", "", f"{cpu:.2f}"))
    columns = ("App", "Requests/s", "Median", "99 %", "CPU a request")
    note = "One callback: storage `memory`, background `none`. A ratio of 1 means equally fast."
    return Table("Load", columns, tuple(rows), note, Plot((("requests a second", 1),)))


def load(process: Process, wrk: str, script: Path, seconds: float) -> Round:
    """Let eight connections ask as fast as they get answers."""
    command = [wrk, "-t1", "-c8", f"-d{seconds:g}s", "--latency", f"-s{script}", process.url]
    before = cpu_seconds(process)
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = cpu_seconds(process) - before
    assert "Non-2xx" not in text, text

    def find(pattern: str) -> str:
        found = re.search(pattern, text)
        assert found, text
        return found[1]

    return Round(
        float(find(r"Requests/sec: +([\d.]+)")),
        1000 * used / int(find(r"(\d+) requests in")),
        milliseconds(find(r"50% +(\S+)")),
        milliseconds(find(r"99% +(\S+)")),
    )


def milliseconds(text: str) -> float:
    """Return a duration as wrk writes it, in milliseconds."""
    found = re.fullmatch(r"([\d.]+)(us|ms|s)", text)
    assert found, text
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def cpu_seconds(process: Process) -> float:
    """Return the CPU time that a server and its workers have had."""
    main = psutil.Process(process.pid)
    times = [one.cpu_times() for one in (main, *main.children(recursive=True))]
    return sum(time.user + time.system for time in times)


if __name__ == "__main__":
    start(measure)
