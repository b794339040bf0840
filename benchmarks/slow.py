"""How long `/health` takes while visitors are slow, without and with a front server.

    python -m benchmarks.slow

A default app, two processes of four threads. A dash stands for no answer in five seconds.
"""

import math
import re
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.support.fronts import FRONTS, SLOW, front, slow_visitors
from tests.support.projects import Variant, render, served

VISITORS = (16, 64)


def ask(port: int) -> float:
    """Return how long an answer takes, in seconds; infinite where there is none."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    begin = time.perf_counter()
    try:
        opener.open(f"http://127.0.0.1:{port}/health", timeout=5).close()
    except OSError:
        return math.inf
    return time.perf_counter() - begin


def worst(port: int) -> str:
    """Return the longest of three, as the table has it."""
    seconds = max(ask(port) for _ in range(3))
    return "–" if math.isinf(seconds) else f"{seconds * 1000:.0f} ms"  # noqa: RUF001


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = render(folder, Variant())
        print("| In front | Slow | " + " | ".join(f"{count} visitors" for count in VISITORS) + " |")
        print("|---|---|" + "---|" * len(VISITORS))
        for kind in ("", *FRONTS):
            for slow in SLOW:
                cells = []
                for count in VISITORS:
                    with served(
                        project, log=folder / "log", env={"APP_TRUSTED_PROXIES": "1"}
                    ) as app:
                        assert app.port is not None
                        page = urllib.request.urlopen(app.url).read().decode()
                        script = re.findall(r'src="(/_dash-component-suites/dash_m[^"]+)"', page)[0]
                        if not kind:
                            with slow_visitors(app.port, slow, count, script):
                                cells.append(worst(app.port))
                            continue
                        with front(kind, project, app.port, folder / f"{kind}{count}{slow}") as one:
                            assert one.port is not None
                            with slow_visitors(one.port, slow, count, script):
                                cells.append(worst(one.port))
                print(f"| {kind or 'nothing'} | {slow} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
