"""Completion by the Tab key: ``dashgen completion``, and the answers for the shells."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dashgen.cli.console import Output
from dashgen.cli.parameters import Json, Quiet, Verbose
from dashgen.errors import CommandLineError, ExitCode

# Typer's name of it for a program called dashgen.
VARIABLE = "_DASHGEN_COMPLETE"


class Shell(StrEnum):
    """The shells that dashgen completes in."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[
        Shell | None, typer.Argument(metavar="SHELL", help="bash, zsh or fish. Default: yours.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print the script for completion by the Tab key.

    'dashgen --install-completion' installs it.

    \b
    In ~/.bashrc:
      eval "$(dashgen completion bash)"
    In ~/.zshrc, below compinit:
      eval "$(dashgen completion zsh)"
    Once, for fish:
      dashgen completion fish > ~/.config/fish/completions/dashgen.fish
    """
    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in set(Shell):
        wrong = f"{name!r} is not a shell that dashgen knows" if name else "no shell is named"
        raise CommandLineError(wrong, f"name one of {', '.join(Shell)}")
    script = subprocess.run(
        [sys.executable, "-m", "dashgen"],
        env=os.environ | {VARIABLE: f"source_{name}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    Output(as_json, quiet).result({"shell": name, "script": script}, lambda: script, verbatim=True)


def complete(app: typer.Typer) -> int:
    """Answer a shell, which asks by the environment, and return the exit code."""
    try:
        if os.environ[VARIABLE] == "complete_bash":
            _join_equals()
        app(args=[], prog_name="dashgen", standalone_mode=False)
    except SystemExit as end:
        return int(end.code or 0)
    except Exception:
        # Nothing that goes wrong may end up in the line that somebody is typing.
        return ExitCode.FAILED
    return ExitCode.DONE


def _join_equals() -> None:
    """Join the words that bash splits at equals signs, because Typer does not."""
    words = os.environ["COMP_WORDS"].split("\n")[: int(os.environ["COMP_CWORD"]) + 1]
    joined = list(_joined(words))
    os.environ |= {"COMP_WORDS": "\n".join(joined), "COMP_CWORD": str(len(joined) - 1)}


def _joined(words: Sequence[str]) -> Iterator[str]:
    whole = ""
    for word in words:
        if whole.startswith("--") and (word == "=" or whole.endswith("=")):
            whole += word
            continue
        if whole:
            yield whole
        whole = word
    yield whole
