"""``dashgen options`` on the command line."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from dashgen.cli.command import command, offering
from dashgen.cli.console import Output, answer_text, styled
from dashgen.cli.help import write_rows
from dashgen.cli.questions import question_offers

if TYPE_CHECKING:
    from dashgen.commands.options import OfferedChoice, OfferedQuestion


@command(
    examples=(
        ("dashgen options", "all questions"),
        ("dashgen options storage", "one of them"),
        ("dashgen options --json", "for a script"),
    )
)
def options(
    output: Output,
    context: typer.Context,
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION", help="Only this one.", autocompletion=offering(*question_offers())
        ),
    ] = "",
) -> None:
    """Say what can be chosen, what it means and what it needs."""
    # Imported here, so that --help stays fast.
    from dashgen.commands.options import options as offered

    questions = offered(question or None)
    data = {"questions": [asdict(question) for question in questions]}
    output.result(data, lambda: "\n".join(_as_text(q, context) for q in questions).rstrip())


def _as_text(question: "OfferedQuestion", context: typer.Context) -> str:
    default = "derived" if question.default is None else answer_text(question.default)
    flag = f"--{question.name}"
    if question.type == "bool":
        default = answer_text(bool(question.default))
        flag = f"--{question.name} / --no-{question.name}"
    suffix = "" if question.choices or not default else f" (default: {default})"
    formatter = context.make_formatter()
    formatter.write_text(f"{styled(flag, 'bold')}  {question.help}{suffix}")
    formatter.indent()
    write_rows(formatter, _rows(question, default))
    return formatter.getvalue()


def _rows(question: "OfferedQuestion", default: str) -> Iterator[tuple[str, str]]:
    for choice in question.choices:
        yield choice.value, choice.meaning + (" (default)" if choice.value == default else "")
        if needs := _needs(choice):
            yield "", styled(f"needs {needs}", "faint")


def _needs(choice: "OfferedChoice") -> str:
    names = [re.split(r"[^\w.-]", package)[0] for package in choice.packages]
    packages = f"the packages {', '.join(names)}" if names else ""
    server = f"a {choice.server} server" if choice.server else ""
    return ", ".join(filter(None, (server, packages)))
