"""The template's questions, read from its own files: flags, prompts and checks follow from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dashgen.source import template_root


@dataclass(frozen=True)
class Choice:
    """One value that a question offers, and what it means."""

    value: str
    meaning: str


@dataclass(frozen=True)
class Question:
    """One question of the template, in Copier's terms."""

    name: str
    type: str
    help: str
    default: Any
    choices: tuple[Choice, ...]
    validator: str
    when: bool | str

    @property
    def visible(self) -> bool:
        """Whether people answer it; the others are facts that the template computes."""
        return self.when is not False

    @property
    def computed(self) -> bool:
        """Whether its default is a Jinja expression."""
        return isinstance(self.default, str) and ("{{" in self.default or "{%" in self.default)

    @property
    def values(self) -> tuple[str, ...]:
        """The values of its choices."""
        return tuple(choice.value for choice in self.choices)


# Of the two loaders that give the same, the one in C takes a tenth of the time.
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Keeps every value as it is written: `no` and `1e3` are names too.
BaseLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _SettingsLoader(SafeLoader):  # type: ignore[misc]
    """Reads ``copier.yml``, leaving each ``!include`` as the path that it names."""


_SettingsLoader.add_constructor("!include", lambda _, node: str(node.value))


def _choices(declared: Any) -> Iterator[Choice]:
    """Yield the choices of a ``{"value: meaning": value}`` mapping or of a list of values."""
    if isinstance(declared, str):
        return
    pairs = declared.items() if isinstance(declared, dict) else map(_pair, declared)
    for label, value in pairs:
        if isinstance(value, dict):
            value = value.get("value")
        yield Choice(str(value), str(label).removeprefix(f"{value}:").strip())


def _pair(declared: Any) -> tuple[Any, Any]:
    """Return the label and the value of a choice in a list, which may state only the value."""
    label, value = declared if isinstance(declared, list) else (declared, declared)
    return label, value


def question(name: str, details: Any) -> Question:
    """Return a question from its entry in a question file."""
    if not isinstance(details, dict):
        details = {"default": details}
    default = details.get("default", "")
    inferred = type(default).__name__ if isinstance(default, bool | int | float | str) else "yaml"
    return Question(
        name=name,
        type=details.get("type") or inferred,
        help=details.get("help", name),
        default=default,
        choices=tuple(_choices(details.get("choices", ()))),
        validator=details.get("validator", ""),
        when=details.get("when", True),
    )


@cache
def _documents(root: Path) -> tuple[Any, ...]:
    text = (root / "copier.yml").read_text(encoding="utf-8")
    return tuple(yaml.load_all(text, _SettingsLoader))


def settings(root: Path | None = None) -> dict[str, Any]:
    """Return what ``copier.yml`` itself says, which is Copier's settings."""
    merged: dict[str, Any] = {}
    for document in _documents(root or template_root()):
        if isinstance(document, dict):
            merged |= document
    return merged


@cache
def load(root: Path | None = None) -> tuple[Question, ...]:
    """Return all questions in the order in which ``copier.yml`` includes their files.

    Args:
        root: The folder with ``copier.yml``; dashgen's own template where it is left out.
    """
    root = root or template_root()
    included = [document for document in _documents(root) if isinstance(document, str)]
    return tuple(
        question(name, details)
        for path in included
        for name, details in yaml.load(
            (root / path).read_text(encoding="utf-8"), SafeLoader
        ).items()
    )


def visible() -> tuple[Question, ...]:
    """Return the questions that people answer."""
    return tuple(question for question in load() if question.visible)
