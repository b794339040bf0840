"""The common part of server-side storage: a record's owner, the browser's data, the last write."""

import hmac
import json
import logging
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from dash import Input, Output, callback, dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from dash.types import RendererHooks
from flask import Flask, current_app, has_request_context, request

from ..settings import settings
from .breaker import Breaker, BusyError
from .errors import UserError
from .security import open_sessions, visitor
from .settings import APP
from .values import RECORDS, is_name, to_json

T = TypeVar("T")
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

    def __init__(self) -> None:
        """Make the message."""
        super().__init__(
            "The storage is not available at the moment, so nothing was saved. "
            "Please try again in a minute."
        )


class RecordTooLargeError(UserError):
    """Values are larger than a visitor may store."""


class Sent(NamedTuple):
    """The origin of a request: the page load, and its number among that page's requests."""

    page: str
    number: int


def install(server: Flask) -> None:
    """Give every visitor a signed session cookie: the records belong to it."""
    open_sessions(server, timedelta(seconds=settings.storage_ttl))


def sent() -> Sent:
    """Return the place of this request in the order in which the browser sent them."""
    body = request.get_json(silent=True) if has_request_context() else None
    match body:
        case {"sent": [str(page), int(number)]} if len(page) <= 64 and 0 <= number < 2**53:
            return Sent(page, number)
    return Sent(secrets.token_hex(8), 0)  # not from a page: the order of arrival has to do


def from_json(record_id: str, texts: Mapping[str, str | bytes]) -> dict[str, Any]:
    """Return the values of `texts`. An entry that is not JSON is logged and left out."""
    values = {}
    for key, text in texts.items():
        try:
            values[key] = json.loads(text)
        except (TypeError, ValueError):
            log.warning("Entry %s.%s is damaged and treated as absent", record_id[:8], key)
    return values


class ServerRecord(ABC):
    """A record of named fields on the server. The browser holds an identifier and a revision.

    A subclass reads and writes the fields. `unavailable` lists the errors of its client library for
    a server that does not answer or refuses.
    """

    url: str
    unavailable: tuple[type[Exception], ...]
    breaker = Breaker()

    def __init__(self, name: str) -> None:
        """Make a record. `name` tells it from the app's other records."""
        self.name = name
        self.id = f"{APP}-{name}-store"
        RECORDS[name] = self

    def component(self) -> Component:
        """Return the store for the layout, once."""
        return dcc.Store(id=self.id, data={})

    def load(
        self, data: Mapping[str, Any] | None, fields: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the fields asked for, or all. `data` is the browser's data.

        The result is empty where there is no record, and where the identifier is another's.
        """
        own = self.identifier()
        if data and not (isinstance(data, Mapping) and data.get("id") == own):
            return {}
        if fields is not None:
            fields = [field for field in fields if is_name(field)]
        return from_json(own, self._ask(lambda: self.read(own, fields)))

    def save(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Put `record` in the place of all fields, and return the data for the browser."""
        return self._write(record, replace=True)

    def update(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Write some fields and leave the others. Return the data for the browser."""
        return self._write(fields, replace=False)

    def follow(self, source: str) -> None:
        """Update the record with the fields in the store `source` after each change."""

        @callback(Output(self.id, "data"), Input(source, "data"), prevent_initial_call=True)
        def write_back(fields: dict[str, Any]) -> dict[str, Any]:
            if not fields:  # the source has just arrived, and nobody has touched anything
                raise PreventUpdate
            return self.update(fields)

    def identifier(self) -> str:
        """Return the identifier of this session's record: nobody can guess or choose it.

        Raises:
            RuntimeError: outside a request, as in a background job, no session is there.
        """
        if not has_request_context():
            raise RuntimeError("a record belongs to a session. Pass its values to the job instead")
        key = str(current_app.secret_key).encode()
        return hmac.new(key, f"{self.name}:{visitor()}".encode(), "sha256").hexdigest()

    def _write(self, fields: Mapping[str, Any], *, replace: bool) -> dict[str, Any]:
        texts = {key: to_json(key, value) for key, value in fields.items()}
        if (size := sum(map(len, texts.values()))) > settings.storage_limit:
            raise RecordTooLargeError(
                f"This needs {size:,} bytes, and {settings.storage_limit:,} may be stored at once. "
                "It was not saved."
            )
        own = self.identifier()
        by = sent()
        revision = self._ask(lambda: self.write(own, texts, by, replace=replace))
        return {"id": own, "revision": revision}

    def _ask(self, work: Callable[[], T]) -> T:
        """Return the result of `work`. The log says when an outage begins and ends."""
        try:
            with self.breaker.turn():
                result = self._try(work)
                if self.breaker.turns(False):
                    log.warning("Storage at %s is back", address(self.url))
                return result
        except BusyError as error:
            raise StorageUnavailableError from error

    def _try(self, work: Callable[[], T]) -> T:
        """Return the result of `work`.

        A quick failure is tried once more: the server may have been restarted since the connection.
        Or a database may break off one transaction in favour of another.
        """
        begin = time.monotonic()
        try:
            try:
                return work()
            except self.unavailable:
                if time.monotonic() - begin > 1:
                    raise
                return work()
        except self.unavailable as error:
            if self.breaker.turns(True):
                log.error("Storage at %s: %s", address(self.url), reason(error))
            raise StorageUnavailableError from error

    @abstractmethod
    def read(self, record_id: str, fields: Sequence[str] | None) -> Mapping[str, str | bytes]:
        """Return the JSON of the fields asked for, or of all."""

    @abstractmethod
    def write(self, record_id: str, fields: dict[str, str], by: Sent, *, replace: bool) -> int:
        """Write fields, each as JSON, and return the record's new revision.

        Each field is written in one atomic step that leaves the other fields alone. It is not
        written if a later request of the same page has written it. `replace` removes fields that
        are not among `fields`, except those that a later request of the same page has written.

        The revision starts with the time in `milliseconds`, and each write adds one.
        """


def milliseconds() -> int:
    """Return the time since 1970. A new record's revision is the time, so no other had it."""
    return int(time.time() * 1000)


def address(url: str) -> str:
    """Return a URL without user, password and options, for the log."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def reason(error: BaseException) -> str:
    """Return the message of a client library, in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
