"""``dashgen check`` on the command line."""

import json
from pathlib import Path
from typing import Annotated

import typer

from dashgen.cli.command import command, offering
from dashgen.cli.console import Output, print_now, styled
from dashgen.errors import CheckOptionError, ExitCode

FORMATS = {"text": "Lines for people", "github": "Annotations for GitHub Actions"}


@command(
    examples=(
        ("dashgen check", "all apps in the current folder"),
        ("dashgen check app.py --select DG101", "one file, one rule"),
        ("dashgen check --diff", "what --fix would rename"),
        ("dashgen check --output-format github", "annotations in a pull request"),
    )
)
def check(
    output: Output,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Files and folders. Default: the current folder.",
            show_default=False,
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="RULE", help="Report these rules only. Repeatable."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="RULE", help="Do not report these rules. Repeatable."),
    ] = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Show and write the renames that cannot change behaviour."),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would change, write nothing.")
    ] = False,
    output_format: Annotated[
        str,
        typer.Option(
            "--output-format",
            metavar="FORMAT",
            help="Form of the report.",
            autocompletion=offering(*FORMATS.items()),
        ),
    ] = "text",
) -> ExitCode | None:
    """Find mistakes in Dash apps.

    Reads any Dash project without importing or running it.
    """
    from dashgen.check.output import as_data, as_github, as_text
    from dashgen.commands.check import check as run
    from dashgen.commands.check import fix as mend

    if output_format not in FORMATS:
        raise CheckOptionError(
            f"--output-format: there is no {output_format!r}", f"it takes {', '.join(FORMATS)}"
        )
    files = [Path(path) for path in paths or ()]
    rules = {"select": _words(select), "ignore": _words(ignore)}
    checked = run(files, **rules)
    if fix or diff:
        for change in mend(checked, write=not diff):
            output.step(change.diff.rstrip())
        if not diff:
            checked = run(files, **rules)
    for path, why in checked.unreadable:
        output.warn(f"{path} is not read: {why}")
    if output.as_json:
        print_now(json.dumps(as_data(checked.findings), ensure_ascii=False))
    elif output_format == "github":
        print_now(as_github(checked.findings))
    elif not output.quiet or checked.findings:
        print_now(as_text(checked.findings, checked.files, styled))
    return ExitCode.FOUND if checked.findings else None


def _words(given: list[str] | None) -> list[str]:
    """Return the rules of an option, which may be given with commas or several times."""
    return [word.strip() for text in given or () for word in text.split(",")]
