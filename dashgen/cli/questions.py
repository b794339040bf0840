"""The options that answer the template's questions, with the questions' own words and choices."""

from inspect import Parameter
from typing import Annotated, Any

import typer

from dashgen.cli.command import Example, offering
from dashgen.releases import installed
from dashgen.template.questions import Question


def question_options() -> tuple[Parameter, ...]:
    """Return one parameter a question, in the order of the questions; None is no answer."""
    return tuple(
        Parameter(
            question.name, Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(question)
        )
        for question in installed.own_template().visible
    )


def question_offers() -> tuple[Example, ...]:
    """Return the names of the questions, for a shell to complete."""
    return tuple((question.name, question.help) for question in installed.own_template().visible)


def _annotation(question: Question) -> Any:
    default = "derived" if question.computed else question.default
    flag, kind, metavar = f"--{question.name}", str, "CHOICE" if question.choices else "TEXT"
    if question.type == "bool":
        default = "yes" if default else "no"
        return Annotated[
            bool | None,
            typer.Option(
                f"{flag}/--no-{question.name}",
                help=_help(question, default),
                rich_help_panel="Questions",
            ),
        ]
    offers = tuple((choice.value, choice.meaning) for choice in question.choices)
    return Annotated[
        kind | None,
        typer.Option(
            flag,
            help=_help(question, default),
            metavar=metavar,
            rich_help_panel="Questions",
            autocompletion=offering(*offers) if offers else None,
        ),
    ]


def _help(question: Question, default: Any) -> str:
    return f"{question.help} (default: {default})" if default else question.help
