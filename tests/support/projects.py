"""Rendered projects for tests: a variant, its folder, and a server that serves it."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dashgen.commands.new import new
from dashgen.releases import installed

from .process import Process, free_port, running

AXES = ("storage", "background", "layout", "callbacks")


def choices(axis: str) -> list[str]:
    """Return the choices of an axis, the default first, as the question file has them."""
    question = next(
        question for question in installed.own_template().questions if question.name == axis
    )
    default = str(question.default)
    return [default, *(value for value in question.values if value != default)]


@cache
def options() -> tuple[str, ...]:
    """Return the names of the yes/no questions."""
    return tuple(
        question.name
        for question in installed.own_template().questions
        if question.visible and question.type == "bool"
    )


@dataclass(frozen=True)
class Variant:
    """One choice on each axis; what is not stated is the default."""

    storage: str = ""
    background: str = ""
    layout: str = ""
    callbacks: str = ""
    without: frozenset[str] = frozenset()
    """The yes/no questions that are answered with no."""

    machines: int = 1
    """How many web servers and workers take turns; they share what the choices let them share."""

    def answers(self) -> dict[str, str]:
        """Return the choice of every axis."""
        return {axis: getattr(self, axis) or choices(axis)[0] for axis in AXES}

    def options(self) -> dict[str, bool]:
        """Return the answer to every yes/no question."""
        return {option: option not in self.without for option in options()}

    def __str__(self) -> str:
        """Return the variant's name, as test ids show it; the yes/no questions are left out."""
        name = "-".join(self.answers().values())
        return name if self.machines == 1 else f"{name}-{self.machines}-machines"


def vary(*axes: str) -> list[Variant]:
    """Return the default variant, and one for each other choice of each of the axes."""
    answers: list[dict[str, Any]] = [{axis: c} for axis in axes for c in choices(axis)[1:]]
    return [Variant(), *(Variant(**answer) for answer in answers)]


# Seconds that the samples of slow work take in tests.
DELAYS = {"profile": 1.0, "reports": 3.0}


def render(
    folder: Path,
    variant: Variant,
    delays: Mapping[str, float] = DELAYS,
    pages: Sequence[Mapping[str, Any]] | None = None,
) -> Path:
    """Render `variant` as the project `myapp` in `folder`, and return its path."""
    answers: dict[str, Any] = {**variant.answers(), **variant.options()}
    if pages is not None:
        answers["pages"] = [*pages]
        delays = {}
    project = new(str(folder / "myapp"), answers=answers, defaults=True, use_git=False).path
    for page, seconds in delays.items():
        set_delay(project, page, seconds)
    return project


def set_delay(project: Path, page: str, seconds: float) -> None:
    """Let the sample of slow work of a page take as long."""
    (file,) = project.glob(f"*/pages/{page}/page.py")
    text, changes = re.subn(r"(?m)^SECONDS = \S+", f"SECONDS = {seconds:.1f}", file.read_text())
    assert changes == 1
    file.write_text(text)


# What an app looks like that has outgrown one machine.
GROWN = Variant(storage="redis", background="celery", machines=2)


# Requests reach a real server late and out of order; this makes a local one do the same.
JITTER = '''
"""The app behind a network: each callback waits for up to 50 ms first."""

import random
import time

from app import app, server
from myapp.settings import settings

answer = server.wsgi_app


def late(environ, start_response):
    if environ["REQUEST_METHOD"] == "POST":
        time.sleep(random.uniform(0, 0.05))
    return answer(environ, start_response)


server.wsgi_app = late

if __name__ == "__main__":
    app.run(host=settings.host, port=settings.port)
'''


def environment(port: int, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment of a served project; nothing of the test run's own leaks."""
    names = ("PATH", "HOME", "LANG", "TMPDIR", "MYPY_CACHE_DIR")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {
        "PORT": str(port),
        "APP_SECRET_KEY": "only-for-tests",
        **(extra or {}),
    }


def run(project: Path, *words: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run Python with words in a project; return its exit code and what it has printed."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with running(
            [sys.executable, *words],
            log=log,
            cwd=project,
            env=environment(free_port(), env),
            # Pytest warns of what it cannot rewrite any more.
            warm="pytest" not in words,
        ) as process:
            return process.wait(300), log.read_text(encoding="utf-8")


@contextmanager
def served(
    project: Path,
    *,
    log: Path,
    server: str = "gunicorn",
    jitter: bool = False,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    warm: bool = True,
) -> Iterator[Process]:
    """Serve a project: by gunicorn with 2 processes of 4 threads, or by `python app.py`."""
    port = port or free_port()
    module = "app"
    if jitter:
        module = "jitter"
        (project / "jitter.py").write_text(JITTER)
    gunicorn = "-m gunicorn -w 2 --threads 4 --no-control-socket"
    command = {
        "gunicorn": f"{gunicorn} -b 127.0.0.1:{port} {module}:server",
        "dev": f"{module}.py",
    }[server].split()
    with running(
        [sys.executable, *command],
        log=log,
        cwd=project,
        env=environment(port, env),
        port=port,
        warm=warm,
    ) as process:
        yield process
