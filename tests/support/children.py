"""A process that has imported what apps import, and follows each order in a forked child.

An import of Dash and its libraries costs a second or more, a fork some milliseconds. Each line of
the process's standard input is an order, a JSON object with `project`. Each line of its standard
output answers one with the text of what is wrong, which is empty where nothing is.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.warm import warm_up

ROOT = Path(__file__).parents[2]

Order = Mapping[str, Any]


@contextmanager
def asking(module: str, *, quiet: bool = False) -> Iterator[Callable[[Order], str]]:
    """Run `python -m module`, which calls `answer`, and return what asks it.

    Args:
        module: The module's name.
        quiet: Drop what apps print.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        orders, answers = process.stdin, process.stdout

        def ask(order: Order) -> str:
            print(json.dumps(order), file=orders, flush=True)
            wrong: str = json.loads(answers.readline())
            return wrong

        yield ask
        orders.close()


def answer(work: Callable[[Order, int], int]) -> None:
    """Follow orders until there are no more.

    Args:
        work: Follows one in a child, which is in the project's folder, and returns its exit code.
            What it writes to the file descriptor is the answer unless the code is 0.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an app prints is none of them
    warm_up()
    for line in sys.stdin:
        print(json.dumps(_in_child(work, json.loads(line))), file=answers, flush=True)


def _in_child(work: Callable[[Order, int], int], order: Order) -> str:
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
        os.chdir(order["project"])
        sys.dont_write_bytecode = True
        status = work(order, theirs)
    except BaseException:
        os.write(theirs, traceback.format_exc().encode())
    finally:
        os._exit(status)
