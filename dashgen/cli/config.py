"""``dashgen config`` on the command line."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashgen.cli.console import Output, answer_text, styled
from dashgen.cli.parameters import Json, Quiet, Verbose, question_names
from dashgen.errors import CommandLineError

if TYPE_CHECKING:
    from dashgen.commands.config import Config

SAYS = {"you": "set by you", "git": "from git", "template": ""}


class Action(StrEnum):
    """The action on the defaults."""

    SHOW = "show"
    SET = "set"
    RESET = "reset"


def config(
    action: Annotated[
        Action, typer.Argument(metavar="ACTION", help="show, set or reset.")
    ] = Action.SHOW,
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION", help="Name of the question.", autocompletion=question_names
        ),
    ] = "",
    value: Annotated[
        # Text reaches the template's checks as it is typed, even if it is not UTF-8.
        str | None, typer.Argument(metavar="ANSWER", help="The default to keep.", parser=str)
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show, set and reset your own defaults.

    \b
    Examples:
      dashgen config                     show the defaults
      dashgen config set storage redis   keep a default
      dashgen config reset storage       forget it
      dashgen config reset               forget all of them
    """
    from dashgen.commands import config as defaults

    if action is Action.SET and question and value is not None:
        found = defaults.set_default(question, value)
    elif action is Action.RESET and value is None:
        found = defaults.reset(question or None)
    elif action is Action.SHOW and not question:
        found = defaults.show()
    else:
        raise CommandLineError(
            "that is none of 'config', 'config set QUESTION ANSWER', 'config reset [QUESTION]'",
            "see 'dashgen config --help'",
        )
    Output(as_json, quiet).result(_as_data(found), lambda: _as_text(found))


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
