"""What the commands that look at a project have in common."""

from typing import Annotated, Any

import typer

Project = Annotated[
    str, typer.Argument(metavar="PATH", help="The project's folder; this one where left out.")
]
Template = Annotated[
    str | None,
    typer.Option(
        "--template",
        metavar="SRC",
        help="Take the template's versions from a bundle or a git repository.",
        rich_help_panel="Template",
    ),
]


def shown(answer: Any) -> str:
    """Return an answer as people write it, also one that is empty."""
    return {True: "yes", False: "no", "": "empty"}.get(answer, str(answer))
