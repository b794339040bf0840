"""The app's parts for proxies and load balancers."""

import logging
from collections.abc import Callable
from typing import Any

from dash import Dash
from flask import Flask, Response, jsonify
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from ..settings import settings
from . import background, storage
from .breaker import Breaker

READY = Breaker(places=1)  # whoever asks often, one thread at a time looks after it
CHECKS = {"storage": storage.ping, "background": background.ping}
log = logging.getLogger(__name__)


def install(app: Dash) -> None:
    """Serve below the prefix, trust our own proxies, and tell whether all is ready."""
    server: Flask = app.server
    server.add_url_rule("/ready", view_func=ready)
    if settings.path_prefix != "/":
        # A proxy may strip the prefix or leave it: both arrive at the same place.
        inner, prefix = server.wsgi_app, settings.path_prefix.rstrip("/")
        server.wsgi_app = DispatcherMiddleware(inner, {prefix: inner})  # type: ignore[method-assign]
        for rule in [*server.url_map.iter_rules()]:
            if rule.rule.startswith(f"{prefix}/"):
                view = redirecting(server.view_functions[rule.endpoint], prefix)
                server.add_url_rule(rule.rule.removeprefix(prefix), f"below {rule.rule}", view)
    if count := settings.trusted_proxies:
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def redirecting(view: Callable[..., Any], prefix: str) -> Callable[[], Response]:
    """Return a view for `redirect_from`: Dash puts the prefix before the aim twice."""

    def redirected() -> Response:
        answer: Response = view()
        answer.location = str(answer.location).replace(f"{prefix}{prefix}/", f"{prefix}/", 1)
        return answer

    return redirected


def ready() -> tuple[Response, int]:
    """Ask the servers of the app. `/health` tells only whether the process lives."""
    state = {}
    for name, ping in CHECKS.items():
        try:
            with READY.turn():
                ping()
            state[name] = "ok"
        except Exception as error:
            log.warning("Not ready: %s (%s)", name, type(error).__name__)
            state[name] = "unavailable"
    return jsonify(state), 200 if set(state.values()) == {"ok"} else 503
