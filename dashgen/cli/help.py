"""What Typer's help pages have here: examples, options in groups, and what each choice means."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import typer

from dashgen.cli.console import styled

GENERAL = "General"
GROUPS = ("Answers", "Questions", "Project", "Template", GENERAL)
WIDEST = 100
NARROW = 60
_SHORT = "dashgen.short"


def width() -> int:
    """Return how many columns a page may have."""
    return min(shutil.get_terminal_size().columns, WIDEST)


def short_help(context: typer.Context, value: bool) -> None:
    """Print the help without the meaning of each choice, and end."""
    if value and not context.resilient_parsing:
        context.meta[_SHORT] = True
        typer.echo(context.get_help())
        raise typer.Exit


def write_examples(formatter: Any, examples: Sequence[tuple[str, str]]) -> None:
    """Write command lines, and what each does."""
    if examples:
        with formatter.section(styled("Examples", "heading")):
            write_rows(formatter, examples)


def write_parameters(
    formatter: Any, context: typer.Context, parameters: Iterable[Any], group: str = "Options"
) -> None:
    """Write the arguments, and then the options in their groups.

    Args:
        formatter: What writes the page.
        context: Of the command.
        parameters: Of the command, too.
        group: Of the options that name none.
    """
    groups: dict[str, list[tuple[str, str]]] = {name: [] for name in ("Arguments", group, *GROUPS)}
    for parameter in parameters:
        groups[_group(parameter) or group] += _rows(parameter, context)
    for heading, rows in groups.items():
        if rows:
            with formatter.section(styled(heading, "heading")):
                write_rows(formatter, rows)


def write_rows(formatter: Any, rows: Iterable[tuple[str, str]]) -> None:
    """Write entries: side by side, or below each other where the terminal is narrow.

    An entry that is indented belongs to the one before it.
    """
    table = [(_term(left), right) for left, right in rows]
    if formatter.width >= NARROW and table:
        formatter.write_dl(table, col_max=formatter.width // 2)
        return
    for left, right in table:
        formatter.write_dl([(left, right)], col_max=0, col_spacing=4 if left[:1] == " " else 2)


def _term(text: str) -> str:
    stripped = text.lstrip()
    return " " * (len(text) - len(stripped)) + (styled(stripped, "term") if stripped else "")


def _group(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return "Arguments"
    if parameter.name == "help":
        return GENERAL
    return str(parameter.rich_help_panel or "")


def _rows(parameter: Any, context: typer.Context) -> Iterator[tuple[str, str]]:
    if parameter.param_type_name == "argument":
        yield parameter.metavar, parameter.help
        return
    record = parameter.get_help_record(context)
    if record is None:
        return
    spelled, text = record
    offers = [(item.value, item.help or "") for item in parameter.shell_complete(context, "")]
    if offers and context.meta.get(_SHORT):
        text += f" [{', '.join(value for value, _ in offers)}]"
    yield spelled, text
    if not context.meta.get(_SHORT):
        for value, meaning in offers:
            yield f"  {value}", meaning
