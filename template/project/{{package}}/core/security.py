"""Limits for the browser, limits for requests, and the identity of a visitor."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Flask, Request, Response, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from ..settings import settings
from .settings import APP

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# The files that a page may load, and their sources. A source of your own, say for map tiles, is
# added here.
SOURCES = {
    "default-src": "'self'",
    "script-src": "'self'",  # and the hashes of the scripts in the index page
    "style-src": "'self' 'unsafe-inline'",  # Mantine, AG Grid and Plotly write styles as they run
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",  # Plotly's maps
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
# Files of HTML below `assets/`, such as charts, may run scripts of their own. The sandbox keeps
# these from the app and its visitors' cookies.
DOCUMENTS = "sandbox allow-scripts allow-popups allow-downloads; frame-ancestors 'self'"
NO_SNIFFING = ("X-Content-Type-Options", "nosniff")
EVAL = "'unsafe-eval'"  # what Plotly's charts in WebGL need
REFERRERS = ("Referrer-Policy", "strict-origin-when-cross-origin")
HSTS = ("Strict-Transport-Security", "max-age=31536000")
SCRIPT = re.compile(r"<script(?![^>]*(?:\ssrc=|application/json))[^>]*>(.*?)</script>", re.DOTALL)


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies, with less work where a request brings none or leaves it alone."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the visitor's session."""
        if "HTTP_COOKIE" in request.environ:
            return super().open_session(app, request)
        return SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie if it is another one."""
        if session.accessed or session.modified:
            super().save_session(app, session, response)

    @cache  # noqa: B019, there is one of these for as long as the app lives
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the signer of the app's cookies."""
        return super().get_signing_serializer(app)


def install(app: Dash) -> None:
    """Limit the size of requests, and add the headers to each answer."""
    server: Flask = app.server
    server.session_interface = Sessions()
    server.config["MAX_CONTENT_LENGTH"] = settings.request_limit_mb * 2**20
    if settings.webgl:
        app.config.meta_tags.append({"name": "webgl"})  # for `assets/core/charts.js`

    answer = server.wsgi_app
    assets = f"/{app.config.assets_url_path.strip('/')}/"

    def protected(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Return the answer of the app, with the headers that protect its visitors."""
        secure = environ["wsgi.url_scheme"] == "https"

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            headers = [*headers, NO_SNIFFING]
            if any(
                name == "Content-Type" and kind.startswith("text/html") for name, kind in headers
            ):
                own = environ["PATH_INFO"].startswith(assets)
                rules = DOCUMENTS if own else policy(app)
                headers += [REFERRERS, ("Content-Security-Policy", rules)]
            if secure:
                headers.append(HSTS)
            return start_response(status, headers, *error)

        return answer(environ, start)

    # A hook of Flask's costs more.
    server.wsgi_app = protected  # type: ignore[method-assign]


@cache
def policy(app: Dash) -> str:
    """Return the content security policy of the app's pages."""
    with app.server.test_request_context(app.config.requests_pathname_prefix):
        hashes = script_hashes(app.index())
    scripts = [SOURCES["script-src"], *[EVAL] * settings.webgl, *hashes]
    sources = SOURCES | {"script-src": " ".join(scripts)}
    return "; ".join(f"{kind} {allowed}" for kind, allowed in sources.items())


def open_sessions(server: Flask, lifetime: timedelta | None = None) -> None:
    """Give every visitor a signed cookie, on which records and jobs hang.

    Without a `lifetime` the cookie goes when the browser is closed.
    """
    name = f"{APP}_session"  # apps on other ports of the host share the jar
    if server.config["SESSION_COOKIE_NAME"] == name:
        return  # somebody else needs sessions, too, and was first
    server.config.update(
        SESSION_COOKIE_NAME=name,
        SESSION_COOKIE_PATH=settings.path_prefix,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.environment == "production",
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    if lifetime:
        server.config["PERMANENT_SESSION_LIFETIME"] = lifetime

    @server.before_request
    def open_session() -> None:
        """Renew the cookie with each page and each callback. Scripts and images need none."""
        if request.method == "POST" or "text/html" in request.headers.get("Accept", ""):
            visitor()
            if lifetime:
                session.permanent = True
                session.modified = True


def visitor() -> str:
    """Return the identifier of the visitor's session: nobody else can guess or choose it."""
    return str(session.setdefault("id", secrets.token_urlsafe(32)))


def script_hashes(page: str) -> list[str]:
    """Return the hashes by which a policy allows the scripts that stand in a page, in its order."""
    digests = [hashlib.sha256(script.encode()).digest() for script in SCRIPT.findall(page)]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
