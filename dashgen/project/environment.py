"""A project's own environment, its `.venv`: what it lacks, and whether the app starts in it."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

START_SECONDS = 60.0
# What a visitor's browser asks for first: the page, and the layout in it.
FIRST_PAGE = """
from app import app

client = app.server.test_client()
for path in ("", "_dash-layout"):
    answer = client.get(app.config.requests_pathname_prefix + path)
    if answer.status_code >= 400:
        raise SystemExit(f"/{path} answers {answer.status}")
"""
UNREADABLE = (OSError, ValueError, KeyError, InvalidRequirement)


def python(project: Path) -> Path | None:
    """Return the project's own Python, if it has an environment."""
    places = (project / ".venv/bin/python", project / ".venv/Scripts/python.exe")
    return next((path for path in places if path.exists()), None)


def needed(project: Path) -> list[Requirement]:
    """Return what `pyproject.toml` asks for.

    Raises:
        OSError, ValueError, KeyError, InvalidRequirement: It cannot be read, see ``UNREADABLE``.
    """
    content = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return [Requirement(words) for words in content["project"]["dependencies"]]


def lacking(project: Path) -> list[str] | None:
    """Return what the environment lacks or has in another version; None if there is none.

    Raises:
        OSError, ValueError, KeyError, InvalidRequirement: See ``needed``.
    """
    folder = next(project.glob(".venv/lib/python*/site-packages"), None)
    if folder is None:
        return None
    installed = {}
    for path in folder.glob("*.dist-info"):
        name, _, release = path.name.removesuffix(".dist-info").rpartition("-")
        installed[_normal(name)] = release
    return [
        requirement.name
        for requirement in needed(project)
        if (requirement.marker is None or requirement.marker.evaluate())
        and not requirement.specifier.contains(
            installed.get(_normal(requirement.name), "0.dev0"), prereleases=None
        )
    ]


def fault(project: Path) -> str:
    """Start the app in the project's environment and ask for its first page.

    Returns:
        What went wrong, in a line; empty if nothing did, or if there is no environment.

    Raises:
        TimeoutError: It gives no answer in time.
    """
    own = python(project)
    if own is None:
        return ""
    try:
        done = subprocess.run(
            [own, "-c", FIRST_PAGE],
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
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"it gave no answer within {START_SECONDS:.0f} seconds") from None
    except OSError as error:
        return f"{own} does not run ({(error.strerror or str(error)).lower()})"
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return (said[-1] if said else f"exit code {done.returncode}") if done.returncode else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
