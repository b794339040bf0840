"""``dashgen diff`` on the command line."""

import sys
from pathlib import Path

from dashgen.cli.console import Output, has_colour
from dashgen.cli.parameters import Json, Project, Quiet, Template, Verbose


def diff(
    path: Project = Path(),
    template: Template = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show the changes of a project, compared with its template.

    The format is git's, from the template's files to the project's.
    """
    from dashgen.commands.status import diff as compare

    text = compare(path, template=template, color=not as_json and has_colour(sys.stdout))
    Output(as_json, quiet).result({"diff": text}, lambda: text.rstrip("\n"), verbatim=True)
