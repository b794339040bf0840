"""``dashgen doctor`` finds what is wrong with a project, and says what to do."""

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashgen.cli.app import main
from dashgen.commands.config import set_default
from dashgen.commands.doctor import Finding, Verdict, doctor
from dashgen.commands.new import new
from dashgen.preferences import preferences_file
from tests.support.process import free_port
from tests.support.projects import Variant
from tests.support.services import STORAGE_SERVERS, Services

from .helpers import git

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


def with_environment(path: Path) -> Path:
    """Give a project an environment: the one of these tests, which has all that it imports."""
    python = path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return path


@pytest.mark.parametrize("storage", STORAGE_SERVERS)
def test_a_server_that_answers_and_one_that_does_not(
    work: Path, monkeypatch: pytest.MonkeyPatch, services: Services, storage: str
) -> None:
    path = with_environment(project(storage=storage))
    url = services.env(Variant(storage=storage))["APP_STORAGE_URL"]
    monkeypatch.setenv("APP_STORAGE_URL", url)
    assert found(path, "storage").verdict is Verdict.OK

    scheme, _, rest = url.partition("://")
    nowhere = f"{scheme}://ada:secret@{NOBODY}/{rest.partition('/')[2]}"
    monkeypatch.setenv("APP_STORAGE_URL", nowhere)
    finding = found(path, "storage")
    assert finding.verdict is Verdict.FAILED
    assert finding.message.startswith("is not ready")
    assert "start its server (" in finding.advice
    assert "secret" not in repr(finding)
    assert main(["doctor", "shop"]) == 1


def test_a_server_that_refuses_the_password(
    work: Path, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    path = with_environment(project(storage="redis"))
    url = services.env(Variant(storage="redis"))["APP_STORAGE_URL"]
    monkeypatch.setenv("APP_STORAGE_URL", url.replace("redis://", "redis://ada:wrong@"))
    assert failed(path, "storage") == "is not ready (AuthenticationError)"


ANSWERING = """\
from dash import Dash, html
from flask import jsonify

app = Dash()
app.layout = html.P()
app.server.add_url_rule({path!r}, view_func=lambda: {answer})
"""


@pytest.mark.parametrize(
    "content",
    [
        ANSWERING.format(path="/other", answer="''"),
        ANSWERING.format(path="/ready", answer="'<p>ready</p>'"),
        ANSWERING.format(path="/ready", answer="jsonify(['storage'])"),
        ANSWERING.format(path="/ready", answer="('{', 200, {'Content-Type': 'application/json'})"),
        "raise SystemExit(0)",
    ],
    ids=["no address", "a page", "a list", "no JSON", "no app"],
)
def test_an_app_that_answers_otherwise(work: Path, content: str) -> None:
    path = with_environment(project())
    (path / "app.py").write_text(content)
    finding = found(path, "app")
    assert finding.verdict is not Verdict.OK
    assert finding.advice


def test_an_app_that_does_not_start(work: Path) -> None:
    path = with_environment(project())
    (path / "app.py").write_text("raise ValueError('broken on purpose')\n")
    assert failed(path, "app") == "does not start: ValueError: broken on purpose"


def test_without_an_environment_the_app_is_not_asked(work: Path) -> None:
    assert "storage" not in {finding.subject for finding in doctor(project()).findings}


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
        ({"PORT": "70000"}, "PORT", "no port"),
        (
            {"APP_STORAGE_URL": "mysql://localhost/x"},
            "APP_STORAGE_URL",
            "not the address of sqlite",
        ),
        ({"APP_STORAGE_URL": "http://[::1"}, "APP_STORAGE_URL", "is not a URL"),
    ],
    ids=["no key", "short key", "debug", "port", "large port", "another server", "no url"],
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


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_an_env_file_of_any_editor_is_read_or_refused_as_by_the_app(
    work: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.delenv("PORT")
    path = project()
    (path / ".env").write_text("PORT=http\n", encoding=encoding)
    if encoding == "utf-8-sig":
        assert "no port" in failed(path, "PORT")
    else:
        assert "cannot be read" in failed(path, ".env")


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
    path = with_environment(project())
    folder = path / ".venv/lib/python3.11/site-packages"
    (folder / "dash-1.0.dist-info").mkdir(parents=True)
    message = failed(path, "environment")
    assert "dash, " in message
    assert "gunicorn" in message


def linked(environment: Path) -> None:
    """Leave an environment as an upgrade of Python does, which removes the old one."""
    (environment / "lib/python3.9/site-packages").mkdir(parents=True)
    (environment / "bin").mkdir()
    (environment / "bin/python").symlink_to("/nowhere/python3.9")


@pytest.mark.parametrize("left", [linked, Path.mkdir, Path.touch], ids=["gone", "empty", "file"])
def test_an_environment_that_is_broken(work: Path, left: Callable[[Path], None]) -> None:
    path = project()
    left(path / ".venv")
    assert "no Python" in failed(path, "environment")
    assert "remove .venv" in found(path, "environment").advice


def test_a_preference_that_no_command_takes(work: Path) -> None:
    set_default("layout", "tabs")
    file = preferences_file()
    file.write_text("layout: oracle\n")
    (finding,) = [line for line in doctor().findings if line.subject == "preferences"]
    assert finding.verdict is Verdict.FAILED
    assert "'oracle': is not a choice" in finding.message


def test_a_git_configuration_that_git_cannot_read(work: Path, git_configuration: Path) -> None:
    git_configuration.write_text("[user\n")
    lines = [line for line in doctor().findings if line.subject.startswith("git")]
    assert [(line.subject, line.verdict) for line in lines] == [("git", Verdict.FAILED)]
    assert f"bad config line 1 in file {git_configuration}" in lines[0].message


def test_a_project_of_another_template_has_no_settings_of_dashgen(work: Path) -> None:
    template = work / "template"
    template.mkdir()
    (template / "copier.yml").write_text("title: x\n")
    (template / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers|to_yaml }}")
    git(template, "init", "--quiet")
    git(template, "add", "--all")
    git(template, "commit", "--quiet", "--message", "one")
    path = new("shop", template=str(template), defaults=True, use_git=False).path
    diagnosis = doctor(path)
    assert diagnosis.healthy
    assert diagnosis.findings[-1].subject == "project"
    assert str(template) in diagnosis.findings[-1].message
    assert "storage" not in diagnosis.findings[-1].message


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
