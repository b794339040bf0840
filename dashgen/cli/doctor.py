"""``dashgen doctor`` on the command line."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashgen.cli.console import Output, styled
from dashgen.cli.parameters import Json, Quiet, Verbose
from dashgen.errors import ExitCode

if TYPE_CHECKING:
    from dashgen.commands.doctor import Diagnosis

MARKS = {"ok": ("ok", "good"), "note": ("note", "warning"), "failed": ("FAIL", "bad")}


def doctor(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", help="Project folder. Default: the current folder, if it is a project."
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode:
    """Check this machine and a project.

    Looks at tools, settings, servers and ports. Reads the project's .env and the environment, and
    asks the app whether storage and jobs are ready. Exit code 1 if a line fails. Each failure comes
    with a way out.
    """
    from dashgen.commands.doctor import doctor as examine

    diagnosis = examine(path)
    Output(as_json, quiet).result(_as_data(diagnosis), lambda: _as_text(diagnosis))
    return ExitCode.DONE if diagnosis.healthy else ExitCode.FAILED


def _as_data(diagnosis: "Diagnosis") -> dict[str, Any]:
    return {
        "project": str(diagnosis.project) if diagnosis.project else None,
        "healthy": diagnosis.healthy,
        "findings": [asdict(finding) for finding in diagnosis.findings],
    }


def _as_text(diagnosis: "Diagnosis") -> str:
    column = max(len(finding.subject) for finding in diagnosis.findings)
    lines = []
    for finding in diagnosis.findings:
        word, style = MARKS[finding.verdict]
        lines.append(
            f"{styled(f'{word:<4}', style)}  {finding.subject:<{column}}  {finding.message}"
        )
        if finding.advice:
            lines.append(f"{'':<6}{'':<{column}}  {styled('→', 'term')} {finding.advice}")
    if diagnosis.project is None:
        lines.append("\nThere is no project here. To check a project, run dashgen doctor PATH.")
    failed = sum(finding.verdict == "failed" for finding in diagnosis.findings)
    lines.append(f"\n{failed} failed." if failed else "\nAll is well.")
    return "\n".join(lines)
