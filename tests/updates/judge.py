"""Starts apps and runs their own tests, each in a forked child of one process.

Run as ``python -m tests.updates.judge``: each line of standard input is a JSON object with
`project` and `tests`; each line of standard output answers one. That process has imported what
apps import: it takes longer than all that is asked here.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.warm import warm_up

ROOT = Path(__file__).parents[2]


class Judge:
    """What is asked whether an app starts and its tests are green."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def start(self, project: Path) -> str:
        """Return what keeps an app from its first page; nothing if it starts."""
        return self._asked(project, tests=False)

    def tests(self, project: Path) -> str:
        """Return what the project's own tests find; nothing if they are green."""
        return self._asked(project, tests=True)

    def _asked(self, project: Path, *, tests: bool) -> str:
        assert self.process.stdin
        assert self.process.stdout
        order = json.dumps({"project": str(project), "tests": tests})
        print(order, file=self.process.stdin, flush=True)
        answer: str = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def judge() -> Iterator[Judge]:
    """Start the process for as long as the block runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.updates.judge"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield Judge(process)
        assert process.stdin
        process.stdin.close()


def in_child(order: Mapping[str, Any]) -> str:
    """Do what is asked in a child, and return what is wrong."""
    ours, theirs = os.pipe()
    if child := os.fork():
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8", errors="replace") as pipe:
            wrong = pipe.read()
        _, status = os.waitpid(child, 0)
        return (wrong or f"the process ended with status {status}") if status else ""
    status = 1
    try:
        os.close(ours)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(order["project"])
        # A project has a package `tests`, too.
        sys.path[0] = order["project"]
        for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
            del sys.modules[name]
        sys.dont_write_bytecode = True
        status = run_tests(theirs) if order["tests"] else start()
    except BaseException:
        os.write(theirs, traceback.format_exc().encode())
    finally:
        os._exit(status)


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


def main() -> None:
    """Answer orders until there are no more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an app prints is none of them
    warm_up()
    for line in sys.stdin:
        print(json.dumps(in_child(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
