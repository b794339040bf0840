"""``dashgen options`` on the command line."""

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from dashgen.cli.command import Argument, Command
from dashgen.cli.console import Output, answer_text, styled
from dashgen.cli.questions import question_offers

if TYPE_CHECKING:
    from dashgen.commands.options import OfferedChoice, OfferedQuestion


def _run(output: Output, *, question: str) -> None:
    # Imported here, so that --help stays fast.
    from dashgen.commands.options import options as offered

    questions = offered(question or None)
    data = {"questions": [asdict(question) for question in questions]}
    output.result(data, lambda: "\n\n".join(map(_as_text, questions)))


def _as_text(question: "OfferedQuestion") -> str:
    from dashgen.cli.help import entry

    default = "derived" if question.default is None else answer_text(question.default)
    if question.type == "bool":
        default = answer_text(bool(question.default))
    flag = f"--[no-]{question.name}" if question.type == "bool" else f"--{question.name}"
    suffix = "" if question.choices or not default else f" (default: {default})"
    lines = [f"{styled(flag, 'bold')}  {question.help}{suffix}"]
    column = max((len(choice.value) for choice in question.choices), default=0)
    for choice in question.choices:
        text = choice.meaning + (" (default)" if choice.value == default else "")
        lines += entry(choice.value, text, column)
        if needs := _needs(choice):
            lines += entry("", styled(f"needs {needs}", "faint"), column)
    return "\n".join(lines)


def _needs(choice: "OfferedChoice") -> str:
    names = [re.split(r"[^\w.-]", package)[0] for package in choice.packages]
    packages = f"the packages {', '.join(names)}" if names else ""
    server = f"a {choice.server} server" if choice.server else ""
    return ", ".join(filter(None, (server, packages)))


options = Command(
    name="options",
    summary="Say what can be chosen, what it means and what it needs.",
    run=_run,
    arguments=(
        Argument("question", "Only this one.", default="", offers=question_offers(), paths=None),
    ),
    examples=(
        ("dashgen options", "all questions"),
        ("dashgen options storage", "one of them"),
        ("dashgen options --json", "for a script"),
    ),
)
