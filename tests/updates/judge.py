"""Starts apps and runs their own tests, each in a child, see `tests/support/children.py`.

An order has `project` and `tests`.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.children import Order, answer, asking


class Judge:
    """What is asked whether an app starts and its tests are green."""

    def __init__(self, ask: Callable[[Order], str]) -> None:
        self._ask = ask

    def start(self, project: Path) -> str:
        """Return what keeps an app from its first page; nothing if it starts."""
        return self._ask({"project": str(project), "tests": False})

    def tests(self, project: Path) -> str:
        """Return what the project's own tests find; nothing if they are green."""
        return self._ask({"project": str(project), "tests": True})


@contextmanager
def judge() -> Iterator[Judge]:
    """Start the process for as long as the block runs."""
    with asking("tests.updates.judge", quiet=True) as ask:
        yield Judge(ask)


def follow(order: Order, pipe: int) -> int:
    """Start an app or run its tests, in a child."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # A project has a package `tests`, too.
    sys.path[0] = order["project"]
    for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
        del sys.modules[name]
    return run_tests(pipe) if order["tests"] else start()


def start() -> int:
    """Import the app of the current folder, and ask for its first page."""
    module = __import__("app")
    client = module.app.server.test_client()
    for path in ("/", "/_dash-layout"):
        answer = client.get(path)
        assert answer.status_code < 400, f"{path} answers {answer.status}"
    return 0


def run_tests(pipe: int) -> int:
    """Run the tests of the current folder."""
    os.dup2(pipe, 1)
    os.dup2(pipe, 2)
    # What is imported before pytest is of this process, not of the project.
    ours = "ignore::pytest.PytestAssertRewriteWarning"
    code = pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", "-W", ours])
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    answer(follow)
