"""The servers of `deploy/` stand in front of an app, and slow visitors stop nobody."""

import json
import re
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.fronts import FRONTS, SLOW, caddy, caddy_environment, front, slow_visitors
from tests.support.process import Process
from tests.support.projects import Variant, render, served

VISITORS = 64  # eight for each thread of the app
# In seconds. Visitors that the app waits for hold it for as long as they stay, so that an answer
# never comes; on a busy machine a single one may take its time, but not most of them.
PATIENCE, USUAL = 20, 2
SECRET = "an-example-of-a-secret-key-that-is-long"


@dataclass
class Site:
    """An app and its front server."""

    front: Process
    app: Process
    project: Path

    def get(self, path: str, **headers: str) -> Any:
        """Ask for a path by way of the front server, and wait for PATIENCE at most."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.front.url + path, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE) as answer:
            return answer.headers, answer.read()

    def lines(self) -> list[dict[str, str]]:
        """Return the access log."""
        lines = map(json.loads, self.app.log.read_text().splitlines())
        return [line for line in lines if line["logger"] == "gunicorn.access"]


@pytest.fixture(scope="module", params=FRONTS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Serve a default app in production, behind a server that `deploy/` configures."""
    folder = tmp_path_factory.mktemp(request.param)
    project = render(folder, Variant())
    env = {"APP_TRUSTED_PROXIES": "1", "APP_ENVIRONMENT": "production", "APP_SECRET_KEY": SECRET}
    env["APP_LOG_FORMAT"] = "json"
    with served(project, log=folder / "log", env=env) as app:
        assert app.port is not None
        with front(request.param, project, app.port, folder / "front") as process:
            yield Site(process, app, project)


@pytest.mark.parametrize("kind", SLOW)
def test_slow_visitors_keep_nobody_waiting(site: Site, kind: str) -> None:
    assert site.front.port is not None
    page = site.get("/")[1].decode()
    found = re.search(r'src="(/_dash-component-suites/dash_mantine[^"]+)"', page)
    assert found is not None
    with slow_visitors(site.front.port, kind, VISITORS, found[1]):
        took = []
        for _ in range(5):
            began = time.monotonic()
            assert site.get("/health")[1] == b"OK"
            took.append(time.monotonic() - began)
    assert statistics.median(took) < USUAL, took


def test_the_app_hears_who_the_visitor_is_and_nobody_pretends(site: Site) -> None:
    headers, _ = site.get("/", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
    assert "Strict-Transport-Security" not in headers, "the front server was asked in plain HTTP"
    assert headers["X-Request-ID"]
    assert "203.0.113.9" not in site.app.log.read_text()


def test_the_configurations_are_sound_as_they_are(site: Site, tmp_path: Path) -> None:
    """As in compose, and with a name of one's own. nginx has read its file when it serves."""
    command = caddy(site.project)
    command[1] = "validate"
    for address in (":80", "app.example.org"):
        env = {**caddy_environment(8050, 0, tmp_path), "SITE": address}
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "not formatted" not in done.stderr
        assert "deprecated" not in done.stderr.lower()
