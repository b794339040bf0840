"""``dashgen completion``: what makes a shell complete dashgen's commands, options and choices."""

import os
from pathlib import Path
from typing import Annotated

import typer
from typer.completion import get_completion_script  # type: ignore[attr-defined]

from dashgen.cli.command import command, offering
from dashgen.cli.complete import VARIABLE
from dashgen.cli.console import Output
from dashgen.errors import CommandLineError

SHELLS = {
    "bash": ('eval "$(dashgen completion bash)"', "in ~/.bashrc"),
    "zsh": ('eval "$(dashgen completion zsh)"', "in ~/.zshrc, below compinit"),
    "fish": (
        "dashgen completion fish > ~/.config/fish/completions/dashgen.fish",
        "once",
    ),
}


@command(examples=tuple(SHELLS.values()))
def completion(
    output: Output,
    shell: Annotated[
        str,
        typer.Argument(
            metavar="SHELL",
            help="bash, zsh or fish; your own where left out.",
            autocompletion=offering(*((shell, where) for shell, (_, where) in SHELLS.items())),
        ),
    ] = "",
) -> None:
    """Print what makes a shell complete dashgen's words.

    'dashgen --install-completion' puts it where the shell finds it.
    """
    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        wrong = f"{name!r} is not a shell that dashgen knows" if name else "no shell is named"
        raise CommandLineError(wrong, f"name one of {', '.join(SHELLS)}")
    script = get_completion_script(prog_name="dashgen", complete_var=VARIABLE, shell=name)
    output.result({"shell": name, "script": script}, lambda: script)
