"""``dashgen options``: what can be chosen, what it means, and what it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashgen.errors import UnknownQuestionError
from dashgen.releases import installed


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
    default: str | bool | int | float | None
    choices: tuple[OfferedChoice, ...]


def options(name: str | None = None) -> tuple[OfferedQuestion, ...]:
    """Return the questions that people answer.

    Args:
        name: Only this one.

    Raises:
        UnknownQuestionError: There is no such question.
    """
    questions = installed.own_template().questions
    registries = {q.name: q.default for q in questions if q.name.endswith("_registry")}
    offered = tuple(
        OfferedQuestion(
            question.name,
            question.help,
            question.type,
            None if question.computed else question.default,
            tuple(
                _offered(choice.value, choice.meaning, registries.get(f"{question.name}_registry"))
                for choice in question.choices
            ),
        )
        for question in questions
        if question.visible
    )
    if name is None:
        return offered
    if chosen := [question for question in offered if question.name == name]:
        return tuple(chosen)
    raise UnknownQuestionError(name, [question.name for question in offered])


def _offered(
    value: str, meaning: str, registry: Mapping[str, Mapping[str, Any]] | None
) -> OfferedChoice:
    facts = (registry or {}).get(value, {})
    packages: Sequence[str] = facts.get("requirements", ())
    server = facts.get("server") or ""
    name = server["name"] if isinstance(server, dict) else str(server).capitalize()
    return OfferedChoice(value, meaning, tuple(packages), name)
