"""What dashgen remembers of its user, and what goes before it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from platformdirs.macos import MacOS
from platformdirs.windows import Windows, get_win_folder_from_env_vars

from dashgen.cli.app import main
from dashgen.commands.new import new
from dashgen.preferences import preferable, preferences_file
from dashgen.releases import installed

from .conftest import AUTHOR


def config(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["config", *words, "--json"]) == 0
    return {
        name: (default["value"], default["origin"])
        for name, default in json.loads(capsys.readouterr().out)["defaults"].items()
    }


def test_a_default_is_set_shown_and_reset(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = config(capsys)
    assert first["storage"] == ("sqlite", "template")
    assert first["author"] == (AUTHOR, "git")
    assert not preferences_file().exists()

    config(capsys, "set", "storage", "redis")
    now = config(capsys, "set", "author", "Grace: Höpper")
    assert now == first | {"storage": ("redis", "you"), "author": ("Grace: Höpper", "you")}
    assert new("shop", defaults=True, dry_run=True).answers["author"] == "Grace: Höpper"

    assert config(capsys, "reset", "author") == first | {"storage": ("redis", "you")}
    assert config(capsys, "reset") == first
    assert not preferences_file().exists()


def test_every_choice_can_be_a_preference_and_what_is_new_each_time_cannot() -> None:
    names = {question.name for question in preferable()}
    assert names >= {
        q.name for q in installed.own_template().visible if q.choices or q.type == "bool"
    } | {"author"}
    assert not names & {"name", "package"}


def test_flag_then_answers_file_then_preference_then_git_then_default(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = work / "answers.yml"
    preferences = preferences_file()
    preferences.parent.mkdir(parents=True)

    def author(**more: Any) -> Any:
        return new("shop", defaults=True, dry_run=True, **more).answers["author"]

    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert author() == ""
    git = work / "git"
    git.write_text("[user]\nname = Git\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(git))
    assert author() == "Git"
    preferences.write_text("author: Preference\n")
    assert author() == "Preference"
    answers.write_text("author: File\n")
    assert author(answers_file=answers) == "File"
    assert author(answers_file=answers, answers={"author": "Flag"}) == "Flag"


def test_another_platform_has_another_place(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert preferences_file() == Path(os.environ["XDG_CONFIG_HOME"]) / "dashgen/preferences.yml"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert preferences_file() == home / ".config/dashgen/preferences.yml"
    monkeypatch.setattr("platformdirs.PlatformDirs", MacOS)
    folder = home / "Library/Application Support/dashgen"
    assert preferences_file() == folder / "preferences.yml"
    monkeypatch.setattr("platformdirs.PlatformDirs", Windows)
    monkeypatch.setattr("platformdirs.windows.get_win_folder", get_win_folder_from_env_vars)
    monkeypatch.setenv("LOCALAPPDATA", str(home / "AppData/Local"))
    assert preferences_file() == home / "AppData/Local/dashgen/preferences.yml"


def test_the_answers_of_a_project_are_preferences(work: Path) -> None:
    made = new("shop", answers={"storage": "redis"}, defaults=True)
    file = preferences_file()
    file.parent.mkdir(parents=True)
    file.write_bytes((made.path / ".copier-answers.yml").read_bytes())
    assert new("other", defaults=True, dry_run=True).answers["storage"] == "redis"


@pytest.mark.parametrize("words", ["config", "config set storage redis", "config reset"])
def test_a_file_that_no_reset_mends_has_another_hint(
    work: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    preferences_file().mkdir(parents=True)
    assert main(words.split()) == 2
    assert "is a directory; make it a file that you can read" in capsys.readouterr().err


def test_a_preference_of_another_version_is_left_alone(work: Path) -> None:
    file = preferences_file()
    file.parent.mkdir(parents=True)
    file.write_text("flavour: sweet\nstorage: redis\n")
    assert new("shop", defaults=True, dry_run=True).answers["storage"] == "redis"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"storage: [redis", "is not YAML"),
        (b"\xff\xfe\x00", "is not YAML"),
        (b"- storage\n", "'question: answer' lines"),
        (b"storage: [redis]\n", "storage is not a single value"),
        (b"storage: oracle\n", "'oracle'"),
    ],
    ids=["not yaml", "binary", "a list", "a list in it", "no such choice"],
)
@pytest.mark.parametrize("words", [["new", "shop", "-y"], ["config"]], ids=["new", "config"])
def test_a_damaged_file_is_one_line_and_a_reset_mends_it(
    work: Path, capsys: pytest.CaptureFixture[str], words: list[str], content: bytes, says: str
) -> None:
    file = preferences_file()
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert main(words) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert str(file) in line
    assert says in line
    assert main(["config", "reset"]) == 0
    assert main(words) == 0


def test_a_failure_keeps_the_preferences_that_were_there(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config(capsys, "set", "storage", "redis")
    file = preferences_file()
    before = file.read_bytes()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert main(["config", "set", "storage", "mongodb"]) == 2
    assert "no space left" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]
