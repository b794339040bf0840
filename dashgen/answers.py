"""From what the user gave to a complete, checked set of answers, before anything is rendered.

The question files' own defaults and validators are evaluated as Copier does it, so that prompts,
flags and files meet the same checks as ``copier copy``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import yaml
from jinja2 import BaseLoader as TemplateLoader
from jinja2 import StrictUndefined, Template, meta
from jinja2.sandbox import SandboxedEnvironment

from dashgen.errors import AnswersFileError, InvalidAnswerError, UnknownAnswersError
from dashgen.questions import BaseLoader, Question, SafeLoader

Answer = str | bool | int | float
Answers = dict[str, Answer]

# Returns what is wrong with a value, or an empty string.
Check = Callable[[Answer], str]
# Asks one question, offering a default; returns a value that passes the check.
Ask = Callable[[Question, Answer, Check], Answer]

TRUE_WORDS = frozenset({"y", "yes", "t", "true", "on", "1"})
FALSE_WORDS = frozenset({"n", "no", "f", "false", "off", "0", ""})
LONGEST_QUOTE = 60
NUMBERS: Mapping[str, Callable[[Answer], int | float]] = {"int": int, "float": float}
MUST_BE = {"bool": "yes or no", "int": "a whole number", "float": "a number"}


@dataclass(frozen=True)
class Given:
    """A value and where it comes from, as an error names it (``--package``)."""

    value: Answer
    origin: str


def read_file(path: Path, questions: Sequence[Question]) -> dict[str, Given]:
    """Read an answers file; keys that begin with ``_`` are Copier's own and are left out.

    Raises:
        AnswersFileError: It is missing, unreadable, not a YAML mapping of single values, or has
            keys that no question bears.
    """
    hint = "pass a YAML file with one 'question: answer' a line"
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), BaseLoader)
    except OSError as error:
        raise AnswersFileError(path, str(error.strerror), "pass a file that can be read") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise AnswersFileError(path, f"is not YAML{_place(error)}", hint) from error
    if not isinstance(content, dict):
        raise AnswersFileError(path, "is not a mapping", hint)
    stated = {str(key): value for key, value in content.items() if not str(key).startswith("_")}
    known = [question.name for question in questions if question.visible]
    if unknown := [key for key in stated if key not in known]:
        raise UnknownAnswersError(path, unknown, known)
    for key, value in stated.items():
        if not isinstance(value, str):
            raise AnswersFileError(path, f"{key} is not a single value", hint)
    return {key: Given(value, f"{path}: {key}") for key, value in stated.items()}


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""


def resolve(
    questions: Sequence[Question],
    given: Mapping[str, Given],
    defaults: Mapping[str, Given],
    ask: Ask | None = None,
) -> Answers:
    """Return an answer to every visible question, in order.

    Args:
        questions: All the template's questions, hidden ones included.
        given: What the user stated.
        defaults: What goes before the questions' own defaults.
        ask: Called for each question that is not given; without it the default is taken.

    Raises:
        InvalidAnswerError: A stated or a default value does not pass its question's check.
    """
    answers, _ = _resolve(questions, given, defaults, ask)
    return answers


def facts(questions: Sequence[Question], answers: Answers) -> dict[str, Any]:
    """Return every answer and every hidden fact that follows, as templates refer to them.

    Args:
        questions: All the template's questions, hidden ones included.
        answers: What ``resolve`` returned.
    """
    given = {name: Given(value, name) for name, value in answers.items()}
    return _resolve(questions, given, {}, None, checked=True)[1]


def environment(loader: TemplateLoader | None = None) -> SandboxedEnvironment:
    """Return a Jinja environment like the one in which Copier renders the template."""
    return SandboxedEnvironment(
        loader=loader,
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def _resolve(
    questions: Sequence[Question],
    given: Mapping[str, Given],
    defaults: Mapping[str, Given],
    ask: Ask | None,
    checked: bool = False,
) -> tuple[Answers, dict[str, Any]]:
    answers: Answers = {}
    # Every answer and fact so far, which later defaults and validators refer to.
    facts: dict[str, Any] = {}
    for question in questions:
        name = question.name
        if not question.visible or not truth(_render(question.when, facts)):
            facts[name] = _default(question, facts)
            continue
        if checked:
            facts[name] = answers[name] = _cast(question, given[name].value)
            continue
        check = partial(_complaint, question, facts)
        if name in given:
            chosen = given[name]
        else:
            chosen = defaults.get(name) or Given(
                _default(question, facts),
                _origin(question, answers),
            )
            # A text that does not pass can be edited; a choice that there is not cannot be offered.
            offerable = not (question.choices or question.type in MUST_BE)
            if ask and (offerable or not check(chosen.value)):
                chosen = Given(ask(question, chosen.value, check), "")
                facts[name] = answers[name] = _cast(question, chosen.value)
                continue
        if complaint := check(chosen.value):
            value = _quoted(chosen.value)
            if name in given:
                raise InvalidAnswerError(f"{chosen.origin} {value}: {complaint}")
            raise InvalidAnswerError(
                f"{name} {value} ({chosen.origin}): {complaint}", f"set it with --{name}"
            )
        facts[name] = answers[name] = _cast(question, chosen.value)
    return answers, facts


def take_default(question: Question, default: Answer, check: Check) -> Answer:
    """Stand in for a prompt where only the answers given so far are to be checked."""
    return default


def _origin(question: Question, answers: Answers) -> str:
    """Say of a default what it comes from, so that an error leads to the right flag."""
    if not question.computed:
        return "the default"
    used = meta.find_undeclared_variables(_environment().parse(question.default))
    sources = [f"{name} {_quoted(answers[name])}" for name in answers if name in used]
    return f"derived from {', '.join(sources)}"


def _default(question: Question, facts: dict[str, Any]) -> Any:
    value = _render(question.default, facts)
    if question.type == "yaml" and isinstance(value, str):
        return yaml.load(value, SafeLoader)
    return value


def _render(value: Any, facts: dict[str, Any]) -> Any:
    return compiled(value).render(facts) if isinstance(value, str) else value


@lru_cache(1024)
def compiled(text: str) -> Template:
    """Return a text as a template; what the questions hold is asked for several times a run."""
    return _environment().from_string(text)


_environment = cache(environment)


def _complaint(question: Question, facts: dict[str, Any], value: Answer) -> str:
    """Return what the question has against the value, or an empty string."""
    try:
        answer = _cast(question, value)
        str(answer).encode()
    except ValueError:
        return f"must be {MUST_BE.get(question.type, 'UTF-8 text')}"
    if question.choices and str(answer) not in question.values:
        return f"is not a choice; choose from {', '.join(question.values)}"
    return str(_render(question.validator, {**facts, question.name: answer})).strip()


def _cast(question: Question, value: Answer) -> Answer:
    if question.type == "bool":
        return truth(value)
    if question.type in NUMBERS:
        return NUMBERS[question.type](value)
    return str(value)


def truth(value: Answer) -> bool:
    """Return what a yes or no means, however it is written.

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
