"""The project's checks: ``pip install 'nox[uv]' && nox``."""

import ctypes.util
import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv|virtualenv"

PROJECT = nox.project.load_toml("pyproject.toml")
DOCS = nox.project.dependency_groups(PROJECT, "docs")
LINT = nox.project.dependency_groups(PROJECT, "lint")
QUICK = nox.project.dependency_groups(PROJECT, "quick")
TEST = nox.project.dependency_groups(PROJECT, "test")
# More than there are processors: much of it is waiting for browsers, servers and time-outs.
PROCESSES = ("-n", str(min(8, 3 * (os.cpu_count() or 1))))
NOT_FULL = ("-m", "not full")

# Hundreds of processes are started, so that compiled modules pay, whatever the shell has set. And
# uv, which the tests call for projects of their own, must not work on this environment.
ENVIRONMENT: dict[str, str | None] = {
    "PYTHONDONTWRITEBYTECODE": "",
    "UV_PROJECT_ENVIRONMENT": None,
}

FIND_PLAYWRIGHT_CHROMIUM = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


@nox.session
def lint(session: nox.Session) -> None:
    """Format and lint."""
    session.install(*LINT)
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Type-check, and see that imports go one way."""
    session.install("-e", ".", "nox", *TEST)
    session.run("mypy")
    for platform in ("win32", "darwin"):
        session.run("mypy", "--platform", platform, "dashgen")
    session.run("lint-imports", "--no-cache")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests but those of `full`; arguments go to pytest, and choose among all tests."""
    _run_pytest(session, *(session.posargs or NOT_FULL))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site of the documentation, without a warning."""
    session.install("-e", ".", *DOCS)
    command = ("mkdocs", "build", "--strict", *session.posargs)
    session.run(*command, env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session(default=False)
def dist(session: nox.Session) -> None:
    """Build what is released into dist/, check it, and install it into an empty environment."""
    shutil.rmtree("dist", ignore_errors=True)
    session.install("build", *(word for word in TEST if word.startswith("twine")))
    session.run("python", "-m", "build", silent=True)
    built = sorted(map(str, Path("dist").iterdir()))
    session.run("twine", "check", "--strict", *built)
    (wheel,) = (name for name in built if name.endswith(".whl"))
    session.run("python", "-m", "venv", "--clear", "dist/.venv")
    session.run("dist/.venv/bin/pip", "install", "--quiet", wheel, external=True)
    session.run("dist/.venv/bin/dashgen", "new", "dist/.app", "--defaults", external=True)
    for folder in ("dist/.venv", "dist/.app"):
        shutil.rmtree(folder)


@nox.session(default=False)
def full(session: nox.Session) -> None:
    """Run what `nox` leaves out: every pair of choices in a browser, faults, releases."""
    _run_pytest(session, "-m", "full", *session.posargs)


@nox.session(default=False)
def quick(session: nox.Session) -> None:
    """Run the tests of the command line and of updates that need neither a browser nor a server."""
    session.install("-e", ".", *QUICK)
    paths = ("tests/cli", "tests/updates")
    session.run("pytest", *PROCESSES, "-m", "quick", *paths, *session.posargs, env=ENVIRONMENT)


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """Render and boot every variant; `-k redis` or `--variant NAME` narrows it."""
    _run_pytest(session, "tests/matrix", *session.posargs)


@nox.session(default=False)
def contract(session: nox.Session) -> None:
    """Drive every variant that runs in a browser through all of the contract."""
    _run_pytest(session, "tests/browser", "--whole-contract", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Run the benchmarks, or those that are named, and write them to docs/benchmarks.md."""
    session.install("-e", ".", *TEST)
    _provide(session)
    session.run("python", "-m", "benchmarks", *session.posargs, env=ENVIRONMENT)


def _run_pytest(session: nox.Session, *arguments: str) -> None:
    session.install("-e", ".", *TEST)
    _provide(session)
    session.run("pytest", *PROCESSES, "-rfER", *arguments, env=ENVIRONMENT)


def _provide(session: nox.Session) -> None:
    """Install what is not a package of Python."""
    _provide_browser(session)
    _provide_library(session, "curl", "libcurl4")
    for program, package in {"nginx": "nginx-light", "wrk": "wrk"}.items():
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            _apt_install(session, package)


def _provide_browser(session: nox.Session) -> None:
    if shutil.which("chromium-headless-shell"):  # it needs a third less of the processor
        return
    if _apt_install(session, "chromium", "chromium-headless-shell", "fonts-dejavu-core"):
        return
    if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        return
    path = session.run("python", "-c", FIND_PLAYWRIGHT_CHROMIUM, silent=True)
    if not Path(str(path).strip()).exists():
        session.run("playwright", "install", "chromium")


def _provide_library(session: nox.Session, name: str, package: str) -> None:
    if ctypes.util.find_library(name) is None:
        _apt_install(session, package)


def _apt_install(session: nox.Session, *packages: str) -> bool:
    """Install Debian packages where this is possible without a password; tell whether it was."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ("install", "-y", "--no-install-recommends", *packages)
    try:
        session.run("apt-get", "update", external=True, env=quiet)
        session.run("apt-get", *install, external=True, env=quiet)
    except nox.command.CommandFailed:
        return False
    return True
