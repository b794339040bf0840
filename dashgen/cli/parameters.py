"""The arguments and options that several commands have, and the words of completion."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, errors too. Never ask.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Print the traceback of an internal error.")
]
Project = Annotated[
    Path, typer.Argument(help="Project folder.", metavar="PATH", show_default="current folder")
]
Template = Annotated[
    str | None,
    typer.Option(
        metavar="SOURCE", help="Take the template's versions from a bundle or a git repository."
    ),
]

DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Show what would be done and write nothing.")
]
Diff = Annotated[bool, typer.Option("--diff", help="Show the changes line by line, too.")]
Yes = Annotated[
    bool, typer.Option("-y", "--yes", help="Ask nothing. Needed where there is no terminal.")
]
Try = Annotated[
    bool,
    typer.Option(
        "--try/--no-try",
        help="Start the app in the project's .venv before and after, and report what broke.",
    ),
]


class Command(TyperCommand):
    """A command whose class may have options beside the parameters of its function."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options of the function, and then the others."""
        TyperCommand(self.name, params=self.params).format_options(ctx, formatter)
        self.format_more(ctx, formatter)

    def format_more(self, ctx: Any, formatter: Any) -> None:
        """Write the options of the class, in sections of their own."""


def kept_option(place: str, name: str, kind: Any, *flags: str, **more: Any) -> Any:
    """Return an option whose value the context keeps, by its name and at a place of ``meta``."""

    def keep(context: typer.Context, value: Any) -> None:
        if value not in (None, [], ()):
            context.meta.setdefault(place, {})[name] = value

    declaration = typer.Option(
        *flags, callback=keep, expose_value=False, show_default=False, **more
    )
    app = typer.Typer(add_completion=False)

    @app.command()
    def declare(value: Annotated[kind | None, declaration] = None) -> None: ...

    (option,) = typer.main.get_command(app).params
    option.name = name
    return option


def question_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the questions, each with its help, for a shell to complete."""
    # Imported here, because reading the question files takes longer than all the rest.
    from dashgen.releases import installed

    return [
        (q.name, q.help) for q in installed.own_template().visible if q.name.startswith(incomplete)
    ]
