"""From the stated answers to a complete, checked set, before anything is rendered.

The question files' own defaults and validators are evaluated as Copier does it. So prompts, flags
and files meet the same checks as ``copier copy``.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, UndefinedError, meta
from jinja2 import Template as JinjaTemplate
from jinja2.sandbox import SandboxedEnvironment

from dashgen.errors import (
    AnswersFileError,
    InvalidAnswerError,
    TemplateSourceError,
    UnknownAnswersError,
    likely,
)
from dashgen.template.questions import Question, SafeLoader, Template

Answer = Any
"""A text, a number, yes or no. Questions of type yaml or json take lists and mappings of them."""
Answers = dict[str, Answer]

# Returns the fault of a value, or an empty string.
Check = Callable[[Answer], str]
# Asks one question, offering a default, and returns a value that passes the check.
Ask = Callable[[Question, Answer, Check], Answer]

TRUE_WORDS = frozenset({"y", "yes", "t", "true", "on", "1"})
FALSE_WORDS = frozenset({"n", "no", "f", "false", "off", "0", ""})
NOTHING = frozenset({"none", "null", "~"})
LONGEST_QUOTE = 60
HIDDEN = "•••"
NUMBERS: Mapping[str, Callable[[Answer], int | float]] = {"int": int, "float": float}
MUST_BE = {
    "bool": "yes or no",
    "int": "a whole number",
    "float": "a number",
    "json": "JSON",
    "yaml": "YAML",
}


class _UnsetError(UndefinedError):
    """A default used `UNSET`, by which Copier's templates say that there is none."""


_UNSET = StrictUndefined(name="UNSET", exc=_UnsetError)


@dataclass(frozen=True)
class Stated:
    """A value, and where it was stated, as an error names it (``--package``)."""

    value: Answer
    origin: str


@dataclass(frozen=True)
class Resolved:
    """An answer to every question that is open to people, and the facts that follow from them.

    Args:
        answers: By the question's name.
        facts: The answers and every hidden fact, as templates refer to them.
        secrets: The questions whose answers are not shown.
    """

    answers: Answers = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    @property
    def public(self) -> Answers:
        """The answers that may be shown."""
        return {name: value for name, value in self.answers.items() if name not in self.secrets}


def parse(content: bytes) -> dict[str, Answer]:
    """Read a mapping of answers, with Copier's own keys, which begin with ``_``.

    A single value is given as it is written, because `no` and `1e3` are names, too. Its meaning
    follows from the type of its question. Lists and mappings are given as YAML means them.

    Raises:
        ValueError: It is not a YAML mapping. The message names the place.
    """
    try:
        loader = SafeLoader(content.decode())
        try:
            root = loader.get_single_node()
            if not isinstance(root, yaml.MappingNode):
                raise ValueError("is not a mapping")
            loader.flatten_mapping(root)
            if not all(isinstance(key, yaml.ScalarNode) for key, _ in root.value):
                raise ValueError("is not a mapping of texts")
            return {key.value: _meant(loader, value) for key, value in root.value}
        finally:
            loader.dispose()
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"is not YAML{f' (line {mark.line + 1})' if mark else ''}") from error


def _meant(loader: Any, node: yaml.Node) -> Answer:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    try:
        return loader.construct_object(node, deep=True)
    except yaml.constructor.ConstructorError:
        # A value that only Python could read is left as it is written.
        return yaml.constructor.BaseConstructor().construct_object(node, deep=True)


def read_file(path: Path, template: Template) -> dict[str, Stated]:
    """Read a file of answers, without Copier's own keys.

    Raises:
        AnswersFileError: It is missing, unreadable, no YAML mapping, or has keys that no question
            bears.
    """
    hint = "pass a YAML file with one 'question: answer' a line"
    try:
        content = parse(path.read_bytes())
    except OSError as error:
        raise AnswersFileError(path, str(error.strerror), "pass a file that can be read") from error
    except ValueError as error:
        raise AnswersFileError(path, str(error), hint) from error
    answers = {key: value for key, value in content.items() if not key.startswith("_")}
    questions = {question.name: question for question in template.visible}
    if unknown := [key for key in answers if key not in questions]:
        raise UnknownAnswersError(path, unknown, questions)
    for key, value in answers.items():
        if not (isinstance(value, str) or questions[key].structured):
            raise AnswersFileError(path, f"{key} is not a single value", hint)
    return {key: Stated(value, f"{path}: {key}") for key, value in answers.items()}


def resolve(
    template: Template,
    stated: Mapping[str, Stated],
    defaults: Mapping[str, Stated],
    ask: Ask | None = None,
) -> Resolved:
    """Return an answer to every visible question whose condition holds, in order, and every fact.

    Args:
        template: The template with its questions.
        stated: The answers that the user stated.
        defaults: Answers that precede the questions' own defaults.
        ask: Called for each question that is not stated. Without it the default is taken.

    Raises:
        InvalidAnswerError: A stated or a default value does not pass its question's check.
    """
    resolved = Resolved()
    for question in template.questions:
        # Every answer and fact so far, which later defaults and validators refer to.
        facts = resolved.facts
        if not question.visible or not _applies(question, facts):
            value = _default(question, facts)
            facts[question.name] = question.neutral if value is _UNSET else value
            continue
        name = question.name
        if question.secret:
            resolved.secrets.add(name)
        check = partial(_complaint, question, facts)
        given = stated.get(name) or defaults.get(name)
        value = given.value if given else _default(question, facts)
        unset = not given and (question.required or value is _UNSET)
        if unset:
            value = question.neutral
        # A text that does not pass can be edited. An unknown choice cannot be offered.
        editable = not (question.choices or question.type in MUST_BE)
        if ask and name not in stated and (editable or unset or not check(value)):
            value = ask(question, value, check)
        elif unset:
            raise InvalidAnswerError(
                name, "this question has no default", f"pass {template.usage(name)}"
            )
        elif complaint := check(value):
            origin = given.origin if given else _origin(question, resolved.public)
            said = HIDDEN if question.secret else _quoted(value)
            if name in stated:
                raise InvalidAnswerError(f"{origin} {said}", complaint)
            shown = f"{name} {said} ({origin})"
            raise InvalidAnswerError(shown, complaint, f"set it with {template.usage(name)}")
        facts[name] = resolved.answers[name] = _cast(question, value)
    return resolved


def take_default(question: Question, default: Answer, check: Check) -> Answer:
    """Stand in for a prompt where only the answers stated so far are to be checked."""
    return default


def _origin(question: Question, answers: Answers) -> str:
    """Add its origin to a default, so that an error leads to the right flag."""
    if not question.computed:
        return "the default"
    used = meta.find_undeclared_variables(_environment().parse(question.default))
    sources = [f"{name} {_quoted(answers[name])}" for name in answers if name in used]
    return f"derived from {', '.join(sources)}"


def _default(question: Question, facts: dict[str, Any]) -> Any:
    try:
        value = _render(question, question.default, {**facts, "UNSET": _UNSET})
    except TemplateSourceError as error:
        if isinstance(error.__cause__, _UnsetError):
            return _UNSET
        raise
    if question.structured and isinstance(value, str):
        with _faults(question):
            return yaml.load(value, SafeLoader)
    return value


def _applies(question: Question, facts: dict[str, Any]) -> bool:
    """Say whether a question is asked. Copier takes every text for yes that is not a no."""
    value = _render(question, question.when, facts)
    try:
        return truth(value)
    except ValueError:
        return str(value).strip().lower() not in NOTHING


def _render(question: Question, value: Any, facts: dict[str, Any]) -> Any:
    with _faults(question):
        return _compiled(value).render(facts) if isinstance(value, str) else value


@contextmanager
def _faults(question: Question) -> Iterator[None]:
    """Turn an error of the template's own code into a line with its question."""
    try:
        yield
    except Exception as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise TemplateSourceError(
            f"the template's question {question.name!r}: {words}", "report it to its author"
        ) from error


@lru_cache(1024)
def _compiled(text: str) -> JinjaTemplate:
    """Return a text as a template. The texts of questions are needed several times in a run."""
    return _environment().from_string(text)


@cache
def _environment() -> SandboxedEnvironment:
    """Return a Jinja environment like the one in which Copier evaluates questions."""
    return SandboxedEnvironment(
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def _complaint(question: Question, facts: dict[str, Any], value: Answer) -> str:
    """Return the question's complaint about the value, or an empty string."""
    if not question.structured and isinstance(value, list | dict):
        return "is not a single value"
    try:
        answer = _cast(question, value)
        str(answer).encode()
    except (ValueError, TypeError, OverflowError, RecursionError, yaml.YAMLError):
        return f"must be {MUST_BE.get(question.type, 'UTF-8 text')}"
    if question.multiselect and not isinstance(answer, list):
        return f"must be a list; write {question.name}=[{answer}]"
    chosen = answer if question.multiselect else [answer]
    if question.choices and (wrong := [one for one in chosen if str(one) not in question.values]):
        meant = f"{likely(str(wrong[0]), question.values)} ".lstrip()
        return f"is not a choice; {meant}choose from {', '.join(question.values)}"
    return str(_render(question, question.validator, {**facts, question.name: answer})).strip()


def _cast(question: Question, value: Answer) -> Answer:
    if question.structured:
        if not isinstance(value, str):
            return value
        return json.loads(value) if question.type == "json" else yaml.load(value, SafeLoader)
    if question.type == "bool":
        return truth(value)
    if question.type in NUMBERS:
        return NUMBERS[question.type](value)
    return str(value)


def message(template: Template, facts: Mapping[str, Any], project: Path) -> str:
    """Return the words that a template has for the user of a new project, perhaps none."""
    text = template.settings.get("_message_after_copy")
    if not isinstance(text, str):
        return ""
    names = {"_copier_conf": {"dst_path": project}, "_folder_name": project.name}
    try:
        return _compiled(text).render({**facts, **names}).strip()
    except Exception:
        # The project is written, so words that need an extension stay as they are.
        return text.strip()


def truth(value: Answer) -> bool:
    """Return the meaning of a yes or no in any spelling.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(value)


def _quoted(value: Answer) -> str:
    text = str(value)
    return repr(text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…")
