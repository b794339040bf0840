"""``dashgen config``: the user's own defaults."""

from dataclasses import dataclass
from pathlib import Path

from dashgen import preferences
from dashgen.errors import InvalidAnswerError, PreferencesError, UnknownQuestionError
from dashgen.project import git
from dashgen.releases import installed
from dashgen.template.answers import Answer, Stated, resolve


@dataclass(frozen=True)
class Default:
    """The default for each question, and where it is set."""

    name: str
    value: Answer
    origin: str


@dataclass(frozen=True)
class Config:
    """The user's defaults, and the file that keeps those which the user has set."""

    file: Path
    defaults: tuple[Default, ...]


def show() -> Config:
    """Return the defaults as they are in force.

    Raises:
        PreferencesError: The preferences cannot be read.
    """
    kept = preferences.read()
    author = git.configured("user.name")
    found = []
    for question in preferences.preferable():
        name, value, origin = question.name, question.default, "template"
        if name in kept:
            try:
                value, origin = _checked(name, kept[name]), "you"
            except InvalidAnswerError as error:
                raise PreferencesError(preferences.preferences_file(), error.message) from error
        elif name == "author" and author:
            value, origin = author, "git"
        found.append(Default(name, value, origin))
    return Config(preferences.preferences_file(), tuple(found))


def set_default(name: str, value: str) -> Config:
    """Keep a default for projects to come.

    Raises:
        UnknownQuestionError: There is no such question, or each project has its own answer.
        InvalidAnswerError: The question does not take the value.
        PreferencesError: The preferences cannot be read or written.
    """
    _require_known(name)
    preferences.write(preferences.read() | {name: _checked(name, value)})
    return show()


def reset(name: str | None = None) -> Config:
    """Forget one default, or all of them. Forgetting all works with a damaged file, too.

    Raises:
        UnknownQuestionError: There is no such question.
        PreferencesError: The preferences cannot be read or written.
    """
    kept: dict[str, str] = {}
    if name is not None:
        _require_known(name)
        kept = {key: value for key, value in preferences.read().items() if key != name}
    preferences.write(kept)
    return show()


def _require_known(name: str) -> None:
    known = [question.name for question in preferences.preferable()]
    if name not in known:
        raise UnknownQuestionError(name, known)


def _checked(name: str, value: str) -> Answer:
    folder = {"name": Stated("My app", "")}
    stated = {name: Stated(value, name)}
    return resolve(installed.own_template(), stated, folder).answers.get(name, value)
