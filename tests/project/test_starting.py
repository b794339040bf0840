"""How an app starts: from any folder, or with one line that says why it does not."""

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.process import free_port, running, wait_for_line
from tests.support.projects import Variant, environment, render

REFUSED = 3
SERVERS = {
    "development": "app.py",
    "gunicorn": "-m gunicorn --no-control-socket app:server",
}
UNFIT = {
    "PORT": ("70000", "PORT: Input should be less than or equal to 65535"),
    "APP_STORAGE_URL": ("nonsense", "APP_STORAGE_URL: not the URL of a SQLite database"),
    "a port that is no number": (
        "postgresql://localhost:x/y",
        "APP_STORAGE_URL: not the URL of a PostgreSQL database",
    ),
    "options of a file": (
        "sqlite:///instance/storage.db?mode=ro",
        "APP_STORAGE_URL: the URL of a SQLite database takes no options here",
    ),
    "a folder that is not there to write to": (
        "sqlite:////proc/none/storage.db",
        "APP_STORAGE_URL: [Errno 2] No such file or directory: '/proc/none'",
    ),
    "APP_BACKGROUND_CACHE": ("/proc/none", "APP_BACKGROUND_CACHE: "),
    "APP_PATH_PREFIX": ("https://x.org/app", "APP_PATH_PREFIX: a path of letters, digits and"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(tmp_path_factory.mktemp("starting"), Variant())


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("setting", UNFIT)
def test_what_is_unfit_ends_the_start_with_one_line(
    project: Path, server: str, setting: str, tmp_path: Path
) -> None:
    value, message = UNFIT[setting]
    if value.startswith("postgresql"):
        project = render(tmp_path, Variant(storage="postgresql"))
    name = setting if setting.isupper() else "APP_STORAGE_URL"
    done = subprocess.run(
        [sys.executable, *SERVERS[server].split()],
        cwd=project,
        env=environment(free_port(), {name: value}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == REFUSED, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Settings: {message}")


def test_gunicorn_serves_an_address_of_ipv6(project: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket"]
    env = environment(port, {"APP_HOST": "::1"})
    ready = wait_for_line("Listening at")
    with running(
        command, log=tmp_path / "log", cwd=project, env=env, port=port, ready=ready
    ) as process:
        assert f"http://[::1]:{port}" in process.log.read_text()


def test_the_first_lines_in_development_are_for_people(project: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "app.py"]
    env = environment(port)
    with running(command, log=tmp_path / "log", cwd=project, env=env, port=port) as process:
        text = process.log.read_text()
    assert "Dash is running on" in text
    assert text.count(f"http://127.0.0.1:{port}") == 2, "Dash's line and Werkzeug's"
    assert "\\x1b" not in text
    assert "\\n" not in text


@pytest.mark.parametrize("words", ["app:server", ""], ids=["app", "alone"])
def test_gunicorns_configuration_works_from_any_folder(
    project: Path, tmp_path: Path, words: str
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", str(project / "gunicorn.conf.py")]
    with (
        running(
            [*command, *words.split()],
            log=tmp_path / "log",
            cwd=tmp_path,
            env=environment(port),
            port=port,
        ) as process,
        urllib.request.urlopen(f"{process.url}/ready") as ready,
    ):
        assert ready.status == 200
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_gunicorn_finds_its_configuration_by_itself(project: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "app:server"]
    with running(
        command, log=tmp_path / "log", cwd=project, env=environment(port), port=port
    ) as process:
        assert process.port == port, "which PORT says, and the configuration reads"
