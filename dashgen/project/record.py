"""The record of how a project was made: the answers file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashgen import system
from dashgen.errors import NotAProjectError, RecordError
from dashgen.template.answers import Stated, parse
from dashgen.template.questions import Template

ANSWERS_FILE = ".copier-answers.yml"
VERSION_KEY, SOURCE_KEY = "_commit", "_src_path"


@dataclass(frozen=True)
class Record:
    """An answers file's content."""

    path: Path
    tag: str
    """The template's version."""
    source: str
    """The source of the template."""
    answers: Mapping[str, Any]
    """Answers as they are written, without Copier's own keys."""

    def stated(self, template: Template) -> dict[str, Stated]:
        """Return the recorded answers to a template's questions, without all others.

        Raises:
            RecordError: One is a list where its question takes a single value.
        """
        asked = {question.name: question for question in template.visible}
        answers = {key: value for key, value in self.answers.items() if key in asked}
        for key, value in answers.items():
            if not (isinstance(value, str) or asked[key].structured):
                raise RecordError(self.path, f"{key} is not a single value")
        return {key: Stated(value, f"{ANSWERS_FILE}: {key}") for key, value in answers.items()}


def read(project: Path) -> Record:
    """Read a project's answers file.

    Raises:
        NotAProjectError: There is none.
        RecordError: It cannot be read as answers, or does not say what they were given to.
    """
    path = project / ANSWERS_FILE
    try:
        content = parse(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotAProjectError(project, ANSWERS_FILE) from error
    except OSError as error:
        raise RecordError(path, system.reason(error)) from error
    except ValueError as error:
        raise RecordError(path, str(error)) from error
    for key in (VERSION_KEY, SOURCE_KEY):
        if not isinstance(content.get(key, ""), str):
            raise RecordError(path, f"{key} is not a single value")
        if not content.get(key):
            raise RecordError(path, f"has no {key}")
    answers = {key: value for key, value in content.items() if not key.startswith("_")}
    return Record(path, content[VERSION_KEY], content[SOURCE_KEY], answers)
