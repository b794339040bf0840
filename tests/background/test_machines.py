"""More than one machine: two web servers and two workers that share a Redis and nothing else."""

import shutil
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.proxy import round_robin
from tests.support.servers import redis_server

from .pages import RECORD_PROGRESS
from .stack import Stack, Visitor, render_app, together


def test_reports_work_behind_alternating_requests(tmp_path: Path, browser: Browser) -> None:
    with ExitStack() as exits:
        redis = exits.enter_context(redis_server(password="geheim"))
        machines = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            machines.append(Stack("celery", render_app(folder, "celery"), folder, redis))
            machines[-1].worker = exits.enter_context(machines[-1].working())
            machines[-1].web = exits.enter_context(machines[-1].serving())
        ports = [machine.web.port for machine in machines]
        url = f"http://127.0.0.1:{exits.enter_context(round_robin([p for p in ports if p]))}"

        page = browser.new_page()
        page.goto(f"{url}/reports")
        page.wait_for_selector("#reports-run")
        page.wait_for_load_state("networkidle")
        page.evaluate(RECORD_PROGRESS)
        page.click("#reports-run")
        page.wait_for_selector("#reports-result table", timeout=15_000)
        page.wait_for_selector("#reports-run:enabled")
        seen = page.evaluate("window.progress")
        assert seen.pop() == 0
        assert seen == sorted(seen)
        assert len(seen) >= 4

        results = together(24, lambda _: Visitor(url).fault("echo", 0.2))
        assert Counter(map(type, results)) == {str: 24}, results
        assert len(set(results)) == 24
        shares = [len(machine.runs()) for machine in machines]
        assert sum(shares) == 24
        assert min(shares) > 4, "both workers have done their part"

        # One machine is taken away in mid-job: it answers what it has begun to, so that the page
        # never notices. (At a crash it would: such a request is lost.)
        page.click("#reports-run")
        page.wait_for_selector("#reports-run:disabled")
        machines[0].web.stop(grace=30)
        page.wait_for_selector("#reports-run:enabled", timeout=15_000)
        assert page.locator("[role=alert]").count() == 0
        page.context.close()

        for machine in machines:
            assert "geheim" not in machine.web_log.read_text() + machine.worker_log.read_text()
            shutil.rmtree(machine.project)
