"""``dashgen add page``, ``remove page`` and ``rename page`` on the command line."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashgen.cli.console import Output
from dashgen.cli.data import DataCommand, data_page, stated_file
from dashgen.cli.parameters import Diff, DryRun, Json, Quiet, Try, Verbose, Yes
from dashgen.cli.update import carried_out
from dashgen.errors import CommandLineError, ExitCode
from dashgen.update.content import Style

if TYPE_CHECKING:
    from dashgen.commands.data import DataPage

add = typer.Typer(rich_markup_mode=None, help="Add a page to a project.")
remove = typer.Typer(rich_markup_mode=None, help="Remove a page from a project.")
rename = typer.Typer(rich_markup_mode=None, help="Rename a page of a project.")

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="Name of the page.")]
In = Annotated[
    Path, typer.Option("--project", metavar="PATH", help="Project folder.", show_default=".")
]
Conflict = Annotated[Style, typer.Option(help="Leave a conflict between markers, or in FILE.rej.")]


def _kinds(incomplete: str = "") -> list[tuple[str, str]]:
    from dashgen.releases import installed

    kinds = next(q.default for q in installed.own_template().questions if q.name == "page_kinds")
    return [pair for pair in kinds.items() if pair[0].startswith(incomplete)]


@add.callback()
@remove.callback()
@rename.callback()
def pages() -> None:
    """Name the thing to add, remove or rename."""


@add.command("page", cls=DataCommand)
def add_page(
    context: typer.Context,
    name: Name = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="Kind: blank, data, form or job.", autocompletion=_kinds),
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Title. Default: from the name.")
    ] = None,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Description of the page on Home.")
    ] = None,
    icon: Annotated[
        str | None, typer.Option(metavar="PATH", help="Path of an SVG of 24 by 24.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:TYPE",
            help="Field of a form: text, number, date, yesno, or choice=a,b. Repeatable.",
        ),
    ] = None,
    project: In = Path(),
    dry_run: DryRun = False,
    diff: Diff = False,
    yes: Yes = False,
    conflict: Conflict = Style.INLINE,
    try_: Try = True,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode | None:
    """Add a page to a project.

    Writes its folder and its test. A page that you deleted comes back without --kind. Your edits
    are kept. Nothing is committed for you. Undo it with dashgen update --abort.

    \b
    Examples:
      dashgen add page notes --kind blank
      dashgen add page customers --kind form
        --field name:text --field tier:choice=gold,silver
      dashgen add page orders --from orders.csv
    """
    from dashgen.commands.pages import add_page as write
    from dashgen.commands.pages import name_fault, recorded_entry, require_project

    output = Output(as_json, quiet)
    file = stated_file(context)
    name = _asked(output, project, name, yes, "What should the page be called?", check=name_fault)
    given = {"title": title, "description": description, "icon": icon}
    # A page that was deleted by hand comes back as it was.
    again = {} if file or kind else recorded_entry(project, name)
    kind = again.get("kind") or kind
    if kind is None:
        kind = "data" if file else _chosen(output, project, name, yes)
    entry: dict[str, Any] = {
        "name": name,
        "kind": kind,
        **{key: value for key, value in again.items() if key not in {"name", "kind"}},
        **{key: value for key, value in given.items() if value is not None},
    }
    if field:
        entry["fields"] = [_field(words) for words in field]
    page: DataPage | None = None
    if file:
        if kind != "data":
            raise CommandLineError(f"a {kind} page has no file", "leave out --kind or --from")
        if ask := output.can_ask and not yes:
            require_project(project)
        page = data_page(context, output, file, project, entry, ask=ask, dry_run=dry_run)
        entry = dict(page.entry)
    files = page.files if page else None
    move = partial(write, project, entry, files=files, style=conflict, trying=try_)
    more = {"data": page.description.as_data()} if page else {}
    return carried_out(output, move, dry_run=dry_run, diff=diff, yes=yes, more=more)


@remove.command("page")
def remove_page(
    name: Name = None,
    project: In = Path(),
    dry_run: DryRun = False,
    diff: Diff = False,
    yes: Yes = False,
    conflict: Conflict = Style.INLINE,
    try_: Try = True,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode | None:
    """Remove a page from a project.

    Removes its folder and its test. A page that you edited is kept and named. Undo it with
    dashgen update --abort.

    \b
    Examples:
      dashgen remove page reports
      dashgen remove page reports --dry-run
    """
    from dashgen.commands.pages import remove_page as write

    output = Output(as_json, quiet)
    which = _asked(output, project, name, yes, "Which page should go?")
    move = partial(write, project, which, style=conflict, trying=try_)
    return carried_out(output, move, dry_run=dry_run, diff=diff, yes=yes)


@rename.command("page")
def rename_page(
    name: Name = None,
    new: Annotated[str | None, typer.Argument(metavar="NEW", help="Its new name.")] = None,
    project: In = Path(),
    dry_run: DryRun = False,
    diff: Diff = False,
    yes: Yes = False,
    conflict: Conflict = Style.INLINE,
    try_: Try = True,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> ExitCode | None:
    """Rename a page of a project.

    Renames its folder, its test, its address and its ids. A folder that you renamed yourself is
    taken as it is. The app no longer finds the visitors' records of the old name. Undo it with
    dashgen update --abort.

    \b
    Examples:
      dashgen rename page orders sales
      dashgen rename page orders sales --dry-run
    """
    from dashgen.commands.pages import name_fault
    from dashgen.commands.pages import rename_page as write

    output = Output(as_json, quiet)
    which = _asked(output, project, name, yes, "Which page should be renamed?")
    other = _asked(output, project, new, yes, "What should it be called?", "NEW", name_fault)
    move = partial(write, project, which, other, style=conflict, trying=try_)
    return carried_out(output, move, dry_run=dry_run, diff=diff, yes=yes)


def _asked(
    output: Output,
    project: Path,
    stated: str | None,
    yes: bool,
    title: str,
    word: str = "NAME",
    check: Callable[[str], str] = lambda _: "",
) -> str:
    if stated is not None:
        return stated
    if yes:
        raise CommandLineError(f"the page has no {word}", "name the page")
    if not output.can_ask:
        raise CommandLineError(f"no terminal to ask for {word}", "name the page")
    from dashgen.cli.prompts import ask_text
    from dashgen.commands.pages import require_project

    require_project(project)
    return ask_text(title, check)


def _chosen(output: Output, project: Path, name: str, yes: bool) -> str:
    from dashgen.commands.pages import name_fault, require_project

    # Before anything is asked for nothing.
    if fault := name_fault(name):
        raise CommandLineError(f"page {name[:40]}: {fault}")
    offered = dict(_kinds())
    if yes or not output.can_ask:
        raise CommandLineError("the page has no kind", f"pass --kind {' or '.join(offered)}")
    from dashgen.cli.prompts import ask_choice

    require_project(project)
    return ask_choice("What kind of page?", offered)


def _field(words: str) -> dict[str, Any]:
    """Return a field of a form from its words, such as ``tier:choice=gold,silver``."""
    name, _, kind = words.partition(":")
    kind, equals, options = kind.partition("=")
    field: dict[str, Any] = {"name": name, "type": kind or "text"}
    if equals:
        field["options"] = [option.strip() for option in options.split(",")]
    return field
