"""``dashgen config`` on the command line."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashgen.cli.command import command, offering
from dashgen.cli.console import Output, answer_text, styled
from dashgen.cli.questions import question_offers
from dashgen.errors import CommandLineError

if TYPE_CHECKING:
    from dashgen.commands.config import Config

SAYS = {"you": "set by you", "git": "from git", "template": ""}
ACTIONS = {
    "show": "the defaults that are in force",
    "set": "keep a default for projects to come",
    "reset": "forget one, or all of them",
}


@command(
    examples=(
        ("dashgen config", "show what a new project gets"),
        ("dashgen config set storage redis", "choose that from now on"),
        ("dashgen config reset storage", "forget it; without a name, all of them"),
    )
)
def config(
    output: Output,
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="show, set or reset.",
            autocompletion=offering(*ACTIONS.items()),
        ),
    ] = "show",
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION", help="Which one.", autocompletion=offering(*question_offers())
        ),
    ] = "",
    value: Annotated[
        str | None, typer.Argument(metavar="VALUE", help="The answer to keep.")
    ] = None,
) -> None:
    """Show, set and reset your own defaults."""
    # Imported here, so that --help stays fast.
    from dashgen.commands import config as defaults

    if action == "set" and question and value is not None:
        found = defaults.set_default(question, value)
    elif action == "reset" and value is None:
        found = defaults.reset(question or None)
    elif action == "show" and not question:
        found = defaults.show()
    else:
        raise CommandLineError(
            "that is none of 'config', 'config set QUESTION ANSWER', 'config reset [QUESTION]'",
            "see 'dashgen config --help'",
        )
    output.result(_as_data(found), lambda: _as_text(found))


def _as_data(config: "Config") -> dict[str, Any]:
    return {
        "file": str(config.file),
        "defaults": {
            default.name: {"value": default.value, "origin": default.origin}
            for default in config.defaults
        },
    }


def _as_text(config: "Config") -> str:
    names = max(len(default.name) for default in config.defaults)
    values = max(len(answer_text(default.value)) for default in config.defaults)
    lines = [
        f"  {styled(f'{default.name:<{names}}', 'term')}  "
        f"{answer_text(default.value):<{values}}  {styled(SAYS[default.origin], 'faint')}".rstrip()
        for default in config.defaults
    ]
    kept = "" if config.file.exists() else " (none yet)"
    return "\n".join([f"Your defaults for new projects, {config.file}{kept}:\n", *lines])
