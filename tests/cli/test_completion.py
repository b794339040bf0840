"""The Tab key: what the shells get, and what bash makes of it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from dashgen.cli.app import COMMANDS, main
from dashgen.cli.completion import SCRIPTS
from dashgen.questions import visible

Offered = Callable[..., list[str]]
STORAGE = next(question for question in visible() if question.name == "storage")


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Offered:
    """Return what asks for a completion, as a shell's function does."""

    def ask(shell: str, *words: str) -> list[str]:
        monkeypatch.setenv("_DASHGEN_COMPLETE", shell)
        assert main(words) == 0
        return capsys.readouterr().out.splitlines()

    return ask


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("n",), ["values", "new"]),
        (("new", ""), ["folders"]),
        (("new", "x", "--answers", ""), ["files"]),
        (("new", "x", "--stor"), ["values", "--storage"]),
        (("new", "x", "--storage", ""), ["values", *STORAGE.values]),
        (("new", "--storage", "redis", "--storag"), ["values"]),
        (("new", "x", "--storage", "re"), ["values", "redis"]),
        (("new", "x", "--storage", "=", "re"), ["values", "redis"]),
        (("new", "x", "--storage", "="), ["values", *STORAGE.values]),
        (("new", "x", "--no-g"), ["values", "--no-git"]),
        (("new", "--", "--stor"), ["folders"]),
        (("new", "x", "y", ""), ["values"]),
        (("options", "sto"), ["values", "storage"]),
        (("nonsense", ""), ["values"]),
        ((), ["values", *COMMANDS, "--help", "--version"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bash_gets_the_words_that_fit(
    offered: Offered, words: tuple[str, ...], expected: list[str]
) -> None:
    assert offered("bash", *words) == expected


def test_zsh_and_fish_get_the_meanings_too(offered: Offered) -> None:
    choice = STORAGE.choices[0]
    words = ("new", "x", "--storage")
    assert offered("zsh", *words, "")[1] == f"{choice.value}:{choice.meaning}"
    assert offered("fish", *words, "")[1] == f"{choice.value}\t{choice.meaning}"
    assert offered("zsh", "new", "--storage=sq")[1] == f"--storage=sqlite:{choice.meaning}"
    assert offered("fish", "new", "--storage=sq")[1] == f"--storage=sqlite\t{choice.meaning}"


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_of_a_shell_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_DASHGEN_COMPLETE={shell}" in script or f"_DASHGEN_COMPLETE {shell}" in script


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
    bash.send("dashgen ne\tf\t --sto\tre\t--layout=t\t\r")
    bash.expect_exact("<new><folder with spaces/><--storage><redis><--layout=tabs>")
    bash.close()


def test_a_failure_says_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashgen", "new", ""],
        env=os.environ | {"_DASHGEN_COMPLETE": "bash", "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, b"")
