"""The files that the browser loads: scripts only where they are needed, small, and once."""

import dash_ag_grid as dag
from dash import Dash
from dash.exceptions import DependencyException
from dash.fingerprint import check_fingerprint
from flask import Flask, Request, Response, request
from flask_compress import Compress

from ..settings import settings

YEAR = 365 * 24 * 3600
SMALL = 500  # bytes


class Kept(dict[str, bytes]):
    """Compressed scripts, so that each is compressed once. Other answers are not kept."""

    def set(self, key: str, value: bytes) -> None:
        """Keep an answer that has a name."""
        if not key.endswith(";"):
            self[key] = value


kept = Kept()


def install(app: Dash) -> None:
    """Compress answers, set how long browsers keep them, and leave AG Grid to `grid.js`."""
    server: Flask = app.server

    def script_name(asked: Request) -> str:
        """Return the name of a script that the app has registered, or nothing for other answers.

        There are as many names as files, however many addresses visitors make up.
        """
        match asked.view_args:
            case {"package_name": str(package), "fingerprinted_path": str(path)}:
                file, _ = check_fingerprint(path)
                return f"{package}/{file}" if file in app.registered_paths.get(package, ()) else ""
        return ""

    server.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_CACHE_BACKEND=None if settings.debug else (lambda: kept),
        COMPRESS_CACHE_KEY=script_name,
        COMPRESS_REGISTER=False,
    )
    compress = Compress(server)

    @server.errorhandler(DependencyException)
    @server.errorhandler(FileNotFoundError)
    def missing(error: Exception) -> tuple[str, int]:
        """Answer for a script that Dash does not know, or knows and does not have."""
        if "fingerprinted_path" not in (request.view_args or {}):
            raise error
        return "There is no such script.", 404

    @server.after_request
    def finish(response: Response) -> Response:
        """Set the lifetime, and compress large answers. Most callbacks answer with less."""
        if request.method == "GET":
            set_lifetime(response)
        small = response.is_sequence and (response.calculate_content_length() or 0) < SMALL
        return response if small else compress.after_request(response)

    # Dash knows the script, but does not put it into the page. `dynamic` is its word for that.
    (script,) = [script for script in app.get_dist([dag.__name__]) if script["type"] == "_js_dist"]
    app.config.meta_tags.append({"name": "ag-grid", "content": script["url"]})
    for part in dag.AgGrid._js_dist:
        if "async" not in part:
            part["dynamic"] = True


def set_lifetime(response: Response) -> None:
    """Let browsers keep files with a version in the address, and ask for the page each time."""
    if close := getattr(response.response, "close", None):
        response.call_on_close(close)  # a file that is compressed would stay open otherwise
    if request.path.startswith("/assets/") and "m" in request.args and response.status_code == 200:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    elif response.mimetype == "text/html":
        response.cache_control.no_cache = True
