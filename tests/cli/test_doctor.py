"""``dashgen doctor`` finds what is wrong with a project, and says what to do."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dashgen.cli.app import main
from dashgen.commands.doctor import Finding, Verdict, doctor
from dashgen.commands.new import new
from dashgen.ping import NoAnswerError, ping, without_password
from tests.support.process import free_port
from tests.support.projects import Variant
from tests.support.services import STORAGE_SERVERS, Services

NOBODY = "127.0.0.1:1"


@pytest.fixture(autouse=True)
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return a free port, which the environment names; nothing else of it counts."""
    for name in ("APP_STORAGE_URL", "APP_SECRET_KEY", "APP_ENVIRONMENT", "APP_HOST", "APP_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    number = free_port()
    monkeypatch.setenv("PORT", str(number))
    return number


def project(**answers: str) -> Path:
    return new("shop", answers=answers, defaults=True, use_git=False).path


def found(path: Path, subject: str) -> Finding:
    (finding,) = [finding for finding in doctor(path).findings if finding.subject == subject]
    return finding


def failed(path: Path, subject: str) -> str:
    """Return what a failing line says, which always says what to do as well."""
    finding = found(path, subject)
    assert finding.verdict is Verdict.FAILED
    assert finding.advice
    return finding.message


def test_a_new_project_is_well(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project()
    assert main(["doctor", "shop"]) == 0
    assert "All is well." in capsys.readouterr().out
    assert found(path, "environment").advice == "uv sync"
    assert "instance/" in found(path, "APP_SECRET_KEY").message
    os.chdir(path)
    assert doctor().project == path


def test_without_a_project_the_machine_is_looked_at(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["project"], said["healthy"]) == (None, True)
    assert [line["subject"] for line in said["findings"]][:3] == ["Python", "dashgen", "git"]


@pytest.mark.parametrize("storage", STORAGE_SERVERS)
def test_a_server_that_answers_and_one_that_does_not(
    work: Path, monkeypatch: pytest.MonkeyPatch, services: Services, storage: str
) -> None:
    path = project(storage=storage)
    url = services.env(Variant(storage=storage))["APP_STORAGE_URL"]
    monkeypatch.setenv("APP_STORAGE_URL", url)
    assert found(path, "APP_STORAGE_URL").verdict is Verdict.OK

    scheme, _, rest = url.partition("://")
    nowhere = f"{scheme}://ada:secret@{NOBODY}/{rest.partition('/')[2]}"
    monkeypatch.setenv("APP_STORAGE_URL", nowhere)
    message = failed(path, "APP_STORAGE_URL")
    assert "does not answer (connection refused)" in message
    assert "secret" not in message
    assert main(["doctor", "shop"]) == 1


def test_a_server_that_refuses(services: Services) -> None:
    redis = services.env(Variant(storage="redis"))["APP_STORAGE_URL"]
    with pytest.raises(NoAnswerError, match=r"refuses: .*(AUTH|WRONGPASS)"):
        ping(redis.replace("redis://", "redis://:wrong@"))
    postgresql = services.env(Variant(storage="postgresql"))["APP_STORAGE_URL"]
    with pytest.raises(NoAnswerError, match=r"refuses: database .nowhere. does not exist"):
        ping(f"{postgresql.rpartition('/')[0]}/nowhere")


@contextmanager
def saying(words: bytes) -> Iterator[str]:
    """Serve something else than a database."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            connection.recv(1)
            connection.sendall(words)
            connection.close()

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


@pytest.mark.parametrize("scheme", ["redis", "postgresql+psycopg", "mongodb"])
@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9, b""])
def test_another_program_at_the_port_is_not_taken_for_a_server(scheme: str, words: bytes) -> None:
    with saying(words) as address, pytest.raises(NoAnswerError):
        ping(f"{scheme}://{address}/x")


def test_passwords_are_not_shown() -> None:
    assert without_password("redis://:secret@host/0") == "redis://:…@host/0"
    assert without_password("mongodb://a:b@x,y/z?password=b") == "mongodb://a:…@x/z"
    assert without_password("redis://host/0") == "redis://host/0"


@pytest.mark.parametrize(
    ("settings", "subject", "says"),
    [
        ({"APP_ENVIRONMENT": "production"}, "APP_SECRET_KEY", "is missing or short"),
        (
            {"APP_ENVIRONMENT": "production", "APP_SECRET_KEY": "x"},
            "APP_SECRET_KEY",
            "is missing or short",
        ),
        (
            {"APP_ENVIRONMENT": "production", "APP_SECRET_KEY": "x" * 20, "APP_DEBUG": "true"},
            "APP_DEBUG",
            "APP_ENVIRONMENT is production",
        ),
        ({"PORT": "http"}, "PORT", "no port"),
        (
            {"APP_STORAGE_URL": "mysql://localhost/x"},
            "APP_STORAGE_URL",
            "not the address of sqlite",
        ),
        ({"APP_STORAGE_URL": "http://[::1"}, "APP_STORAGE_URL", "is not a URL"),
    ],
    ids=["no key", "short key", "debug", "port", "another server", "no url"],
)
@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_wrong_setting_fails_wherever_it_is(
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    subject: str,
    says: str,
    place: str,
) -> None:
    path = project()
    for name, value in settings.items():
        monkeypatch.delenv(name, raising=False)
        if place == "environment":
            monkeypatch.setenv(name, value)
    if place == "file":
        lines = [f"export {name}='{value}' # so" for name, value in settings.items()]
        (path / ".env").write_text("\n".join(["# settings", *lines]))
    assert says in failed(path, subject)


def test_a_port_that_is_taken(work: Path, port: int) -> None:
    path = project()
    with socket.create_server(("127.0.0.1", port)):
        assert "address already in use" in failed(path, f"port {port}")
    assert found(path, f"port {port}").verdict is Verdict.OK


def test_what_is_left_of_another_choice_is_noted(work: Path) -> None:
    path = project()
    (path / ".env").write_text("APP_CELERY_BROKER_URL=redis://localhost\n")
    finding = found(path, ".env")
    assert finding.verdict is Verdict.NOTE
    assert "APP_CELERY_BROKER_URL is for background celery" in finding.message


def test_an_environment_that_lacks_something(work: Path) -> None:
    path = project()
    folder = path / ".venv/lib/python3.11/site-packages"
    (folder / "dash-1.0.dist-info").mkdir(parents=True)
    message = failed(path, "environment")
    assert "dash, " in message
    assert "gunicorn" in message


@pytest.mark.parametrize("content", [b"]: [", b"\xff", b"storage: oracle\n", b"- x\n"])
def test_a_damaged_project_is_a_failing_line(work: Path, content: bytes) -> None:
    path = project()
    (path / ".copier-answers.yml").write_bytes(content)
    assert failed(path, "project")


def test_a_machine_without_git(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(work))
    assert main(["doctor", "--json"]) == 1
    lines: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    assert [line["subject"] for line in lines if line["verdict"] == "failed"] == ["git"]
