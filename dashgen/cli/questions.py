"""The options that answer the template's questions, with the questions' own words and choices."""

from dashgen.cli.command import Offer, Option
from dashgen.questions import Question, visible

GROUP = "Questions"


def question_options() -> tuple[Option, ...]:
    """Return one option a question, in the order of the questions."""
    return tuple(map(_option, visible()))


def question_offers() -> tuple[Offer, ...]:
    """Return the names of the questions, for a shell to complete."""
    return tuple((question.name, question.help) for question in visible())


def _option(question: Question) -> Option:
    default = "derived" if question.computed else question.default
    if question.type == "bool":
        metavar, default = None, "yes" if default else "no"
    else:
        metavar = "CHOICE" if question.choices else "TEXT"
    return Option(
        (f"--{question.name}",),
        f"{question.help} (default: {default})" if default else question.help,
        metavar,
        GROUP,
        offers=tuple((choice.value, choice.meaning) for choice in question.choices),
        negatable=question.type == "bool",
    )
