"""Asking questions at a terminal."""

import questionary

from dashgen.answers import Answer, Check
from dashgen.questions import Choice, Question


def ask(question: Question, default: Answer, check: Check) -> Answer:
    """Ask one question until its answer passes the check.

    Raises:
        KeyboardInterrupt: The user gave up.
    """
    try:
        answer: Answer = _prompt(question, default, check).unsafe_ask()
    except EOFError as error:
        raise KeyboardInterrupt from error
    return answer


def _prompt(question: Question, default: Answer, check: Check) -> questionary.Question:
    if question.choices:
        return questionary.select(
            question.help,
            choices=[_option(choice, choice.value == default) for choice in question.choices],
            default=str(default),
        )
    if question.type == "bool":
        return questionary.confirm(question.help, default=bool(default))
    return questionary.text(
        question.help, default=str(default), validate=lambda text: check(text) or True
    )


def _option(choice: Choice, is_default: bool) -> questionary.Choice:
    mark = " (default)" if is_default else ""
    return questionary.Choice(f"{choice.value}: {choice.meaning}{mark}", choice.value)
