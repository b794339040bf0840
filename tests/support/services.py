"""What the variants of a test run need beside themselves: servers, and a Celery worker."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from dashgen.commands.options import options

from .process import running, wait_for_line
from .projects import Variant, environment
from .servers import Server, mongodb_server, postgresql_server, redis_server

# By the names that the question files have for them.
SERVERS = {"Redis": redis_server, "PostgreSQL": postgresql_server, "MongoDB": mongodb_server}
SERVER_OF = {
    choice.value: choice.server
    for question in options("storage")
    for choice in question.choices
    if choice.server
}
STORAGE_SERVERS = {choice: SERVERS[server] for choice, server in SERVER_OF.items()}


class Services:
    """Servers that several variants use one after the other; each starts at its first use."""

    def __init__(self, stack: ExitStack) -> None:
        """Start servers that end with `stack`."""

        def start(storage: str) -> Server:
            return stack.enter_context(STORAGE_SERVERS[storage]())

        self._server = cache(start)

    def env(self, variant: Variant) -> Mapping[str, str]:
        """Return the settings by which a variant finds its servers."""
        chosen = variant.answers()
        env = {}
        if chosen["storage"] in STORAGE_SERVERS:
            env["APP_STORAGE_URL"] = self._server(chosen["storage"]).url
        if chosen["background"] == "celery":
            redis = self._server("redis").url.removesuffix("/0")
            env |= {
                "APP_CELERY_BROKER_URL": f"{redis}/1",
                "APP_CELERY_RESULT_BACKEND": f"{redis}/2",
            }
        return env


@contextmanager
def worker(
    project: Path, env: Mapping[str, str], log: Path, *, warm: bool = False
) -> Iterator[None]:
    """Run the Celery worker of a project, where it has one."""
    if not (project / "worker.py").exists():
        yield
        return
    command = [sys.executable, "-m", "celery", "-A", "worker", "worker", "-c", "2"]
    ready = wait_for_line(" ready.")
    settings = environment(0, env)
    with running(command, log=log, cwd=project, env=settings, ready=ready, warm=warm):
        yield
