"""Logging: each line names the request and the callback that it belongs to, in jobs, too."""

import json
import logging
import logging.config
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dash import Dash, ctx
from flask import Flask

from ..settings import settings
from .settings import APP

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HEADER = "X-Request-ID"
ID = re.compile(r"[\w.:-]{1,64}")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
ENVIRON = "HTTP_X_REQUEST_ID"  # how WSGI spells it
log = logging.getLogger(__name__)

request_id: ContextVar[str] = ContextVar("request_id", default="")
callback: ContextVar[str] = ContextVar("callback", default="")


def one_line(text: str) -> str:
    """Return a text with signs for characters that would end a line or move the cursor."""
    if text.isprintable():
        return text
    return "".join(s if s.isprintable() else s.encode("unicode_escape").decode() for s in text)


@lru_cache(maxsize=1)
def clock(second: int) -> str:
    """Return a second since 1970 as people read it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))


class TextFormatter(logging.Formatter):
    """A line for people. Text from visitors cannot start a new line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and a traceback indented below it."""
        text = super().format(record)
        if "\n" not in text:
            return text
        first, *more = text.split("\n")
        return "\n".join([first, *(f"    {one_line(line)}" for line in more)])

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return the local time. Most lines of a busy server share their second."""
        return f"{clock(int(record.created))},{int(record.msecs):03}"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802, the name is given
        """Put the request and the callback before the message."""
        where = f"{request_id.get()} {callback.get()}".strip()
        record.where = f" [{where}]" if where else ""
        if not record.message.isprintable():
            # Werkzeug's first lines have colours and a list of addresses.
            text = COLOUR.sub("", record.message).rstrip().replace("\n *", " *")
            record.message = one_line(text)
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    """A JSON object a line, for collectors of logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without keys that have no value."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            "callback": callback.get(),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({key: value for key, value in fields.items() if value})


# gunicorn takes this, too, so that its lines and the app's are alike.
CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": TextFormatter,
            "format": "%(asctime)s %(levelname)s %(name)s%(where)s %(message)s",
        },
        "json": {"()": JsonFormatter},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": settings.log_format}},
    "root": {"level": settings.log_level, "handlers": ["console"]},
    "loggers": {
        name: {"level": settings.log_level, "handlers": ["console"], "propagate": False}
        for name in ("gunicorn.error", "gunicorn.access")
    },
}


def set_up() -> None:
    """Let the process log as configured, unless somebody else has taken care of it."""
    if not logging.root.handlers:
        logging.config.dictConfig(CONFIG)


def forget() -> None:
    """Let later lines of this thread name no request."""
    request_id.set("")
    callback.set("")


def name_of(function: Callable[..., Any]) -> str:
    """Return the name of a callback, such as `pages.orders.page.submit`."""
    return f"{function.__module__.removeprefix(f'{APP}.')}.{function.__qualname__}"


def install(app: Dash) -> None:
    """Give each request an id, which the answer carries, too, and log callbacks that are slow."""
    server: Flask = app.server
    answer = server.wsgi_app

    def identified(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Take the id that a proxy has given, or make one. Jobs get it with the headers."""
        given = environ.get(ENVIRON, "")
        own = given if given and ID.fullmatch(given) else f"{random.getrandbits(64):016x}"
        environ[ENVIRON] = own
        request_id.set(own)
        callback.set("")
        begun = time.perf_counter()

        body = answer(
            environ,
            lambda status, headers, *error: start_response(
                status, [*headers, (HEADER, own)], *error
            ),
        )
        seconds = time.perf_counter() - begun
        if seconds >= settings.slow_seconds and (name := callback.get()):
            log.warning("Slow: %s took %.2f s", name, seconds)
        return body

    # A hook of Flask's costs more, and those before it can fail.
    server.wsgi_app = identified  # type: ignore[method-assign]


@contextmanager
def job(function: Callable[..., Any]) -> Iterator[None]:
    """Let the lines of a job name the request that started it. Log its duration."""
    request_id.set(ctx.headers.get(HEADER.title(), ""))
    callback.set(name_of(function))
    begun = time.perf_counter()
    try:
        yield
    finally:
        log.info("Job: %s took %.2f s", callback.get(), time.perf_counter() - begun)
