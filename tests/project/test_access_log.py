"""The app's access log has the lines that gunicorn itself would write, whatever their format."""

import importlib.util
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from tests.support.projects import Variant, render

ENVIRON = {
    "REMOTE_ADDR": "10.0.0.1",
    "REQUEST_METHOD": "POST",
    "PATH_INFO": '/a"b',
    "QUERY_STRING": "q=1",
    "RAW_URI": "/a%22b?q=1",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_USER_AGENT": 'a "browser"',
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(tmp_path_factory.mktemp("access"), Variant())


@pytest.fixture(scope="module")
def app_class(project: Path) -> Any:
    """Return the class of a generated app."""
    file = project / "myapp/core/access_log.py"
    spec = importlib.util.spec_from_file_location("access_log", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.AccessLogger


def configured(project: Path) -> str:
    """Return the format of the generated configuration."""
    lines = (project / "gunicorn.conf.py").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("access_log_format = ")]
    return line.partition(" = ")[2].strip("'")


@pytest.mark.parametrize(
    "form",
    [
        "",
        '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"',
        "%(m)s %(U)s %(q)s %(H)s %(B)s %(T)s %(D)s %(M)s %(L)s %(p)s %(nothing)s",
        "%({host}i)s %({x-request-id}o)s %({REMOTE_ADDR}e)s %({nothing}i)s",
    ],
    ids=["the app's", "gunicorn's", "every name", "headers and variables"],
)
@pytest.mark.parametrize("sent", [0, 1234])
def test_a_line_is_gunicorns(
    form: str,
    sent: int,
    project: Path,
    app_class: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Logger, "now", lambda _self: "[now]")
    answer = SimpleNamespace(status="200 OK", sent=sent, headers=[("X-Request-ID", "abc")])
    request = SimpleNamespace(headers=[("HOST", "example.org")])
    written = []
    for kind in (Logger, app_class):
        config = Config()
        config.set("accesslog", str(tmp_path / kind.__name__))
        config.set("access_log_format", form or configured(project))
        logger = kind(config)
        logger.access(
            answer, request, ENVIRON, timedelta(seconds=1, milliseconds=5, microseconds=7)
        )
        for handler in logger.access_log.handlers[:]:
            handler.close()
            logger.access_log.removeHandler(handler)
        written.append((tmp_path / kind.__name__).read_text())
    assert written[0] == written[1]
    assert written[0].count("\n") == 1


def test_without_an_access_log_nothing_is_gathered(app_class: Any) -> None:
    logger = app_class(Config())
    logger.access(None, None, None, timedelta())
