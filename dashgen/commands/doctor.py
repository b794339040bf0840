"""``dashgen doctor``: whether this machine and a project have what they need."""

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashgen import preferences
from dashgen.errors import DashgenError, NotAProjectError
from dashgen.project import git
from dashgen.project import record as records
from dashgen.project.record import ANSWERS_FILE
from dashgen.releases import installed
from dashgen.template.answers import Answers, Stated, resolve

OLDEST_PYTHON = (3, 11)
SHORTEST_KEY = 16
READY_SECONDS = 60.0
FACTS = "_facts"
REGISTRY = "_registry"
# Run by the project's own Python, because only that has the drivers of its servers.
ASK_READINESS = """
import json
from app import app

path = app.config.requests_pathname_prefix + "ready"
print(json.dumps(app.server.test_client().get(path).get_json()))
"""


class Verdict(Enum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Args:
        subject: What was looked at, in a word or two.
        verdict: Whether that is as it should be.
        message: What it is.
        advice: What to do about it; empty if there is nothing to do.
    """

    subject: str
    verdict: Verdict
    message: str
    advice: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """All findings; ``project`` is None where only the machine was looked at."""

    project: Path | None
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing failed."""
        return all(finding.verdict is not Verdict.FAILED for finding in self.findings)


def doctor(path: Path | None = None) -> Diagnosis:
    """Look at this machine, and at a project.

    Args:
        path: The project's folder; the current one where left out, if that is a project.

    Raises:
        NotAProjectError: The folder that was named is no project.
    """
    project: Path | None = path or Path()
    if project and not (project / ANSWERS_FILE).is_file():
        if path:
            raise NotAProjectError(path, ANSWERS_FILE)
        project = None
    findings = list(_machine())
    if project:
        project = project.resolve()
        findings += _project(project)
    return Diagnosis(project, tuple(findings))


def _machine() -> Iterator[Finding]:
    found = platform.python_version()
    if sys.version_info >= OLDEST_PYTHON:
        yield Finding("Python", Verdict.OK, f"{found} at {sys.executable}")
    else:
        yield Finding("Python", Verdict.FAILED, found, "install Python 3.11 or newer")
    yield Finding("dashgen", Verdict.OK, f"{installed.version()}, template in {installed.origin()}")
    yield from _git()
    yield _uv()
    try:
        names = ", ".join(preferences.read())
        yield Finding("preferences", Verdict.OK, names or "none")
    except DashgenError as error:
        yield Finding("preferences", Verdict.FAILED, error.message, error.hint)


def _git() -> Iterator[Finding]:
    if shutil.which("git") is None:
        advice = "install git, or make projects with --no-git; updates need it"
        yield Finding("git", Verdict.FAILED, "is not on the PATH", advice)
        return
    done = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False)
    yield Finding("git", Verdict.OK, done.stdout.strip().removeprefix("git version "))
    name, email = git.configured("user.name"), git.configured("user.email")
    if name and email:
        yield Finding("git identity", Verdict.OK, f"{name} <{email}>")
    else:
        advice = 'git config --global user.name "…"; git config --global user.email "…"'
        yield Finding("git identity", Verdict.NOTE, "is not set", advice)


def _uv() -> Finding:
    import uv

    try:
        found = uv.find_uv_bin()
        done = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return Finding("uv", Verdict.FAILED, "does not run", "reinstall dashgen, which brings uv")
    words = done.stdout.split()
    if shutil.which("uv") is None:
        advice = f"put {Path(found).parent} on the PATH, or install uv for yourself"
        return Finding("uv", Verdict.NOTE, f"{words[1]} is not on the PATH", advice)
    return Finding("uv", Verdict.OK, words[1])


def _project(project: Path) -> Iterator[Finding]:
    template = installed.own_template()
    try:
        name = {"name": Stated(project.name, "the folder's name")}
        resolved = resolve(template, records.read(project).stated(template), name)
    except DashgenError as error:
        advice = error.hint or "put back what dashgen wrote: git log -p -- " + ANSWERS_FILE
        yield Finding("project", Verdict.FAILED, error.message, advice)
        return
    known, answers = resolved.facts, resolved.answers
    chosen = [f"{name} {answers[name]}" for name in answers if f"{name}{FACTS}" in known]
    yield Finding("project", Verdict.OK, f"{project} ({', '.join(chosen)})")
    yield _packages(project)
    stated, problem = _stated(project)
    if problem:
        yield problem
    settings = {
        setting["name"]: str(stated.get(_variable(setting), setting["default"]))
        for setting in _settings(known)
    }
    yield from _strays(project, known, answers, settings)
    yield from _secrets(settings)
    yield _port(settings)
    yield from _addresses(known, settings)
    yield from _readiness(project, known)


def _settings(known: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every setting of the app, from the facts that its settings file is rendered from."""
    for name, value in known.items():
        if name.endswith("_settings") and isinstance(value, list):
            yield from value
        elif name.endswith(FACTS):
            yield from value.get("settings", ())


def _variable(setting: Mapping[str, Any]) -> str:
    """Return the variable that a setting is read from."""
    return str(setting.get("variable", f"APP_{setting['name'].upper()}"))


def _stated(project: Path) -> tuple[dict[str, str], Finding | None]:
    """Return what `.env` and the environment say; the environment goes first."""
    stated: dict[str, str] = {}
    problem = None
    file = project / ".env"
    if file.exists():
        try:
            stated = dict(_lines(file.read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError):
            advice = "make it a text file that you can read"
            problem = Finding(".env", Verdict.FAILED, f"{file} cannot be read", advice)
    return stated | {name.upper(): value for name, value in os.environ.items()}, problem


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or name.startswith("#"):
            continue
        value = value.strip()
        if value[:1] in {"'", '"'} and value[:1] in value[1:]:
            value = value[1 : value.index(value[0], 1)]
        else:
            value = re.split(r"\s+#", value)[0]
        yield name.strip().upper(), value


def _packages(project: Path) -> Finding:
    from packaging.requirements import InvalidRequirement, Requirement

    folder = next(project.glob(".venv/lib/python*/site-packages"), None)
    if folder is None:
        return Finding("environment", Verdict.NOTE, "there is no .venv yet", "uv sync")
    try:
        content = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
        needed = [Requirement(words) for words in content["project"]["dependencies"]]
    except (OSError, ValueError, KeyError, InvalidRequirement) as error:
        words = f"pyproject.toml cannot be read: {error}"
        return Finding("environment", Verdict.FAILED, words, "mend pyproject.toml")
    installed = {}
    for path in folder.glob("*.dist-info"):
        name, _, release = path.name.removesuffix(".dist-info").rpartition("-")
        installed[_normal(name)] = release
    wrong = [
        requirement.name
        for requirement in needed
        if (requirement.marker is None or requirement.marker.evaluate())
        and not requirement.specifier.contains(
            installed.get(_normal(requirement.name), "0.dev0"), prereleases=None
        )
    ]
    if wrong:
        words = f".venv lacks {', '.join(wrong)}, or has another version"
        return Finding("environment", Verdict.FAILED, words, "uv sync")
    return Finding("environment", Verdict.OK, f".venv has all {len(needed)} dependencies")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _strays(
    project: Path, known: Mapping[str, Any], answers: Answers, settings: Mapping[str, str]
) -> Iterator[Finding]:
    """Find what `.env` still says about choices that the project does not have."""
    file = project / ".env"
    try:
        names = {name for name, _ in _lines(file.read_text(encoding="utf-8-sig"))}
    except (OSError, UnicodeDecodeError):
        return
    for registry, choices in known.items():
        if not registry.endswith(REGISTRY):
            continue
        question = registry.removesuffix(REGISTRY)
        for choice, entry in choices.items():
            for setting in entry.get("settings", ()):
                variable = _variable(setting)
                if setting["name"] not in settings and variable in names:
                    names.discard(variable)
                    words = (
                        f"{variable} is for {question} {choice}; "
                        f"this project has {answers.get(question)}"
                    )
                    yield Finding(".env", Verdict.NOTE, words, "remove that line from .env")


def _secrets(settings: Mapping[str, str]) -> Iterator[Finding]:
    production = settings.get("environment") == "production"
    key = settings.get("secret_key", "")
    make = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if production and len(key) < SHORTEST_KEY:
        words = "is missing or short, and APP_ENVIRONMENT is production"
        yield Finding("APP_SECRET_KEY", Verdict.FAILED, words, f"set it to the output of {make}")
    elif not key:
        words = "is not set; one is made in instance/, for this machine"
        yield Finding("APP_SECRET_KEY", Verdict.OK, words)
    else:
        yield Finding("APP_SECRET_KEY", Verdict.OK, f"is set ({len(key)} characters)")
    if production and settings.get("debug", "").lower() in {"1", "true", "yes", "on", "t", "y"}:
        words = "is on, and APP_ENVIRONMENT is production"
        yield Finding("APP_DEBUG", Verdict.FAILED, words, "set APP_DEBUG=false")


def _port(settings: Mapping[str, str]) -> Finding:
    host, stated = settings.get("host", "127.0.0.1"), settings.get("port", "8050")
    subject = f"port {stated}"
    if not stated.isdecimal() or not 0 < int(stated) < 65536:
        return Finding("PORT", Verdict.FAILED, f"{stated!r} is no port", "set PORT=8050")
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            # As a server does; without it a port counts as taken for a minute after its last use.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, int(stated)))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        advice = "stop what serves there, or set PORT to another"
        return Finding(subject, Verdict.FAILED, f"cannot be had at {host} ({reason})", advice)
    return Finding(subject, Verdict.OK, f"is free at {host}")


def _addresses(known: Mapping[str, Any], settings: Mapping[str, str]) -> Iterator[Finding]:
    """Find addresses of another kind of server than the one that was chosen."""
    for setting in _settings(known):
        name, usual = setting["name"], str(setting["default"])
        if "://" not in usual:
            continue
        try:
            stated = _kind(settings[name])
        except ValueError:
            yield Finding(
                _variable(setting), Verdict.FAILED, "is not a URL", f"set it as in {usual}"
            )
            continue
        if stated != _kind(usual):
            words = f"{stated or 'it'} is not the address of {_kind(usual)}, which was chosen"
            yield Finding(_variable(setting), Verdict.FAILED, words, f"set it as in {usual}")


def _kind(url: str) -> str:
    """Return the kind of server that a URL means, whatever driver or encryption it names."""
    return urlsplit(url).scheme.partition("+")[0].replace("rediss", "redis")


def _readiness(project: Path, known: Mapping[str, Any]) -> Iterator[Finding]:
    """Ask the app itself, in its own environment, whether what it depends on is there."""
    python = next((path for path in _pythons(project) if path.exists()), None)
    if python is None:
        return
    try:
        done = subprocess.run(
            [python, "-c", ASK_READINESS],
            cwd=project,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=READY_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        words = f"gives no answer ({type(error).__name__})"
        yield Finding(
            "app", Verdict.FAILED, words, "run 'uv run python app.py' and read what it says"
        )
        return
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if done.returncode:
        words = f"does not start: {said[-1] if said else f'exit code {done.returncode}'}"
        yield Finding(
            "app", Verdict.FAILED, words, "run 'uv run python app.py' and read what it says"
        )
        return
    state: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    for part, answer in state.items():
        if answer == "ok":
            yield Finding(part, Verdict.OK, "is ready")
            continue
        reason = next((line for line in reversed(said) if f"Not ready: {part}" in line), "")
        shown = reason.partition(f"Not ready: {part}")[2].strip(" ()")
        words = f"is not ready{f' ({shown})' if shown else ''}"
        yield Finding(part, Verdict.FAILED, words, _start(part, known))


def _pythons(project: Path) -> Iterator[Path]:
    yield project / ".venv/bin/python"
    yield project / ".venv/Scripts/python.exe"


def _start(part: str, known: Mapping[str, Any]) -> str:
    """Return what to do so that a part of the app becomes ready."""
    command = _command(known.get(f"{part}{FACTS}", {}).get("server"), known)
    start = f"start its server ({command})" if command else "see README.md"
    return f"{start}, or mend its settings"


def _command(server: Any, known: Mapping[str, Any]) -> str:
    """Return what starts a server that a choice describes, or that it names like another one."""
    if isinstance(server, dict):
        return str(server["command"])
    for key, value in known.items():
        if key.endswith(REGISTRY) and isinstance(value.get(server, {}).get("server"), dict):
            return str(value[server]["server"]["command"])
    return ""
