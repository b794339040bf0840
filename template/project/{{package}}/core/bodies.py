"""The limits of a request for a callback: JSON that is cheap to read, in the form Dash sends."""

from collections.abc import Mapping
from functools import wraps
from typing import Any

from dash import Dash
from flask import Flask, abort, g, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import RequestEntityTooLarge

from ..settings import settings
from . import logs

# Lists and objects in a body. Three bytes make an empty one, which takes a hundred once it is read.
LIMIT = 25_000 * settings.request_limit_mb
CALLBACKS = "/_dash-update-component"


class BoundedJSON(DefaultJSONProvider):
    """Flask's JSON, which looks at the size of the result first."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of a text.

        Raises:
            ValueError: The text is no JSON, or nested too deeply.
            RequestEntityTooLarge: It holds too many lists and objects.
        """
        many = s.count("[") + s.count("{") if isinstance(s, str) else s.count(b"[") + s.count(b"{")
        if many > LIMIT:
            raise RequestEntityTooLarge
        try:
            return super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def install(app: Dash) -> None:
    """Refuse requests that no page of the app sends, before Dash fails with a traceback."""
    server: Flask = app.server
    server.json = BoundedJSON(server)

    callbacks = app.callback_map
    (name,) = [rule.endpoint for rule in server.url_map.iter_rules() if rule.rule == CALLBACKS]
    dispatch = server.ensure_sync(server.view_functions[name])

    @wraps(dispatch)
    def refuse() -> Any:
        known = asked(request.get_json(), callbacks)
        logs.callback.set(logs.name_of(known["callback"]))
        g.in_background = bool(known["background"])
        return dispatch()

    server.view_functions[name] = refuse


def asked(body: Any, callbacks: Mapping[str, Any]) -> Any:
    """Return the entry that Dash has for the callback of a body.

    Raises:
        HTTPException: The body has another form than Dash's (400). The app has no such callback
            (404).
    """
    match body:
        case {"output": str(output), "inputs": list(inputs)}:
            known: Any = callbacks.get(output, {})
        case _:
            abort(400, "This is no request for a callback.")
    if "callback" not in known:
        abort(404, "There is no such callback.")
    states, outputs = body.get("state", []), body.get("outputs") or []
    outputs = [outputs] if isinstance(outputs, dict) else outputs
    changed = body.get("changedPropIds", [])
    if not (
        isinstance(states, list)
        and isinstance(outputs, list)
        and isinstance(changed, list)
        and len(inputs) == len(known["inputs"])
        and len(states) == len(known["state"])
        and all(map(is_part, (*inputs, *states, *outputs)))
        and all(isinstance(one, str) and "." in one for one in changed)
    ):
        abort(400, "The callback takes something else.")
    return known


def is_part(one: Any) -> bool:
    """Tell whether this names a property, or several that a pattern has matched."""
    if isinstance(one, dict):
        return isinstance(one.get("id"), (str, dict)) and isinstance(one.get("property"), str)
    return isinstance(one, list) and all(isinstance(each, dict) and is_part(each) for each in one)
