"""The facts of a choice, from the template's own tables: packages, settings, a server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """A setting of the generated app."""

    name: str
    default: str
    variable: str
    """The environment variable that it is read from."""


@dataclass(frozen=True)
class Server:
    """A server that the app needs beside it."""

    name: str
    command: str
    """The command that starts one on this machine."""


@dataclass(frozen=True)
class ChoiceFacts:
    """The facts that follow from one choice of a question."""

    requirements: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    server: Server | None = None
    switch: str = ""
    """The effect of another choice on stored data."""


def registry(facts: Mapping[str, Any], question: str) -> Mapping[str, ChoiceFacts]:
    """Return the facts of each choice of a question, or nothing without a table.

    Args:
        facts: Every answer and hidden fact, or the defaults of the hidden questions.
        question: The question's name. Its table is ``<question>_registry``.
    """
    table = facts.get(f"{question}_registry")
    if not isinstance(table, dict):
        return {}
    return {str(choice): _choice(facts, entry) for choice, entry in table.items()}


def settings(facts: Mapping[str, Any], questions: tuple[str, ...]) -> dict[str, Setting]:
    """Return every setting of the app by its name: those of all apps, and those of its choices.

    Args:
        facts: Every answer and hidden fact.
        questions: The questions whose choices have settings.
    """
    common = [_setting(entry) for entry in facts.get("app_settings", ())]
    chosen = [
        setting
        for question in questions
        for setting in registry(facts, question).get(str(facts[question]), ChoiceFacts()).settings
    ]
    return {setting.name: setting for setting in (*common, *chosen)}


def _choice(facts: Mapping[str, Any], entry: Mapping[str, Any]) -> ChoiceFacts:
    server = entry.get("server")
    if isinstance(server, str):
        server = facts.get("server_registry", {}).get(server)
    # In former releases an entry holds its server itself.
    return ChoiceFacts(
        tuple(entry.get("requirements", ())),
        tuple(map(_setting, entry.get("settings", ()))),
        Server(server["name"], server["command"]) if server else None,
        str(entry.get("switch", "")),
    )


def _setting(entry: Mapping[str, Any]) -> Setting:
    name = str(entry["name"])
    return Setting(name, str(entry["default"]), str(entry.get("variable", f"APP_{name.upper()}")))
