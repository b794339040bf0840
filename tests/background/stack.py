"""An app under test with all that it runs on, and a client that speaks Dash's protocol."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

from tests.support.process import Process, free_port, running, wait_for_line
from tests.support.projects import set_delay
from tests.support.rendering import render_at
from tests.support.servers import Server, redis_server

ROOT = Path(__file__).parents[2]
PAGE = Path(__file__).with_name("faults_page.py")
REPORT_SECONDS = 3.0
MEASURE = "population"


def render_app(folder: Path, background: str) -> Path:
    """Render a project with the page of faults."""
    project = folder / "sample_app"
    render_at(ROOT, project, {"background": background})
    pages = project / "sample_app" / "pages"
    (pages / "faults.py").write_text(PAGE.read_text())
    set_delay(project, "reports", REPORT_SECONDS)
    return project


def wait_until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Return what `condition` returns once that is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not taken leave of does not."""
    try:
        return state_of(pid) not in "ZX"
    except OSError:
        return False


def state_of(pid: int) -> str:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return stat.rpartition(")")[2].split()[0]


def family(pid: int) -> dict[int, str]:
    """All that `pid` has started, and what that has started, with their states."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            parents[int(folder.name)] = (int(parent), state)
    found: dict[int, str] = {}
    new = {pid}
    while new:
        new = {child for child, (parent, _) in parents.items() if parent in new} - set(found)
        found |= {child: parents[child][1] for child in new}
    return found


class Stack:
    """One project, its web server, and for Celery its Redis and its workers."""

    def __init__(self, manager: str, project: Path, folder: Path, redis: Server | None) -> None:
        self.manager = manager
        self.project = project
        self.folder = folder
        self.redis = redis
        self.faults = folder / "faults"
        self.faults.mkdir(exist_ok=True)
        self.env = dict(os.environ) | {
            "APP_SECRET_KEY": "only-for-tests",
            # So that one visitor's share is full before the first jobs have ended.
            "APP_BACKGROUND_QUEUE": "30",
            "FAULTS": str(self.faults),
            "PYTHONUNBUFFERED": "1",
        }
        if redis is not None:
            self.env |= {
                "APP_CELERY_BROKER_URL": redis.url,
                "APP_CELERY_RESULT_BACKEND": redis.url.removesuffix("/0") + "/1",
            }
        if manager == "spawned":
            self.env["JOBS_ARE_SPAWNED"] = "1"
        self.web_log = folder / "web.log"
        self.worker_log = folder / "worker.log"
        self.web: Process
        self.worker: Process | None = None

    @property
    def job_log(self) -> Path:
        return self.worker_log if self.manager == "celery" else self.web_log

    @contextmanager
    def serving(self, *options: str, port: int | None = None) -> Iterator[Process]:
        """Run gunicorn 2x4 while the block runs."""
        port = port or free_port()
        command = [sys.executable, "-m", "gunicorn", "-w", "2", "--threads", "4"]
        command += ["--no-control-socket", "-b", f"127.0.0.1:{port}", *options, "app:server"]
        with running(
            command, log=self.web_log, cwd=self.project, env=self.env, port=port, warm=True
        ) as process:
            yield process

    @contextmanager
    def working(self, log: Path | None = None) -> Iterator[Process]:
        """Run a worker with two processes while the block runs."""
        log = log or self.worker_log
        log.write_text("")
        command = [sys.executable, "-m", "celery", "-A", "worker", "worker", "-c", "2"]
        ready = wait_for_line(" ready.")
        with running(
            command, log=log, cwd=self.project, env=self.env, ready=ready, warm=True
        ) as process:
            yield process

    def runs(self) -> dict[str, int]:
        """The runs of the page of faults so far, and their processes."""
        return {
            file.stem: int(text)
            for file in self.faults.glob("*.pid")
            if (text := file.read_text())  # it may be there and not yet written
        }

    def ended(self, token: str) -> bool:
        return (self.faults / f"{token}.end").exists()

    def new_run(self, before: Mapping[str, int], seconds: float = 15) -> tuple[str, int]:
        """Wait for a run that was not there before."""
        new = wait_until(lambda: self.runs().keys() - before.keys(), seconds, "a job begins")
        token = new.pop()
        return token, self.runs()[token]


@contextmanager
def stack(
    manager: str, folder: Path, *, password: str | None = None, **settings: str
) -> Iterator[Stack]:
    """Render, and run all that the manager needs."""
    with ExitStack() as exits:
        redis = None
        if manager == "celery":
            redis = exits.enter_context(redis_server(password=password))
        chosen = "diskcache" if manager == "spawned" else manager
        app = Stack(manager, render_app(folder, chosen), folder, redis)
        app.env |= settings
        if manager == "celery":
            app.worker = exits.enter_context(app.working())
        app.web = exits.enter_context(app.serving())
        yield app


class Visitor:
    """A browser without a screen: one session, one page load."""

    def __init__(self, url: str) -> None:
        self.url = url
        # As browsers do for this machine, cookies for HTTPS are sent without it, too.
        cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        self.open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(cookies)
        ).open
        page = self.get("/reports")
        found = re.search(r'<script id="_dash-config"[^>]*>(.*?)</script>', page, re.DOTALL)
        assert found is not None, page[:500]
        self.end_id = json.loads(found[1])["end_id"]
        self.callbacks = {one["output"]: one for one in json.loads(self.get("/_dash-dependencies"))}

    def get(self, path: str) -> str:
        request = urllib.request.Request(self.url + path, headers={"Accept": "text/html"})
        with self.open(request, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, output: str, values: Mapping[str, Any], query: str = "") -> dict[str, Any]:
        """Call a callback once. An answer without content is an empty one."""
        spec = self.callbacks[output]
        name, _, prop = output.rpartition(".")

        def fill(kind: str) -> list[dict[str, Any]]:
            return [
                {**one, "value": values.get(f"{one['id']}.{one['property']}")} for one in spec[kind]
            ]

        inputs = fill("inputs")
        body = {
            "output": output,
            "outputs": {"id": name, "property": prop},
            "inputs": inputs,
            "state": fill("state"),
            "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
            "parsedChangedPropsIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        }
        request = urllib.request.Request(
            f"{self.url}/_dash-update-component?endId={self.end_id}{query}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with self.open(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def job(self, output: str, values: Mapping[str, Any], seconds: float = 60) -> Any:
        """Run a job to its end as a page does, and return what its output gets."""
        answer = self.post(output, values)
        end = time.monotonic() + seconds
        if "cacheKey" in answer:
            query = f"&cacheKey={answer['cacheKey']}&job={answer['job']}"
            while "response" not in (answer := self.post(output, values, query)):
                if not answer:
                    return None
                assert time.monotonic() < end, "the job goes on for ever"
                time.sleep(0.25)
        name, _, prop = output.rpartition(".")
        return answer["response"].get(name, {}).get(prop)

    def report(self, seconds: float = 60) -> Any:
        values = {"reports-asked-store.data": 1, "reports-measure.value": MEASURE}
        return self.job("reports-table-store.data", values, seconds)

    def fault(self, kind: str, length: float, seconds: float = 60) -> Any:
        values = {
            "fault-run.n_clicks": 1,
            "fault-kind-store.data": {"kind": kind, "seconds": length},
        }
        return self.job("fault-result.children", values, seconds)

    def quick(self) -> float:
        """The time that an ordinary callback takes, in seconds."""
        start = time.perf_counter()
        answer = self.post("quick-out.children", {"quick-in.value": "a"})
        taken = time.perf_counter() - start
        assert answer["response"] == {"quick-out": {"children": "a!"}}
        return taken


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Do something in `count` threads that begin at the same moment; return what they return."""
    results: list[Any] = [None] * count
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = act(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def quick_answers(app: Stack, kind: str) -> tuple[list[float], list[float]]:
    """Return the seconds that ordinary callbacks take: while nothing runs, while two jobs run.

    Args:
        app: What serves the page of faults.
        kind: What the jobs do: `long` for waiting, `burn` for computing.
    """
    visitor = Visitor(app.web.url)
    before = app.runs()
    [visitor.quick() for _ in range(10)]
    idle = [visitor.quick() for _ in range(60)]
    busy: list[float] = []

    def work(number: int) -> None:
        if number < 2:
            Visitor(app.web.url).fault(kind, 4)
            return
        wait_until(lambda: len(app.runs()) == len(before) + 2, 10, "two jobs begin")
        jobs = app.runs().keys() - before.keys()
        while not any(map(app.ended, jobs)):
            busy.append(visitor.quick())
            time.sleep(0.02)
        busy.pop()  # the jobs ended before its answer

    results = together(3, work)
    assert results == [None] * 3, results
    return idle, busy
