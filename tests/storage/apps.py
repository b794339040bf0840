"""Processes of a rendered app, and visitors that use its storage through them."""

import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).with_name("driver.py")
SECONDS = 60.0


class RefusedError(Exception):
    """What the app raised instead of an answer."""

    def __init__(self, kind: str, text: str, for_user: bool) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind, self.text, self.for_user = kind, text, for_user


@contextmanager
def driver(folder: Path) -> Iterator[Path]:
    """Run `driver.py`, and return the path of its socket."""
    path = folder / "driver.socket"
    process = subprocess.Popen(
        [sys.executable, "-W", "error", str(DRIVER), str(path)],
        env={name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield path


class App:
    """One process of a rendered app (see `driver.py`)."""

    def __init__(self, path: Path, project: Path, env: Mapping[str, str]) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.settimeout(SECONDS)
        self._channel = self._socket.makefile("rw")
        self.log: list[str] = []
        """What the app has logged so far."""
        self.seconds = 0.0
        """How long the last answer took, in the app."""
        # The threads of `driver.py`, and one that is left for others.
        settings = {"APP_SECRET_KEY": "only-for-tests", "APP_WEB_THREADS": "5", **env}
        try:
            self.pid = self.call("become", project=str(project), env=settings)
        except RefusedError:
            self.close()
            raise

    def send(self, do: str, **arguments: Any) -> None:
        self._channel.write(json.dumps({"do": do, "with": arguments}) + "\n")
        self._channel.flush()

    def receive(self) -> Any:
        answer = json.loads(self._channel.readline())
        self.log += answer["log"]
        self.seconds = answer["seconds"]
        if "error" in answer:
            raise RefusedError(*answer["error"])
        return answer["value"]

    def call(self, do: str, **arguments: Any) -> Any:
        self.send(do, **arguments)
        return self.receive()

    def close(self) -> None:
        """End the process: it reads to the end of its input."""
        self._channel.close()
        self._socket.close()


class Visitor:
    """A tab of a visitor's browser: it holds what the app gave it."""

    def __init__(self, app: App, owner: str | None = None, page: str | None = None) -> None:
        self.app = app
        self.owner = owner or uuid.uuid4().hex
        self.page = page
        self.data: Any = {}

    def save(self, record: Mapping[str, Any], number: int | None = None) -> None:
        self._write("save", record, number)

    def update(self, fields: Mapping[str, Any], number: int | None = None) -> None:
        self._write("update", fields, number)

    def load(self, fields: list[str] | None = None) -> Any:
        return self.app.call("load", owner=self.owner, data=self.data, fields=fields)

    def _write(self, how: str, fields: Mapping[str, Any], number: int | None) -> None:
        sent = None if number is None else [self.page, number]
        self.data = self.app.call(
            "write", owner=self.owner, how=how, fields=fields, data=self.data, sent=sent
        )
