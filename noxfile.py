"""The project's checks: ``pip install 'nox[uv]' && nox``."""

import ctypes.util
import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv|virtualenv"

PROJECT = nox.project.load_toml("pyproject.toml")
LINT = nox.project.dependency_groups(PROJECT, "lint")
TEST = nox.project.dependency_groups(PROJECT, "test")

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
    """Type-check."""
    session.install("-e", ".", "nox", *TEST)
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests; further arguments go to pytest."""
    _run_pytest(session)


@nox.session(default=False)
def matrix(session: nox.Session) -> None:
    """Render and boot every variant; `-k redis` or `--variant NAME` narrows it."""
    _run_pytest(session, "tests/matrix")


@nox.session(default=False)
def contract(session: nox.Session) -> None:
    """Drive every variant that runs in a browser through all of the contract."""
    _run_pytest(session, "tests/browser", "--whole-contract")


def _run_pytest(session: nox.Session, *arguments: str) -> None:
    session.install("-e", ".", *TEST)
    _provide_browser(session)
    _provide_library(session, "curl", "libcurl4")
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        _apt_install(session, "nginx-light")
    # More than there are processors: much of it is waiting for browsers, servers and time-outs.
    # Hundreds of processes are started, so that compiled modules pay, whatever the shell has set.
    # And uv, which the tests call for projects of their own, must not work on this environment.
    env: dict[str, str | None] = {"PYTHONDONTWRITEBYTECODE": "", "UV_PROJECT_ENVIRONMENT": None}
    session.run("pytest", "-n", "4", *arguments, *session.posargs, env=env)


def _provide_browser(session: nox.Session) -> None:
    if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        return
    path = session.run("python", "-c", FIND_PLAYWRIGHT_CHROMIUM, silent=True)
    if Path(str(path).strip()).exists():
        return
    if not _apt_install(session, "chromium", "fonts-dejavu-core"):
        session.run("playwright", "install", "chromium")


def _provide_library(session: nox.Session, name: str, package: str) -> None:
    if ctypes.util.find_library(name) is None:
        _apt_install(session, package)


def _apt_install(session: nox.Session, *packages: str) -> bool:
    """Install Debian packages where this is possible without a password."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    session.run("apt-get", "update", external=True, env=quiet)
    session.run(
        "apt-get", "install", "-y", "--no-install-recommends", *packages, external=True, env=quiet
    )
    return True
