"""``dashgen check`` on the command line."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dashgen.cli.console import Output, print_json, print_now, styled
from dashgen.cli.parameters import Json, Quiet, Verbose
from dashgen.errors import ExitCode


class Format(StrEnum):
    """The forms of the report."""

    TEXT = "text"
    GITHUB = "github"


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Files and folders. Default: the current folder.",
            show_default=False,
        ),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Report these rules only. Repeatable.")
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Do not report these rules. Repeatable."),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Show and write the renames that cannot change behaviour.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would change, write nothing.")
    ] = False,
    output_format: Annotated[
        Format, typer.Option(help="Form of the report: for people, or for GitHub Actions.")
    ] = Format.TEXT,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode | None:
    """Find mistakes in Dash apps.

    Reads any Dash project without importing or running it. Exit code 7 if it finds something, or
    cannot read a file.

    \b
    Examples:
      dashgen check                   all apps in this folder
      dashgen check --select DG101    one rule
      dashgen check --diff            what --fix would rename
    """
    from dashgen.check.output import as_data, as_github, as_text
    from dashgen.commands.check import check as run
    from dashgen.commands.check import fix as mend

    output = Output(as_json, quiet)
    rules = {"select": _words(select), "ignore": _words(ignore)}
    checked = run(paths or (), **rules)
    if fix or diff:
        from dashgen.update.content import patch

        for change in mend(checked, write=not diff):
            difference = patch(change.name, change.before, change.after)
            output.step(difference.decode(errors="replace").rstrip())
        if not diff:
            checked = run(paths or (), **rules)
    for path, why in checked.unreadable:
        output.warn(f"{path} is not read: {why}")
    if as_json:
        print_json(as_data(checked.findings))
    elif output_format is Format.GITHUB:
        print_now(as_github(checked.findings))
    elif not quiet or checked.findings:
        print_now(as_text(checked.findings, checked.files, len(checked.unreadable), styled))
    return ExitCode.FOUND if checked.findings or checked.unreadable else None


def _words(given: list[str] | None) -> list[str]:
    """Return the rules of an option, which may be given with commas or several times."""
    return [word.strip() for text in given or () for word in text.split(",")]
