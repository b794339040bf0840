"""A project's own environment, its `.venv`: its missing packages, and a start of the app."""

import os
import subprocess
import tomllib
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from dashgen import system

START_SECONDS = 60.0
# The first requests of a visitor's browser: the page, and the layout in it.
FIRST_PAGE = """
from app import app

client = app.server.test_client()
for path in ("", "_dash-layout"):
    answer = client.get(app.config.requests_pathname_prefix + path)
    if answer.status_code >= 400:
        raise SystemExit(f"/{path} answers {answer.status}")
"""
UNREADABLE = (OSError, ValueError, KeyError, TypeError, InvalidRequirement)


class Run(NamedTuple):
    """How a run of some code ended."""

    output: str
    said: list[str]
    """The lines on standard error."""
    fault: str
    """The failure, in a line. Empty after a success."""


def python(project: Path) -> Path | None:
    """Return the project's own Python, if it has an environment."""
    return program(project, "python")


def program(project: Path, name: str) -> Path | None:
    """Return a program of the project's own environment."""
    places = (project / ".venv/bin" / name, project / ".venv/Scripts" / f"{name}.exe")
    return next((path for path in places if path.exists()), None)


def is_broken(project: Path) -> bool:
    """Say whether there is a `.venv` that is no environment, such as after its Python has gone."""
    return os.path.lexists(project / ".venv") and python(project) is None


def needed(project: Path) -> list[Requirement]:
    """Return the requirements of `pyproject.toml`.

    Raises:
        OSError, ValueError, KeyError, TypeError, InvalidRequirement: See ``UNREADABLE``.
    """
    content = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return [Requirement(words) for words in content["project"]["dependencies"]]


def lacking(project: Path) -> list[str] | None:
    """Return missing packages and those of another version, or None without an environment.

    Raises:
        OSError, ValueError, KeyError, TypeError, InvalidRequirement: See ``needed``.
    """
    places = (".venv/lib/python*/site-packages", ".venv/Lib/site-packages")
    folder = next((path for place in places for path in project.glob(place)), None)
    if folder is None:
        return None
    installed = {}
    for path in folder.glob("*.dist-info"):
        name, _, release = path.name.removesuffix(".dist-info").rpartition("-")
        installed[canonicalize_name(name)] = release
    return [
        requirement.name
        for requirement in needed(project)
        if (requirement.marker is None or requirement.marker.evaluate())
        and (
            (name := canonicalize_name(requirement.name)) not in installed
            or not requirement.specifier.contains(installed[name], prereleases=True)
        )
    ]


def fault(project: Path) -> str:
    """Start the app in the project's environment and ask for its first page.

    Returns:
        The failure, in a line. It is empty after a success, or if there is no environment.

    Raises:
        TimeoutError: The app gives no answer in time.
    """
    own = python(project)
    if own is None:
        return ""
    try:
        return run(own, project, FIRST_PAGE).fault
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"it gave no answer within {START_SECONDS:.0f} seconds") from None
    except OSError as error:
        return f"{own} does not run ({system.reason(error)})"


def run(own: Path, project: Path, code: str) -> Run:
    """Run code in a project, by the project's own Python.

    Raises:
        OSError: This Python does not run.
        subprocess.TimeoutExpired: The code does not end in time.
    """
    done = subprocess.run(
        [own, "-c", code],
        cwd=project,
        # A try leaves nothing in a project.
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=START_SECONDS,
        check=False,
    )
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    last = said[-1] if said else f"exit code {done.returncode}"
    return Run(done.stdout, said, last if done.returncode else "")
