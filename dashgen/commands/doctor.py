"""``dashgen doctor``: whether this machine and a project are complete."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashgen import system
from dashgen.commands import config
from dashgen.errors import DashgenError, GitFailedError, NotAProjectError
from dashgen.project import environment, git
from dashgen.project import record as records
from dashgen.project.record import ANSWERS_FILE
from dashgen.releases import installed, sources
from dashgen.template.answers import Stated, resolve
from dashgen.template.choices import ChoiceFacts, Setting, registry, settings

OLDEST_PYTHON = (3, 11)
SHORTEST_KEY = 16
START = "run 'uv run python app.py' and read its output"
# Run by the project's own Python, because only that has the drivers of its servers.
ASK_READINESS = """
import json
from app import app

path = app.config.requests_pathname_prefix + "ready"
print(json.dumps(app.server.test_client().get(path).get_json()))
"""


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """The result of a check.

    Args:
        subject: The subject, in a word or two.
        verdict: Whether that is as it should be.
        message: The fact.
        advice: The way out, or empty if there is nothing to do.
    """

    subject: str
    verdict: Verdict
    message: str
    advice: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """All findings. ``project`` is None if only the machine was checked."""

    project: Path | None
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing failed."""
        return all(finding.verdict is not Verdict.FAILED for finding in self.findings)


def doctor(path: Path | None = None) -> Diagnosis:
    """Look at this machine, and at a project.

    Args:
        path: The project's folder. Default: the current folder, if that is a project.

    Raises:
        NotAProjectError: The folder that was named is no project.
    """
    folder = path or Path()
    if (folder / ANSWERS_FILE).is_file():
        project = folder.resolve()
        return Diagnosis(project, (*_machine(), *_project(project)))
    if path:
        raise NotAProjectError(path, ANSWERS_FILE)
    return Diagnosis(None, tuple(_machine()))


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
        names = ", ".join(known.name for known in config.show().defaults if known.origin == "you")
        yield Finding("preferences", Verdict.OK, names or "none")
    except DashgenError as error:
        yield Finding("preferences", Verdict.FAILED, error.message, error.hint)


def _git() -> Iterator[Finding]:
    if not git.is_there():
        advice = "install git. Updates need it. Without git, only dashgen new --no-git works"
        yield Finding("git", Verdict.FAILED, "is not on the PATH", advice)
        return
    try:
        found = git.output(None, "version")
        # Git reads the whole configuration first, so that any command fails if it is broken.
        git.output(None, "config", "--list")
    except GitFailedError as error:
        advice = "correct the file that git names, or install git again"
        yield Finding("git", Verdict.FAILED, error.message, advice)
        return
    yield Finding("git", Verdict.OK, found.removeprefix("git version "))
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
    choosing = [question.name for question in template.visible if question.choices]
    try:
        record = records.read(project)
        # Plain Copier records another source of the same template, as do its forks.
        if not (sources.is_own(record.source) or set(choosing) <= set(record.answers)):
            words = f"{project} is of the template {record.source} {record.tag}"
            yield Finding("project", Verdict.OK, f"{words}. Its checks are not dashgen's")
            return
        name = {"name": Stated(project.name, "the folder's name")}
        resolved = resolve(template, record.stated(template), name)
    except DashgenError as error:
        advice = error.hint or "restore the file that dashgen wrote: git log -p -- " + ANSWERS_FILE
        yield Finding("project", Verdict.FAILED, error.message, advice)
        return
    facts = resolved.facts
    choices = {name: str(facts[name]) for name in choosing}
    yield Finding("project", Verdict.OK, f"{project} ({', '.join(map(' '.join, choices.items()))})")
    yield from _compared(project)
    yield _packages(project)
    written: dict[str, str] = {}
    file = project / ".env"
    try:
        written = _variables(file) if file.exists() else {}
    except (OSError, UnicodeError):
        advice = "make it a text file in UTF-8 that you can read"
        yield Finding(".env", Verdict.FAILED, f"{file} cannot be read", advice)
    stated = written | {name.upper(): value for name, value in os.environ.items()}
    known = settings(facts, tuple(choices))
    values = {name: stated.get(known[name].variable, known[name].default) for name in known}
    yield from _strays(set(written), facts, choices, known)
    yield from _secrets(values)
    yield _port(values)
    yield from _front(values)
    yield from _addresses(known, values)
    yield from _readiness(project, facts, choices)


def _compared(project: Path) -> Iterator[Finding]:
    """Find open conflicts of an update, and moved folders that the next update must find."""
    # Imported here, because it renders the template.
    from dashgen.commands.status import status

    try:
        found = status(project)
    except DashgenError as error:
        yield Finding("template", Verdict.NOTE, error.message, error.hint)
        return
    for path, advice in found.leftovers:
        words, _, what = advice.partition(": ")
        yield Finding("update", Verdict.FAILED, f"{path} {words}", what)
    for old, new in found.renamed.items():
        if old.endswith("/"):
            advice = "commit the renaming first. Then dashgen update follows it"
            yield Finding("renamed", Verdict.NOTE, f"{old} is {new} here", advice)


def _variables(file: Path) -> dict[str, str]:
    """Return the variables of a `.env` file, with a byte-order mark or without.

    Raises:
        UnicodeError: It is in another encoding. The app refuses it, too.
    """
    text = file.read_text(encoding="utf-8-sig")
    if "\0" in text:
        raise UnicodeError
    found = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or name.startswith("#"):
            continue
        value = value.strip()
        if value[:1] in {"'", '"'} and value[:1] in value[1:]:
            value = value[1 : value.index(value[0], 1)]
        else:
            value = re.split(r"\s+#", value)[0]
        found[name.strip().upper()] = value
    return found


def _packages(project: Path) -> Finding:
    if environment.is_broken(project):
        words = ".venv has no Python that is there, perhaps since an upgrade of Python"
        return Finding("environment", Verdict.FAILED, words, "remove .venv, then run uv sync")
    try:
        wrong, needed = environment.lacking(project), environment.needed(project)
    except environment.UNREADABLE as error:
        words = f"pyproject.toml cannot be read: {error}"
        return Finding("environment", Verdict.FAILED, words, "mend pyproject.toml")
    if wrong is None:
        return Finding("environment", Verdict.NOTE, "there is no .venv yet", "uv sync")
    if wrong:
        words = f".venv lacks {', '.join(wrong)}, or has another version"
        return Finding("environment", Verdict.FAILED, words, "uv sync")
    return Finding("environment", Verdict.OK, f".venv has all {len(needed)} dependencies")


def _strays(
    names: set[str],
    facts: Mapping[str, Any],
    choices: Mapping[str, str],
    known: Mapping[str, Setting],
) -> Iterator[Finding]:
    """Find settings in `.env` of choices that the project does not have."""
    for question in choices:
        for choice, entry in registry(facts, question).items():
            for setting in entry.settings:
                if setting.name in known or setting.variable not in names:
                    continue
                names.discard(setting.variable)
                words = (
                    f"{setting.variable} is for {question} {choice}, "
                    f"but this project has {choices[question]}"
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
        words = "is not set. The app makes one in instance/, for this machine"
        yield Finding("APP_SECRET_KEY", Verdict.OK, words)
    else:
        yield Finding("APP_SECRET_KEY", Verdict.OK, f"is set ({len(key)} characters)")
    if production and settings.get("debug", "").lower() in {"1", "true", "yes", "on", "t", "y"}:
        words = "is on, and APP_ENVIRONMENT is production"
        yield Finding("APP_DEBUG", Verdict.FAILED, words, "set APP_DEBUG=false")


def _port(settings: Mapping[str, str]) -> Finding:
    host, stated = settings.get("host", "127.0.0.1"), settings.get("port", "8050")
    subject = f"port {stated}"
    if not system.is_port(stated):
        return Finding("PORT", Verdict.FAILED, f"{stated!r} is no port", "set PORT=8050")
    try:
        system.free_port(host, int(stated))
    except OSError as error:
        words = f"is not available at {host} ({system.reason(error)})"
        advice = "stop the program that uses it, or set PORT to another port"
        return Finding(subject, Verdict.FAILED, words, advice)
    return Finding(subject, Verdict.OK, f"is free at {host}")


def _addresses(known: Mapping[str, Setting], values: Mapping[str, str]) -> Iterator[Finding]:
    """Find addresses of another kind of server than the one that was chosen."""
    for name, setting in known.items():
        if "://" not in setting.default:
            continue
        kind, advice = _kind(setting.default), f"set it as in {setting.default}"
        try:
            stated = _kind(values[name])
        except ValueError:
            yield Finding(setting.variable, Verdict.FAILED, "is not a URL", advice)
            continue
        if stated != kind:
            words = f"{stated or 'it'} is not the address of {kind}, which was chosen"
            yield Finding(setting.variable, Verdict.FAILED, words, advice)


def _kind(url: str) -> str:
    """Return the kind of server of a URL, for any driver or encryption."""
    return urlsplit(url).scheme.partition("+")[0].replace("rediss", "redis")


def _front(values: Mapping[str, str]) -> Iterator[Finding]:
    """Remind of the front server, without which a few slow visitors stop an app for all."""
    if values.get("environment") == "production" and values.get("trusted_proxies") == "0":
        words = "APP_TRUSTED_PROXIES is 0, and APP_ENVIRONMENT is production"
        yield Finding("front server", Verdict.NOTE, words, "put one before the app, see deploy/")


def _readiness(
    project: Path, facts: Mapping[str, Any], choices: Mapping[str, str]
) -> Iterator[Finding]:
    """Ask the app itself, in its own environment, whether its servers are ready."""
    python = environment.python(project)
    if python is None:
        return
    try:
        done = environment.run(python, project, ASK_READINESS)
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Finding("app", Verdict.FAILED, f"gives no answer ({type(error).__name__})", START)
        return
    if done.fault:
        yield Finding("app", Verdict.FAILED, f"does not start: {done.fault}", START)
        return
    try:
        state: dict[str, str] = dict(json.loads(done.output.splitlines()[-1]))
    except (ValueError, LookupError, TypeError):
        advice = "compare it with the template: dashgen diff"
        yield Finding("app", Verdict.NOTE, "does not answer at /ready as the template's", advice)
        return
    for part, answer in state.items():
        if answer == "ok":
            yield Finding(part, Verdict.OK, "is ready")
            continue
        # The app tells visitors no more. Its log has the kind of the error.
        reason = next((line for line in reversed(done.said) if f"Not ready: {part}" in line), "")
        shown = reason.partition(f"Not ready: {part}")[2].strip(" ()")
        server = registry(facts, part).get(choices.get(part, ""), ChoiceFacts()).server
        start = (
            f"start its server ({system.in_turn(server.command)})" if server else "see README.md"
        )
        words = f"is not ready{f' ({shown})' if shown else ''}"
        yield Finding(part, Verdict.FAILED, words, f"{start}, or mend its settings")
