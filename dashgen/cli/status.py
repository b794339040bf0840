"""``dashgen status`` on the command line."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashgen.cli.console import Output, shown
from dashgen.cli.parameters import Json, Project, Quiet, Template, Verbose
from dashgen.errors import ExitCode

if TYPE_CHECKING:
    from dashgen.commands.status import Status


def status(
    path: Project = Path(),
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help=f"Exit with {int(ExitCode.OUTDATED)} where a newer template is there, and "
            f"otherwise with {int(ExitCode.DIFFERS)} where files differ from the template.",
        ),
    ] = False,
    template: Template = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode | None:
    """Show a project's template, its choices and its differences."""
    from dashgen.commands.status import status as ask

    found = ask(path, template=template)
    Output(as_json, quiet).result(_as_data(found), lambda: _as_text(found))
    if not check:
        return None
    if found.outdated or found.unfinished:
        return ExitCode.OUTDATED
    differs = found.modified or found.deleted or found.renamed or found.leftovers
    return ExitCode.DIFFERS if differs else None


def _as_data(status: "Status") -> dict[str, Any]:
    return {
        "path": str(status.project),
        "version": status.version,
        "newest": status.newest,
        "outdated": status.outdated,
        "unfinished": status.unfinished,
        "operation": status.operation,
        "answers": dict(status.answers),
        "modified": status.modified,
        "deleted": status.deleted,
        "renamed": dict(status.renamed),
        "pages": [asdict(page) for page in status.pages],
        "leftovers": [left._asdict() for left in status.leftovers],
    }


def _as_text(status: "Status") -> str:
    width = max(map(len, status.answers), default=0)
    news = ", the newest here"
    if status.outdated:
        news = f", while {status.newest} is there: dashgen update"
    elif status.version != status.newest:
        news = f", newer than this dashgen's {status.newest}"
    lines = [f"{status.project}: template {status.version}{news}", ""]
    lines += [f"  {name:<{width}}  {shown(value)}" for name, value in status.answers.items()]
    if status.unfinished:
        lines += ["", "An update is unfinished: dashgen update --abort puts everything back."]
    if status.pages:
        lines += ["", "These pages are not where the answers have them:", ""]
        lines += [f"  {page.name}: {page.advice}" for page in status.pages]
    if status.leftovers:
        causes = "Earlier updates"
        if status.operation:
            # Both write the same markers.
            causes = f"Earlier updates and the unfinished {status.operation}"
        lines += ["", f"{causes} left these files for you:", ""]
        lines += [f"  {path} {advice}" for path, advice in status.leftovers]
    if not (status.modified or status.deleted or status.renamed):
        return "\n".join([*lines, "", "No file differs from the template."])
    lines += ["", "These differ from the template:", ""]
    lines += [f"  modified  {path}" for path in status.modified]
    lines += [f"  deleted   {path}" for path in status.deleted]
    lines += [f"  renamed   {old} to {new}" for old, new in status.renamed.items()]
    return "\n".join(lines)
