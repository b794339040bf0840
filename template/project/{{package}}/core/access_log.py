"""Gunicorn's access log, at the price of the line that it writes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger


class Atoms(dict[str, Any]):
    """The values that a format can name. The rare ones are gathered if it names one of them.

    Args:
        usual: The values that the format in `gunicorn.conf.py` names.
        gather: Returns all values.
    """

    def __init__(self, usual: dict[str, Any], gather: Callable[[], Any]) -> None:
        super().__init__(usual)
        self.gather = gather

    def __missing__(self, name: str) -> Any:
        """Return a rare value."""
        return self.gather()[name]


class AccessLogger(Logger):  # type: ignore[misc]
    """Gunicorn's logger. That gathers 40 values for each line, which takes longer than the line."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> None:
        """Write a line about an answer."""
        if not self.access_log_enabled:
            return

        def gather() -> Any:
            return self.atoms_wrapper_class(self.atoms(resp, req, environ, request_time))

        usual = {
            "h": environ.get("REMOTE_ADDR", "-"),
            "m": environ["REQUEST_METHOD"],
            "U": environ["PATH_INFO"].replace('"', '\\"'),
            "H": environ["SERVER_PROTOCOL"],
            "s": str(resp.status).partition(" ")[0],
            "b": str(resp.sent),
            "M": request_time // timedelta(milliseconds=1),
        }
        self.access_log.info(self.cfg.access_log_format, Atoms(usual, gather))
