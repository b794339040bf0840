"""What a project remembers of its making: the answers file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from dashgen.errors import NotAProjectError, RecordError

ANSWERS_FILE = ".copier-answers.yml"
VERSION_KEY, SOURCE_KEY = "_commit", "_src_path"


@dataclass(frozen=True)
class Record:
    """An answers file's content."""

    tag: str
    """The template's version."""
    source: str
    """Where the template came from."""
    answers: Mapping[str, str]
    """Answers as they are written, without Copier's own keys."""


def read(project: Path) -> Record:
    """Read a project's answers file.

    Raises:
        NotAProjectError: There is none.
        RecordError: It cannot be read as answers, or does not say what they were given to.
    """
    path = project / ANSWERS_FILE
    try:
        # The base loader keeps every value as it is written: `no` and `1e3` are names too.
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotAProjectError(project, ANSWERS_FILE) from error
    except OSError as error:
        raise RecordError(path, str(error.strerror).lower()) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError(path, f"is not YAML{_place(error)}") from error
    if not isinstance(content, dict):
        raise RecordError(path, "is not a mapping")
    for key, value in content.items():
        if not isinstance(value, str):
            raise RecordError(path, f"{key} is not a single value")
    for key in (VERSION_KEY, SOURCE_KEY):
        if not content.get(key):
            raise RecordError(path, f"has no {key}")
    answers = {str(k): v for k, v in content.items() if not str(k).startswith("_")}
    return Record(content[VERSION_KEY], content[SOURCE_KEY], answers)


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""
