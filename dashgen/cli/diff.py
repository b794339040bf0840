"""``dashgen diff`` on the command line."""

import sys
from pathlib import Path

from dashgen.cli.command import command
from dashgen.cli.console import Output, has_colour
from dashgen.cli.project import Project, Template


@command(examples=(("dashgen diff", "this project"), ("dashgen diff shop", "another one")))
def diff(output: Output, path: Project = ".", template: Template = None) -> None:
    """Show what a project has changed of what the template gave it.

    As git shows a difference: from the template's files to the project's.
    """
    from dashgen.commands.status import diff as compare

    color = not output.as_json and has_colour(sys.stdout)
    text = compare(Path(path), template=template, color=color)
    output.result({"diff": text}, lambda: text.rstrip("\n"))
