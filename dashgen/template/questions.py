"""The questions of a template, read from its own files. Flags, prompts and checks follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import yaml

from dashgen.errors import TemplateSourceError
from dashgen.files import Files

SETTINGS_FILES = ("copier.yml", "copier.yaml")
# Of the two loaders that give the same, the one in C takes a tenth of the time.
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Keeps every value as it is written: `no` and `1e3` are names too.
BaseLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Values of the types other than text.
NEUTRAL: Mapping[str, Any] = {"bool": False, "int": 0, "float": 0.0, "yaml": None, "json": None}


@dataclass(frozen=True)
class Choice:
    """One value that a question offers, and its meaning."""

    value: str
    meaning: str


@dataclass(frozen=True)
class Question:
    """One question of a template, in Copier's terms."""

    name: str
    type: str
    help: str
    default: Any
    choices: tuple[Choice, ...] = ()
    validator: str = ""
    when: bool | str = True
    multiselect: bool = False
    secret: bool = False
    """Whether its answer is neither shown nor recorded."""
    required: bool = False
    """Whether it has no default. Then ``default`` is the neutral value."""

    @property
    def visible(self) -> bool:
        """Whether people answer it. The others are facts that the template computes."""
        return self.when is not False

    @property
    def computed(self) -> bool:
        """Whether its default is a Jinja expression."""
        return isinstance(self.default, str) and ("{{" in self.default or "{%" in self.default)

    @property
    def structured(self) -> bool:
        """Whether an answer is YAML of any shape rather than one word."""
        return self.type in {"yaml", "json"} or self.multiselect

    @property
    def neutral(self) -> Any:
        """A value of its type, which stands in until somebody answers."""
        if self.multiselect:
            return []
        return self.choices[0].value if self.choices else NEUTRAL.get(self.type, "")

    @property
    def values(self) -> tuple[str, ...]:
        """The values of its choices."""
        return tuple(choice.value for choice in self.choices)


@dataclass(frozen=True)
class Template:
    """The questions of a template version, and its settings as ``copier.yml`` has them."""

    questions: tuple[Question, ...]
    settings: Mapping[str, Any]
    options: frozenset[str] | None = None
    """The questions that have an option on the command line. None stands for all of them."""

    def option(self, name: str) -> str:
        """Return the option that answers a question."""
        own = self.options is None or name in self.options
        return f"--{name}" if own else f"--data {name}"

    def usage(self, name: str) -> str:
        """Return this option as hints name it."""
        option = self.option(name)
        return f"{option}=…" if " " in option else option

    @property
    def visible(self) -> tuple[Question, ...]:
        """The questions that people answer."""
        return tuple(question for question in self.questions if question.visible)

    @property
    def runs(self) -> tuple[str, ...]:
        """Its actions beyond writing files, for which Copier wants trust."""
        wanted = {
            "_tasks": "tasks",
            "_migrations": "migrations",
            "_jinja_extensions": "Jinja extensions",
        }
        return tuple(words for setting, words in wanted.items() if self.settings.get(setting))


class _Include(str):
    """The pattern of the files that an ``!include`` names."""


class _Loader(SafeLoader):  # type: ignore[misc]
    """Reads question files, leaving each ``!include`` as the pattern of its files."""


_Loader.add_constructor("!include", lambda _, node: _Include(node.value))


def read(files: Files) -> Template:
    """Read the questions of a template.

    Args:
        files: The template's, by their paths from the folder of ``copier.yml``.

    Raises:
        TemplateSourceError: It has no ``copier.yml``, or that is not as Copier wants it.
    """
    name, *others = [name for name in SETTINGS_FILES if name in files] or [""]
    if not name:
        raise TemplateSourceError("the template has no copier.yml", "name a Copier template")
    if others:
        there = f"{name} and {others[0]}"
        raise TemplateSourceError(f"the template has {there}", "remove one of them")
    try:
        content = dict(_entries(files, name))
        secrets = content.get("_secret_questions") or ()
        questions = tuple(
            _question(name, details, name in secrets)
            for name, details in content.items()
            if not name.startswith("_")
        )
    except (UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise _unreadable(name, str(error)) from error
    settings = {key: value for key, value in content.items() if key.startswith("_")}
    return Template(questions, settings)


def _unreadable(path: str, problem: str) -> TemplateSourceError:
    line = (problem.splitlines() or [""])[0]
    return TemplateSourceError(
        f"the template's {path} cannot be read: {line}", "report it to its author"
    )


def _entries(files: Files, path: str) -> Iterator[tuple[str, Any]]:
    try:
        documents = list(yaml.load_all(files[path].content.decode(), _Loader))
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise _unreadable(path, f"{where}{problem or error}") from error
    for document in documents:
        for part in document if isinstance(document, list) else [document]:
            if isinstance(part, _Include):
                for included in sorted(name for name in files if fnmatchcase(name, part)):
                    yield from _entries(files, included)
            elif isinstance(part, dict):
                yield from ((str(key), value) for key, value in part.items())
            elif part is not None:
                raise ValueError("it is not a mapping of questions")


def _question(name: str, details: Any, secret: bool) -> Question:
    if not isinstance(details, dict):
        details = {"default": details}
    multiselect = bool(details.get("multiselect", False))
    stated = details.get("default", "")
    inferred = type(stated).__name__ if isinstance(stated, bool | int | float | str) else "yaml"
    declared = details.get("choices", ())
    for key in ("type", "help", "validator"):
        if not isinstance(details.get(key, ""), str):
            raise ValueError(f"the {key} of {name!r} is no text")
    secret = secret or details.get("secret") is True
    if secret and "default" not in details:
        raise ValueError(f"the secret question {name!r} has no default, which Copier requires")
    # A Jinja expression gives none here, so its answer is typed.
    choices = () if isinstance(declared, str) else tuple(_choices(name, declared))
    kind = details.get("type") or inferred
    question = Question(
        name=name,
        type=kind,
        help=details.get("help", name),
        default=stated,
        choices=choices,
        validator=details.get("validator", ""),
        when=details.get("when", True),
        multiselect=multiselect,
        secret=secret,
        required="default" not in details,
    )
    return replace(question, default=question.neutral) if question.required else question


def _choices(name: str, declared: Any) -> Iterator[Choice]:
    """Yield the choices of a ``{"value: meaning": value}`` mapping or of a list of values."""
    try:
        pairs = list(declared.items() if isinstance(declared, dict) else map(_pair, declared))
    except (TypeError, ValueError) as error:
        raise ValueError(f"the choices of {name!r} are neither a list nor a mapping") from error
    for label, value in pairs:
        if isinstance(value, dict):
            value = value.get("value")
        yield Choice(str(value), str(label).removeprefix(f"{value}:").strip())


def _pair(declared: Any) -> tuple[Any, Any]:
    """Return the label and the value of a choice in a list, which may state only the value."""
    label, value = declared if isinstance(declared, list) else (declared, declared)
    return label, value
