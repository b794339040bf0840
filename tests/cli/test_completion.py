"""The Tab key: what the shells get, and what bash makes of it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from dashgen.cli.app import COMMANDS, main
from dashgen.cli.completion import SHELLS
from dashgen.releases import installed

Offered = Callable[..., list[str]]
STORAGE = next(
    question for question in installed.own_template().visible if question.name == "storage"
)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Offered:
    """Return what asks for a completion, as the function does that Typer gives a shell."""

    def ask(shell: str, *words: str) -> list[str]:
        line = ["dashgen", *words]
        monkeypatch.setenv("_DASHGEN_COMPLETE", f"complete_{shell}")
        monkeypatch.setenv("COMP_WORDS", "\n".join(line))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", " ".join(line))
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        assert main([]) == 0
        return capsys.readouterr().out.split("\n")[:-1]

    return ask


# Where nothing fits, the shells complete paths.
PATHS = [""]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("n",), ["new"]),
        (("",), [*COMMANDS]),
        (("--ver",), ["--version"]),
        (("new", ""), PATHS),
        (("new", "x", "--answers", ""), PATHS),
        (("new", "x", "--stor"), ["--storage"]),
        (("new", "x", "--storage", ""), [*STORAGE.values]),
        (("new", "--storage", "redis", "--storag"), PATHS),
        (("new", "x", "--storage", "re"), ["redis"]),
        (("new", "x", "--storage", "=", "re"), ["redis"]),
        (("new", "x", "--storage", "="), [*STORAGE.values]),
        (("new", "x", "--existing", "b"), ["beside"]),
        (("update", "--conflict", "r"), ["rej"]),
        (("new", "x", "--no-g"), ["--no-git"]),
        (("new", "x", "--no-d"), ["--no-docker"]),
        (("new", "--", "--stor"), PATHS),
        (("new", "x", "y", ""), PATHS),
        (("options", "sto"), ["storage"]),
        (("config", "s"), ["show", "set"]),
        (("config", "set", "sto"), ["storage"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bash_gets_the_words_that_fit(
    offered: Offered, words: tuple[str, ...], expected: list[str]
) -> None:
    assert offered("bash", *words) == expected


def test_zsh_and_fish_get_the_meanings_too(offered: Offered) -> None:
    choice = STORAGE.choices[0]
    words = ("new", "x", "--storage", "sq")
    assert offered("fish", *words) == [f"{choice.value}\t{choice.meaning}"]
    assert f'"{choice.value}":"{choice.meaning}"' in offered("zsh", *words)[0]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert f"_DASHGEN_COMPLETE=complete_{shell}" in capsys.readouterr().out


def test_bash_completes_a_line_at_a_terminal(work: Path, tmp_path: Path) -> None:
    (work / "folder with spaces").mkdir()
    (work / "file").touch()
    command = tmp_path / "dashgen"
    # It completes as it does, and else shows what it was called with.
    command.write_text(
        "#!/bin/sh\n"
        f'[ -z "$_DASHGEN_COMPLETE$LOAD" ] || exec "{sys.executable}" -m dashgen "$@"\n'
        "printf '<%s>' \"$@\"\n"
    )
    command.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    bash = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile"],
        encoding="utf-8",
        timeout=30,
        dimensions=(40, 200),
        env=os.environ | {"PATH": path, "PS1": "", "TERM": "dumb"},
    )
    bash.sendline("bind 'set enable-bracketed-paste off'; stty -echo; echo rea''dy")
    bash.expect_exact("ready")
    bash.sendline('eval "$(LOAD=1 dashgen completion bash)"; printf "lo%s\\n" aded')
    bash.expect_exact("loaded")
    bash.send("dashgen ne\tfo\t --sto\tre\t--layout=t\t\r")
    bash.expect_exact("<new><folder with spaces/><--storage><redis><--layout=tabs>")
    bash.close()


def test_a_failure_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_DASHGEN_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "dashgen\n")
    monkeypatch.setenv("COMP_CWORD", "no number")
    assert main([]) == 1
    assert capsys.readouterr() == ("", "")
