"""What all server-side storage shares: whose a record is, what the browser holds, who wrote last."""

import hmac
import json
import logging
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dash import Input, Output, callback, dcc
from dash.development.base_component import Component
from dash.types import RendererHooks
from flask import Flask, current_app, has_request_context, request, session

from .errors import UserError
from .settings import settings

APP = __name__.partition(".")[0]
log = logging.getLogger(__name__)

# Parallel requests may reach the store in another order than the browser sent them. Each carries
# the page it comes from and its number there, so that the older of two writes never wins.
RENDERER_HOOKS: RendererHooks = {
    "request_pre": """(payload) => {
        window.sentFrom ??= Date.now().toString(36) + Math.random().toString(36).slice(2);
        window.sentCount = (window.sentCount ?? 0) + 1;
        payload.sent = [window.sentFrom, window.sentCount];
    }"""
}


class StorageUnavailableError(UserError):
    """The server that keeps the records does not answer, or refuses."""


class Sent(NamedTuple):
    """Where a request comes from: the page load, and its number among that page's requests."""

    page: str
    number: int


class Revision(NamedTuple):
    """What a write leaves behind: the record's identifier and a number that grows."""

    id: str
    revision: int


def install(server: Flask) -> None:
    """Give every visitor a signed session cookie: the records belong to it."""
    server.config.update(
        SESSION_COOKIE_NAME=f"{APP}_session",  # apps on other ports of the host share the jar
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.environment == "production",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=settings.storage_ttl),
    )

    @server.before_request
    def open_session() -> None:
        """Renew the cookie with each page and each callback; scripts and images need none."""
        if request.method == "POST" or "text/html" in request.headers.get("Accept", ""):
            session.setdefault("id", secrets.token_urlsafe(32))
            session.permanent = True
            session.modified = True


def sent() -> Sent:
    """Return the place of this request in the order in which the browser sent them."""
    body = request.get_json(silent=True) if has_request_context() else None
    match body:
        case {"sent": [str(page), int(number)]}:
            return Sent(page, number)
    return Sent(secrets.token_hex(8), 0)  # not from a page: the order of arrival has to do


def to_json(key: str, value: Any) -> str:
    """Return `value` as JSON.

    Raises:
        TypeError: the value is not JSON; the text names its type and the key.
    """
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{key!r} cannot be stored: {type(value).__name__} ({error})") from None


def from_json(record_id: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of `texts`; an entry that is not JSON is logged and left out."""
    values = {}
    for key, text in texts.items():
        try:
            values[key] = json.loads(text)
        except ValueError:
            log.warning("Entry %s.%s is damaged and treated as absent", record_id[:8], key)
    return values


class ServerRecord(ABC):
    """A record of named fields on the server; the browser holds an identifier and a revision.

    A subclass says how fields are read and written; `unavailable` lists the errors by which its
    client library tells that the server does not answer or refuses.
    """

    url: str
    unavailable: tuple[type[Exception], ...]
    _down = False

    def __init__(self, name: str) -> None:
        """Make a record; `name` tells it from the app's other records."""
        self.name = name
        self.id = f"{APP}-{name}-store"

    def component(self) -> Component:
        """Return what has to be in the layout, once."""
        return dcc.Store(id=self.id, data={})

    def load(
        self, data: Mapping[str, Any] | None, fields: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the fields asked for, or all; `data` is what the browser holds.

        The result is empty where there is no record, and where the identifier is another's.
        """
        own = self.identifier()
        if data and data.get("id") != own:
            return {}
        with self._watch():
            texts = self.read(own, fields)
        return from_json(own, texts)

    def save(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Put `record` in the place of what was stored; return the data for the browser."""
        return self._write(record, replace=True)

    def update(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Write some fields and leave the others; return the data for the browser."""
        return self._write(fields, replace=False)

    def follow(self, source: str) -> None:
        """Update the record with what the store `source` holds, whenever it changes."""

        @callback(Output(self.id, "data"), Input(source, "data"), prevent_initial_call=True)
        def write_back(fields: dict[str, Any]) -> dict[str, Any]:
            return self.update(fields)

    def identifier(self) -> str:
        """Return the identifier of this session's record: nobody can guess or choose it.

        Raises:
            RuntimeError: outside a request, as in a background job, no session is there.
        """
        if not has_request_context():
            raise RuntimeError("a record belongs to a session; pass its values to the job instead")
        owner = session.setdefault("id", secrets.token_urlsafe(32))
        key = str(current_app.secret_key).encode()
        return hmac.new(key, f"{self.name}:{owner}".encode(), "sha256").hexdigest()

    def _write(self, fields: Mapping[str, Any], *, replace: bool) -> dict[str, Any]:
        texts = {key: to_json(key, value) for key, value in fields.items()}
        own = self.identifier()
        with self._watch():
            revision = self.write(own, texts, sent(), replace=replace)
        return Revision(own, revision)._asdict()

    @contextmanager
    def _watch(self) -> Iterator[None]:
        """Turn the client library's errors into one, and log when an outage begins and ends."""
        try:
            yield
        except self.unavailable as error:
            if not self._down:
                log.error("Storage at %s: %s", address(self.url), reason(error))
            type(self)._down = True
            raise StorageUnavailableError(
                "The storage is not available at the moment. Your input was not saved; "
                "please try again in a minute."
            ) from error
        if self._down:
            log.warning("Storage at %s is back", address(self.url))
            type(self)._down = False

    @abstractmethod
    def read(self, record_id: str, fields: Sequence[str] | None) -> dict[str, str]:
        """Return the JSON of the fields asked for, or of all."""

    @abstractmethod
    def write(self, record_id: str, fields: dict[str, str], by: Sent, *, replace: bool) -> int:
        """Write fields, each as JSON, and return the record's new revision.

        Each field is written in one atomic step that leaves the other fields alone, and not at
        all if the same page has written it already in a later request. With `replace`, fields
        that are not among `fields` go away.
        """


def address(url: str) -> str:
    """Return a URL without user and password, for the log."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def reason(error: BaseException) -> str:
    """Return the first line of what a client library says, without what might be a password."""
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"
