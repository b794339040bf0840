"""The options that answer the template's questions, with the questions' own words and choices."""

from functools import cache
from typing import TYPE_CHECKING, Any

import typer

from dashgen.cli.parameters import Command, kept_option

if TYPE_CHECKING:
    from dashgen.template.questions import Question

_STATED = "dashgen.stated"


class QuestionCommand(Command):
    """A command that has one option a question, beside the parameters of its function.

    The question files are read when the options are needed, so that no other command waits for it.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options of the questions and those of the function."""
        return [*_options(), *super().get_params(ctx)]

    def format_more(self, ctx: Any, formatter: Any) -> None:
        """Write each question with its choices."""
        from dashgen.releases import installed

        rows: list[tuple[str, str]] = []
        for question, option in zip(installed.own_template().visible, _options(), strict=True):
            rows.append(option.get_help_record(ctx))
            rows += [(f"  {choice.value}", choice.meaning) for choice in question.choices]
        with formatter.section("Questions"):
            formatter.write_dl(rows)
        super().format_more(ctx, formatter)


def stated(context: typer.Context) -> dict[str, Any]:
    """Return the answers that options of the command line state, by question."""
    return dict(context.meta.get(_STATED, {}))


@cache
def _options() -> tuple[Any, ...]:
    from dashgen.releases import installed

    return tuple(_option(question) for question in installed.own_template().visible)


def _option(question: "Question") -> Any:
    """Return the option that answers a question."""

    def offers(incomplete: str) -> list[tuple[str, str]]:
        return [(c.value, c.meaning) for c in question.choices if c.value.startswith(incomplete)]

    flag = question.type == "bool"
    return kept_option(
        _STATED,
        question.name,
        bool if flag else str,
        f"--{question.name}" + (f"/--no-{question.name}" if flag else ""),
        help=_help(question),
        metavar="CHOICE" if question.choices else "YAML" if question.structured else "TEXT",
        autocompletion=offers if question.choices else None,
        # Text reaches the checks of the template as it is typed, even if it is not UTF-8.
        parser=None if flag else str,
    )


def _help(question: "Question") -> str:
    if question.structured:
        return question.help
    if question.type == "bool":
        default = "yes" if question.default else "no"
    else:
        default = "derived" if question.computed else question.default
    return f"{question.help} (default: {default})" if default else question.help
