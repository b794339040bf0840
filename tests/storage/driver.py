"""Stands for the processes of rendered apps: each does what it is told, and answers, in JSON lines.

Every connection to the socket is a process of its own, a fork that imports the app then. So only
the first pays for importing Dash. What the browser would hold travels with each order.
"""

import importlib
import json
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from typing import Any, TextIO

import psycopg  # noqa: F401
import pymongo  # noqa: F401
import redis  # noqa: F401
from dash import Patch
from flask import Flask, session

server = Flask(__name__)
server.secret_key = "only-for-tests"
record: Any
lines: list[str] = []


class Lines(logging.Handler):
    def emit(self, entry: logging.LogRecord) -> None:
        lines.append(f"{entry.levelname} {entry.getMessage()}")


@contextmanager
def visit(owner: str, sent: Any = None) -> Iterator[None]:
    """Act as a request of `owner`; `sent` is what the renderer hook adds to it."""
    body = {} if sent is None else {"sent": sent}
    with server.test_request_context("/_dash-update-component", method="POST", json=body):
        session["id"] = owner
        yield


def applied(data: Any, answer: Any) -> Any:
    """Return what the browser holds afterwards."""
    if not isinstance(answer, Patch):
        return answer
    data = dict(data or {})
    for change in answer.to_plotly_json()["operations"]:
        assert change["operation"] == "Assign"
        data[change["location"][0]] = change["params"]["value"]
    return data


def write(owner: str, how: str, fields: Any, data: Any, sent: Any = None) -> Any:
    with visit(owner, sent):
        return applied(data, getattr(record, how)(fields))


def write_not_json(owner: str, how: str) -> Any:
    with visit(owner):
        return getattr(record, how)({"fine": 1, "languages": {"Python"}})


def load(owner: str, data: Any, fields: Any = None) -> Any:
    with visit(owner):
        return record.load(data, fields)


def hammer(owner: str, process: int, threads: int, updates: int) -> int:
    """Write different fields from several threads, and return how many writes failed."""
    failed: list[str] = []

    def work(thread: int) -> None:
        for number in range(updates):
            try:
                write(owner, "update", {f"p{process}t{thread}n{number}": number}, {})
            except Exception as error:
                failed.append(repr(error))

    together([threading.Thread(target=work, args=(thread,)) for thread in range(threads)])
    if failed:
        lines.append(f"ERROR {failed[0]}")
    return len(failed)


def race(owner: str, page: str, numbers: list[int], threads: int) -> None:
    """Write one field from several threads, as requests of one page in the wrong order."""

    def work(mine: list[int]) -> None:
        for number in mine:
            write(owner, "update", {"field": number}, {}, [page, number])

    together([threading.Thread(target=work, args=(numbers[i::threads],)) for i in range(threads)])


def read_while_written(owner: str, seconds: float) -> list[str]:
    """Return what a field was found to be while another process writes it: its letters."""
    end, seen = time.monotonic() + seconds, set()
    while time.monotonic() < end:
        text = load(owner, {}, ["field"])["field"]
        seen.add(f"{len(text)} {''.join(sorted(set(text)))}")
    return sorted(seen)


def write_letters(owner: str, size: int, letters: str) -> None:
    for letter in letters:
        write(owner, "update", {"field": letter * size}, {})


def together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def fork(owner: str) -> int:
    """Write in a fork of this process, which has used the store already; return its exit code."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            write(owner, "update", {"child": 1}, {})
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def outside_request() -> Any:
    with server.app_context():
        return record.load({})


def cookies() -> list[str]:
    client = server.test_client()
    return [
        *client.get("/", headers={"Accept": "text/html"}).headers.getlist("Set-Cookie"),
        *client.get("/script.js", headers={"Accept": "*/*"}).headers.getlist("Set-Cookie"),
    ]


def health() -> list[str]:
    """Return what the whole app answers."""
    from app import server as whole  # type: ignore[import-not-found]

    client = whole.test_client()
    return [client.get("/health").text, client.get("/profile").status]


def component() -> Any:
    part = record.component()
    return [part.id, part.data, getattr(part, "storage_type", "memory")]


def become(project: str, env: dict[str, str]) -> int:
    """Import the app of a project, with these settings, and return the process's id."""
    global record
    os.chdir(project)
    os.environ.update(env)
    sys.path.insert(0, project)
    try:
        with redirect_stderr(StringIO()) as said:
            storage = importlib.import_module("myapp.core.storage")
    except SystemExit as end:
        raise RuntimeError(f"ends with {end.code}: {said.getvalue()}") from None
    storage.install(server)
    record = storage.Record("profile")
    logging.getLogger().addHandler(Lines())
    return os.getpid()


def serve(channel: TextIO) -> None:
    for line in channel:
        order = json.loads(line)
        begin = time.monotonic()
        answer: dict[str, Any] = {}
        try:
            answer["value"] = globals()[order["do"]](**order["with"])
        except Exception as error:
            for_user = "UserError" in [kind.__name__ for kind in type(error).__mro__]
            answer["error"] = [type(error).__name__, str(error), for_user]
        answer["seconds"] = time.monotonic() - begin
        answer["log"], lines[:] = lines.copy(), []
        channel.write(json.dumps(answer) + "\n")
        channel.flush()


def main(path: str) -> None:
    """Fork for each connection, until the standard input ends with the test run."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                serve(connection.makefile("rw"))
                os._exit(0)
            connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
