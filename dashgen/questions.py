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


class _SettingsLoader(yaml.SafeLoader):
    """Reads ``copier.yml``, leaving each ``!include`` as the path that it names."""


_SettingsLoader.add_constructor("!include", lambda _, node: str(node.value))


def _choices(declared: Any) -> Iterator[Choice]:
    """Yield the choices of a ``{"value: meaning": value}`` mapping or of a list of values."""
    pairs = declared.items() if isinstance(declared, dict) else zip(declared, declared, strict=True)
    for label, value in pairs:
        yield Choice(str(value), str(label).removeprefix(f"{value}:").strip())


def _question(name: str, details: Any) -> Question:
    if not isinstance(details, dict):
        details = {"default": details}
    return Question(
        name=name,
        type=details.get("type", "yaml"),
        help=details.get("help", name),
        default=details.get("default", ""),
        choices=tuple(_choices(details.get("choices", ()))),
        validator=details.get("validator", ""),
        when=details.get("when", True),
    )


@cache
def load(root: Path | None = None) -> tuple[Question, ...]:
    """Return all questions in the order in which ``copier.yml`` includes their files.

    Args:
        root: The folder with ``copier.yml``; dashgen's own template where it is left out.
    """
    root = root or template_root()
    settings = (root / "copier.yml").read_text(encoding="utf-8")
    included = [part for part in yaml.load_all(settings, _SettingsLoader) if isinstance(part, str)]
    return tuple(
        _question(name, details)
        for path in included
        for name, details in yaml.safe_load((root / path).read_text(encoding="utf-8")).items()
    )


def visible() -> tuple[Question, ...]:
    """Return the questions that people answer."""
    return tuple(question for question in load() if question.visible)
