"""``dashgen options``: the choices, their meaning and their needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashgen.errors import UnknownQuestionError
from dashgen.releases import installed
from dashgen.template.choices import ChoiceFacts, registry
from dashgen.template.questions import Choice


@dataclass(frozen=True)
class OfferedChoice:
    """One value that a question offers."""

    value: str
    meaning: str
    packages: tuple[str, ...]
    server: str


@dataclass(frozen=True)
class OfferedQuestion:
    """One question, as a flag ``--name`` answers it."""

    name: str
    help: str
    type: str
    default: Any
    choices: tuple[OfferedChoice, ...]


def options(name: str | None = None) -> tuple[OfferedQuestion, ...]:
    """Return the questions that people answer.

    Args:
        name: Only this one.

    Raises:
        UnknownQuestionError: There is no such question.
    """
    template = installed.own_template()
    tables = {question.name: question.default for question in template.questions}
    offered = tuple(
        OfferedQuestion(
            question.name,
            question.help,
            question.type,
            None if question.computed else question.default,
            tuple(_offered(choice, registry(tables, question.name)) for choice in question.choices),
        )
        for question in template.visible
    )
    if name is None:
        return offered
    if chosen := [question for question in offered if question.name == name]:
        return tuple(chosen)
    raise UnknownQuestionError(name, [question.name for question in offered])


def _offered(choice: Choice, table: Mapping[str, ChoiceFacts]) -> OfferedChoice:
    facts = table.get(choice.value, ChoiceFacts())
    server = facts.server.name if facts.server else ""
    return OfferedChoice(choice.value, choice.meaning, facts.requirements, server)
