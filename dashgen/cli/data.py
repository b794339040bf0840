"""The options about a file of data, and the screen that shows what was found in it."""

import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import typer

from dashgen.cli.console import Output, styled
from dashgen.cli.parameters import Command, kept_option
from dashgen.data.doubts import DELIMITERS, ROLES
from dashgen.errors import CommandLineError

if TYPE_CHECKING:
    from dashgen.commands.data import DataPage
    from dashgen.data.address import Address
    from dashgen.data.describe import Description, Survey
    from dashgen.data.sniff import Given

_STATED = "dashgen.data"
PATIENCE = 2  # seconds without a word
ACCEPT, CORRECT, CANCEL = "yes", "correct a column", "cancel"
SHOWN = "show it on the page"


class DataCommand(Command):
    """A command that also has the options about a file of data."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return those options, and the parameters of the function."""
        return [*super().get_params(ctx), *_options()]

    def format_more(self, ctx: Any, formatter: Any) -> None:
        """Write those options."""
        with formatter.section("Data"):
            formatter.write_dl([option.get_help_record(ctx) for option in _options()])
        super().format_more(ctx, formatter)


@cache
def _options() -> tuple[Any, ...]:
    """Return the options about a file of data."""

    def option(name: str, kind: Any, help: str, metavar: str, flags: str = "", **more: Any) -> Any:
        flags = flags or f"--{name}"
        return kept_option(_STATED, name, kind, flags, help=help, metavar=metavar or None, **more)

    def roles(incomplete: str) -> list[str]:
        name = incomplete.rpartition("=")[0]
        return [f"{name}={role}" for role in ROLES if f"{name}={role}".startswith(incomplete)]

    source = (
        "Make a page of a CSV, JSON lines, Excel or Parquet file, or of a table: "
        "postgresql://HOST/DB#TABLE."
    )
    column = f"Role of a column: {', '.join(ROLES)}. Repeatable."
    show = "Show a column that looks like a secret or a person. Repeatable."
    order = "Order of dates such as 02/06/2024."
    return (
        option("file", str, source, "FILE", "--from"),
        option("column", list[str], column, "NAME=ROLE", autocompletion=roles),
        option("show", list[str], show, "NAME"),
        option("day_first", bool, order, "", "--day-first/--month-first"),
        option("decimal", str, "Decimal mark: . or ,", "MARK"),
        option("delimiter", str, "comma, semicolon, tab, pipe, space, or a sign.", "NAME"),
        option("header", int, "Row with the names. 0: there is none.", "ROW", min=0),
        option("footer", int, "Rows at the end to leave out.", "ROWS", min=0),
        option("ragged", str, "Rows of a wrong length: fill or skip.", "HOW"),
        option("encoding", str, "Encoding, such as cp1252.", "NAME"),
        option("sheet", str, "Sheet of a workbook.", "NAME"),
        option("merged", str, "Merged cells of a workbook: fill or first.", "HOW"),
        option(
            "unpivot", bool, "Make a row of each cell below a year.", "", "--unpivot/--no-unpivot"
        ),
        option(
            "copy", bool, "Copy the file into data/, or use it where it is.", "", "--copy/--no-copy"
        ),
    )


def stated_file(context: typer.Context) -> "Path | Address | None":
    """Return the file of data, or the address of a table, that the command line names.

    Raises:
        CommandLineError: Something is said of a file, and none is named.
    """
    said = context.meta.get(_STATED, {})
    if not said:
        return None
    if "file" not in said:
        option = next(iter(said)).replace("_", "-")
        raise CommandLineError(f"--{option} is about a file of data", "name it with --from")
    from dashgen.data.address import place

    return place(said["file"])


def _given(context: typer.Context) -> "Given":
    from dashgen.data.sniff import Given

    said = context.meta.get(_STATED, {})
    roles = []
    for words in said.get("column", ()):
        name, _, role = words.rpartition("=")
        if not name or role not in ROLES:
            hint = f"write --column NAME=ROLE, with {', '.join(ROLES)}"
            raise CommandLineError(f"--column {words!r} names no role", hint)
        roles.append((name, role))
    for option, known in (
        ("decimal", (".", ",")),
        ("ragged", ("fill", "skip")),
        ("merged", ("fill", "first")),
    ):
        if said.get(option, known[0]) not in known:
            raise CommandLineError(f"--{option} is {' or '.join(known)}", "write one of them")
    delimiter = said.get("delimiter")
    delimiter = DELIMITERS.get(delimiter, delimiter)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '\r\n"\0'):
        raise CommandLineError("--delimiter is one sign", f"or one of {', '.join(DELIMITERS)}")
    own = ("delimiter", "roles", "show")
    names = [one.name for one in fields(Given) if one.name not in own]
    return Given(
        delimiter=delimiter,
        roles=tuple(roles),
        show=tuple(said.get("show", ())),
        **{name: said.get(name) for name in names},
    )


def data_page(
    context: typer.Context,
    output: Output,
    file: "Path | Address",
    project: Path,
    entry: dict[str, Any],
    *,
    ask: bool,
    dry_run: bool,
) -> "DataPage":
    """Return the page of the stated file. Doubts are asked, shown or refused."""
    from dashgen.commands import data
    from dashgen.data.describe import described

    given = _given(context)
    copy = context.meta[_STATED].get("copy")
    if ask and not dry_run:
        description = agreed(output, file, given)
    else:
        description = described(file, given, _progress(output))
        output.step(screen(description))
    return data.data_page(description, project, entry, copy=copy, settled=not dry_run)


def _progress(output: Output) -> Callable[[int], None]:
    """Return a function that prints the number of read rows every few seconds."""
    last = monotonic()

    def say(rows: int) -> None:
        nonlocal last
        if monotonic() - last > PATIENCE:
            last = monotonic()
            output.step(f"read {rows:,} rows")

    return say


def agreed(output: Output, file: "Path | Address", given: "Given") -> "Description":
    """Return the description of a file, after the user has settled doubts and accepted the columns.

    How the file is written is asked first, because its beginning shows that. Then it is read once.
    """
    from dashgen.cli.prompts import ask_choice
    from dashgen.data.describe import Survey, form_doubts

    while form := form_doubts(file, given):
        given = _answered(given, "", form[0])
    survey = Survey(file, given, _progress(output))
    description = survey.description(given)
    output.step(screen(description))
    while True:
        if doubts := description.open_doubts:
            given = _answered(given, *doubts[0])
            if given.footer is not None:
                survey.keep_end(given.footer)
        else:
            wish = ask_choice("Take the columns like this?", (ACCEPT, CORRECT, CANCEL))
            if wish == ACCEPT:
                return description
            if wish == CANCEL:
                raise KeyboardInterrupt
            given = _corrected(survey, given)
        description = survey.description(given)
        if not description.open_doubts:
            output.step(screen(description))


def _corrected(survey: "Survey", given: "Given") -> "Given":
    """Ask for a column and its role."""
    from dashgen.cli.prompts import ask_choice

    columns = survey.description(given).columns
    name = ask_choice("Which column?", [column.name for column in columns])
    column = next(one for one in columns if one.name == name)
    offered = survey.roles(name, given)
    if column.hidden:
        offered.append(SHOWN)
    role = ask_choice(f"What is {name}?", offered)
    if role == SHOWN:
        return replace(given, show=(*given.show, name))
    return replace(given, roles=(*given.roles, (name, role)))


def _answered(given: "Given", column: str, doubt: Any) -> "Given":
    """Ask about one doubt, and return the known facts with the answer."""
    from dashgen.cli.prompts import ask_choice

    where = f"{column}: " if column else ""
    offered = {str(flag): flag for flag in doubt.flags}
    words = [*offered] if len(offered) > 1 else [*offered, CANCEL]
    flag = offered.get(ask_choice(f"{where}{doubt.text}?", words))
    if flag is None:
        raise KeyboardInterrupt
    match flag.name:
        case "day-first" | "month-first":
            return replace(given, day_first=flag.name == "day-first")
        case "unpivot" | "no-unpivot":
            return replace(given, unpivot=flag.name == "unpivot")
        case "header":
            return replace(given, header=int(flag.value))
        case "footer":
            return replace(given, footer=int(flag.value))
        case "delimiter":
            return replace(given, delimiter=DELIMITERS[flag.value])
        case "column":
            name, _, role = flag.value.rpartition("=")
            return replace(given, roles=(*given.roles, (name, role)))
    return replace(given, **{flag.name: flag.value})


def screen(description: "Description") -> str:
    """Return one line a column: its name, role, missing values and examples, and the doubts."""
    room = max(shutil.get_terminal_size().columns - 50, 20)
    width = min(max(len(column.name) for column in description.columns), 24)
    lines = [
        styled(
            f"{description.path.name}: {description.rows:,} rows, "
            f"{len(description.columns)} columns",
            "bold",
        ),
        *(f"  {styled('?', 'warning')} {_doubt(doubt)}" for doubt in description.doubts),
    ]
    for column in description.columns:
        missing = f"{column.missing:.0%} missing" if column.missing else ""
        examples = ", ".join(column.examples)
        examples = f"{examples[: room - 1]}…" if len(examples) > room else examples
        name = f"{column.name[:width]:<{width}}"
        role = "hidden" if column.hidden else column.role
        lines.append(f"  {styled(name, 'term')}  {role:<10} {missing:<12} {examples}".rstrip())
        lines += [f"    {styled('?', 'warning')} {_doubt(doubt)}" for doubt in column.doubts]
    return "\n".join(lines)


def _doubt(doubt: Any) -> str:
    flags = ", ".join(map(str, doubt.flags))
    return f"{doubt.text}: {flags}" if flags else str(doubt.text)
