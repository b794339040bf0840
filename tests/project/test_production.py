"""A generated app as it is served to people: behind a TLS proxy, below a prefix, in Chromium."""

import gzip
import json
import re
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
import trustme
from playwright.sync_api import Browser

from tests.support.browser import Tab
from tests.support.pages import follow
from tests.support.projects import Variant, render, served
from tests.support.proxy import round_robin
from tests.support.services import Services, worker

PREFIX = "/team/app/"
PRODUCTION = {
    "APP_ENVIRONMENT": "production",
    "APP_SECRET_KEY": "a-key-for-tests-that-is-long-enough",
    "APP_PATH_PREFIX": PREFIX,
    "APP_TRUSTED_PROXIES": "1",
    "APP_LOG_FORMAT": "json",
}
FIRST_LOAD_LIMIT = 570_000  # bytes, compressed by gzip

# Together they hold every layout but one, each kind of storage and every manager. The proxies of
# two leave the prefix in the path, that of the third strips it.
VARIANTS = [
    (Variant(), ""),
    (Variant(storage="redis", background="celery", layout="tabs", callbacks="split"), PREFIX),
    (Variant(storage="local", background="none", layout="single", callbacks="clientside"), ""),
]

NOTE_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@dataclass(frozen=True)
class Answer:
    """What came through the proxy."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """An app behind its proxy, and what was logged."""

    variant: Variant
    port: int
    logs: list[Path]
    trust: ssl.SSLContext = field(repr=False)

    @property
    def url(self) -> str:
        """The address of its first page, without the last slash."""
        return f"https://localhost:{self.port}{PREFIX.rstrip('/')}"

    def get(self, path: str) -> Answer:
        """Ask for a path below the prefix, as a browser that understands gzip."""
        connection = HTTPSConnection("localhost", self.port, context=self.trust, timeout=30)
        try:
            headers = {"Accept-Encoding": "gzip", "Accept": "text/html,*/*"}
            connection.request("GET", PREFIX + path, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def logged(self, word: str) -> list[dict[str, str]]:
        """Return the lines of the logs whose message holds a word."""
        lines = [line for log in self.logs if log.exists() for line in log.read_text().splitlines()]
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if word in entry["message"]]


@pytest.fixture(scope="module", params=VARIANTS, ids=lambda param: str(param[0]))
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, services: Services
) -> Iterator[Site]:
    """Serve a variant in production, behind a proxy that speaks HTTPS."""
    variant, strip = request.param
    folder = tmp_path_factory.mktemp("production")
    project = render(folder, variant, {"profile": 0, "reports": 0.5})
    env = {**PRODUCTION, **services.env(variant)}
    logs = [folder / "web.log", folder / "worker.log"]
    authority = trustme.CA()
    tls, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(tls)
    authority.configure_trust(trust)
    with ExitStack() as stack:
        stack.enter_context(worker(project, env, logs[1]))
        process = stack.enter_context(served(project, log=logs[0], env=env, warm=False))
        port = int(process.url.rpartition(":")[2])
        port = stack.enter_context(round_robin([port], tls=tls, strip=strip))
        yield Site(variant, port, logs, trust)


def test_every_page_works_and_keeps_the_content_security_policy(
    site: Site, browser: Browser
) -> None:
    context = browser.new_context(accept_downloads=True)
    context.add_init_script(NOTE_VIOLATIONS)
    tab = Tab(context, site.url)
    tab.go("/")

    follow(tab, "profile")
    tab.page.click("#profile-load")
    tab.until(lambda: "Lovelace" in tab.text("#profile-record"))
    tab.page.click("#profile-info")
    tab.until(lambda: "days" in tab.text("#profile-record"))

    follow(tab, "explore")
    # A row that has not got its data yet takes no clicks.
    tab.page.locator(".ag-row", has_text="Afghanistan").first.click()
    tab.until(lambda: "Life expectancy" in tab.text("#explore-detail"))
    tab.choose("#explore-color", "Teal")
    with tab.page.expect_download() as download:
        tab.page.click("#explore-export")
    assert download.value.suggested_filename == "countries.csv"

    tab.page.click("#shell-theme-toggle")
    follow(tab, "reports")
    tab.page.click("#reports-run")
    tab.page.wait_for_selector("#reports-result .js-plotly-plot .bars", timeout=20_000)
    tab.settle()

    assert tab.page.evaluate("violations") == []
    assert tab.errors == []
    for cookie in context.cookies():
        assert (cookie["path"], cookie["httpOnly"], cookie["secure"]) == (PREFIX, True, True)
    assert bool(context.cookies()) == (site.variant.answers()["storage"] != "local")
    context.close()
    if site.variant.answers()["background"] != "none":
        (job,) = tab.until(lambda: site.logged("Job: pages.reports.page.run_report took"))
        asked = {entry["request_id"] for entry in site.logged('"POST ')}
        assert job["request_id"] in asked


def test_the_policy_allows_no_script_but_the_apps_own(site: Site) -> None:
    policy = site.get("").headers["Content-Security-Policy"]
    directives: dict[str, Any] = {
        name: sources.split() for name, _, sources in (d.partition(" ") for d in policy.split("; "))
    }
    own, *hashes = directives["script-src"]
    assert own == "'self'"
    assert hashes
    assert all(source.startswith("'sha256-") for source in hashes)
    assert directives["object-src"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'self'"], "an own report stands in a frame"


@pytest.mark.parametrize("path", ["", "_dash-layout", "health", "no-such-page"])
def test_every_answer_has_the_headers(site: Site, path: str) -> None:
    headers = site.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    if headers["Content-Type"].startswith("text/html"):
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Request-ID"]


def test_first_load_is_light_and_its_scripts_are_kept_for_a_year(site: Site) -> None:
    index = site.get("")
    page = gzip.decompress(index.body).decode()
    files = re.findall(rf'(?:src|href)="{PREFIX}([^"]*(?:\.js|\.css)[^"]*)"', page)
    assert len(files) > 8
    answers = {file: site.get(file) for file in files}
    for file, answer in answers.items():
        assert answer.status == 200, file
        assert "max-age=31536000" in answer.headers["Cache-Control"], file
    assert index.headers["Cache-Control"] == "no-cache"
    assert not any("ag_grid" in file or "plotly.min" in file for file in files)
    data = [site.get(path) for path in ("_dash-layout", "_dash-dependencies")]
    total = sum(len(answer.body) for answer in [index, *answers.values(), *data])
    assert total < FIRST_LOAD_LIMIT


def test_debug_mode_complains_of_nothing_and_asks_nobody_elsewhere(
    tmp_path: Path, browser: Browser
) -> None:
    project = render(tmp_path, Variant(storage="memory", background="none"))
    debug = {"APP_DEBUG": "true"}
    with served(project, log=tmp_path / "log", server="dev", env=debug, warm=False) as process:
        context = browser.new_context()
        tab = Tab(context, process.url)
        tab.go("/")
        follow(tab, "explore")
        tab.page.wait_for_selector(".ag-row")
        tab.settle()
        assert tab.errors == []
        context.close()
