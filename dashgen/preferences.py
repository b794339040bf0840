"""The user's own defaults, kept between projects in the platform's configuration folder."""

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from dashgen import system
from dashgen.errors import PreferencesError
from dashgen.releases import installed
from dashgen.template.answers import Answer, Stated
from dashgen.template.questions import BaseLoader, Question

FILE = "preferences.yml"
# Resetting them would fail for the same reason.
REFUSED = "make it a file that you can read and write"


def preferences_file() -> Path:
    """Return where the preferences are kept, whether or not there are any."""
    configured = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    if configured.is_absolute():
        return configured / "dashgen" / FILE
    # Imported here: without preferences no command needs it.
    import platformdirs

    return platformdirs.user_config_path("dashgen", appauthor=False) / FILE


def preferable() -> tuple[Question, ...]:
    """Return the questions that a preference can answer: not those that differ in each project."""
    questions = installed.own_template().visible
    return tuple(q for q in questions if not (q.computed or q.structured))


def read() -> dict[str, str]:
    """Return the preferences by question, without those of removed questions.

    Raises:
        PreferencesError: The file is there and cannot be read as preferences.
    """
    file = preferences_file()
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), BaseLoader)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise PreferencesError(file, system.reason(error), REFUSED) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise PreferencesError(file, "is not YAML") from error
    if content in (None, ""):
        return {}
    if not isinstance(content, dict):
        raise PreferencesError(file, "is not a list of 'question: answer' lines")
    # The answers of a project, which may be copied here, also have lists.
    names = {question.name for question in preferable()}
    found = {name: value for name, value in content.items() if name in names}
    for name, value in found.items():
        if not isinstance(value, str):
            raise PreferencesError(file, f"{name} is not a single value")
    return found


def as_defaults() -> dict[str, Stated]:
    """Return the preferences in the form that precedes the questions' own defaults."""
    return {
        name: Stated(value, f"your preference in {preferences_file()}")
        for name, value in read().items()
    }


def write(preferences: Mapping[str, Answer]) -> Path:
    """Replace all preferences at once. An empty set removes the file.

    Returns:
        The file.

    Raises:
        PreferencesError: The operating system refuses.
    """
    file = preferences_file()
    try:
        if not preferences:
            file.unlink(missing_ok=True)
            return file
        file.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(dict(preferences), allow_unicode=True, sort_keys=False)
        # Through links, so that a file that is kept elsewhere stays there.
        system.write_whole(file.resolve(), text.encode())
    except OSError as error:
        raise PreferencesError(file, system.reason(error), REFUSED) from error
    return file
