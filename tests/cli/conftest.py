"""Every test gets its own git identity, home folder and an empty folder to work in."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashgen.system import ENDING

AUTHOR = "Ada Lovelace"
UV_CACHE = Path.home() / ".cache/uv"


@pytest.fixture(autouse=True)
def git_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Replace the user's git configuration by one with nothing but an identity."""
    configuration = tmp_path / "gitconfig"
    configuration.write_text(f"[user]\nname = {AUTHOR}\nemail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return configuration


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home folder for all tests, so that the template's history goes there once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def user_folders(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the user's home folder and preferences; what uv has downloaded is still used."""
    monkeypatch.setenv("UV_CACHE_DIR", os.environ.get("UV_CACHE_DIR", str(UV_CACHE)))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the current one."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def signal_handlers() -> Iterator[None]:
    """Put back the signal handlers that the command line replaces in this process."""
    numbers = (signal.SIGINT, *ENDING)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
