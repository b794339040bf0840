"""Another template than dashgen's own, such as a fork: fetched, read and rendered by Copier."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import copier
import yaml
from copier._template import Template as CopierTemplate
from copier.errors import CopierError
from jinja2 import TemplateError
from plumbum import ProcessExecutionError, local

from dashgen.answers import Answers
from dashgen.errors import ForeignTemplateError, RenderError
from dashgen.questions import Question, question
from dashgen.templates import Template

SETTINGS_FILES = ("copier.yml", "copier.yaml")
# The kinds of questions that dashgen can ask.
TYPES = {"str", "bool", "int", "float"}
# Copier's own ways to tell what is wrong, and those of what it uses.
FAILURES = (CopierError, TemplateError, ProcessExecutionError, yaml.YAMLError, ValueError, OSError)


@contextmanager
def opened(source: str, ref: str | None, trust: bool) -> Iterator[Template]:
    """Fetch a template and give it to be used.

    Args:
        source: A folder, a git address, a bundle, or one of Copier's short forms (``gh:``).
        ref: A tag, a branch or a commit; None is the newest release.
        trust: Let the template run commands and load code.

    Raises:
        ForeignTemplateError: It cannot be read, or it wants to run something without trust.
    """
    if source.startswith("-") or not source:
        raise ForeignTemplateError(source, "is no address", "name a folder or a git address")
    if (folder := Path(source).expanduser()).is_dir():
        source = str(folder.resolve())
    template = CopierTemplate(source, ref)
    with warnings.catch_warnings(action="ignore"), local.env(GIT_TERMINAL_PROMPT="0"):
        try:
            try:
                if not any((template.local_abspath / name).is_file() for name in SETTINGS_FILES):
                    raise ValueError("it has no copier.yml")
                wants = _wants(template)
                questions = tuple(_readable(source, template.questions_data))
            except FAILURES as error:
                hint = "name a folder, a git address or a bundle with a copier.yml"
                raise ForeignTemplateError(source, _words(error), hint) from error
            if wants and not trust:
                raise ForeignTemplateError(
                    source,
                    f"it wants to run {' and '.join(wants)}",
                    "read them, and pass --trust if you agree",
                )

            def render(target: Path, answers: Answers) -> None:
                _render(source, ref, trust, target, answers)

            yield Template(questions, render)
        finally:
            template._cleanup()


def _wants(template: CopierTemplate) -> list[str]:
    """Return what a template does beyond writing files."""
    stated = template.config_data
    return [
        words
        for setting, words in (
            ("tasks", "tasks"),
            ("migrations", "migrations"),
            ("jinja_extensions", "Jinja extensions"),
        )
        if stated.get(setting)
    ]


def _readable(source: str, questions: dict[str, Any]) -> Iterator[Question]:
    for name, details in questions.items():
        read = question(name, details)
        odd = isinstance(details, dict) and (
            details.get("multiselect") or isinstance(details.get("choices"), str)
        )
        if read.visible and (odd or read.type not in TYPES):
            raise ForeignTemplateError(
                source, f"dashgen cannot ask its question {name!r}", f"use 'copier copy {source}'"
            )
        yield read


def _render(source: str, ref: str | None, trust: bool, target: Path, answers: Answers) -> None:
    try:
        copier.run_copy(
            source,
            target,
            data=answers,
            vcs_ref=ref,
            defaults=True,
            quiet=True,
            unsafe=trust,
            settings=copier.Settings(),
        )
    except FAILURES as error:
        raise RenderError(f"the template {source} did not render: {_words(error)}") from error


def _words(error: BaseException) -> str:
    text = str(getattr(error, "stderr", "") or error).strip()
    lines = [line for line in text.splitlines() if line.strip()] or [type(error).__name__]
    return lines[-1].replace(os.linesep, " ")
