"""``dashgen options`` on the command line."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from dashgen.cli.console import Output, answer_text, styled
from dashgen.cli.parameters import Json, Quiet, Verbose, question_names

if TYPE_CHECKING:
    from dashgen.commands.options import OfferedChoice, OfferedQuestion


def options(
    context: typer.Context,
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION", help="Show only this question.", autocompletion=question_names
        ),
    ] = "",
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show all questions, their choices and the needs of each."""
    from dashgen.commands.options import options as offered

    questions = offered(question or None)
    data = {"questions": [asdict(question) for question in questions]}
    text = "\n".join(_as_text(q, context) for q in questions).rstrip()
    Output(as_json, quiet).result(data, lambda: text)


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
    if rows := list(_rows(question, default)):
        formatter.write_dl(rows)
    return formatter.getvalue()


def _rows(question: "OfferedQuestion", default: str) -> Iterator[tuple[str, str]]:
    for choice in question.choices:
        yield choice.value, choice.meaning + (" (default)" if choice.value == default else "")
        if needs := _needs(choice):
            yield "", styled(f"needs {needs}", "faint")


def _needs(choice: "OfferedChoice") -> str:
    names = [re.split(r"[^\w.-]", package)[0] for package in choice.packages]
    packages = f"the package{'s' * (len(names) > 1)} {', '.join(names)}" if names else ""
    server = f"a {choice.server} server" if choice.server else ""
    return ", ".join(filter(None, (server, packages)))
