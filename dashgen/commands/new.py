"""``dashgen new``: write a project."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashgen import destination as destinations
from dashgen import git, home
from dashgen.answers import Answer, Answers, Ask, Given, read_file, resolve, take_default
from dashgen.errors import MissingAnswersError
from dashgen.questions import load
from dashgen.source import template_root, version


@dataclass(frozen=True)
class NewProject:
    """What was written."""

    path: Path
    files: tuple[str, ...]
    answers: Answers
    commit: str | None
    warning: str = ""
    """Why it cannot be updated by plain Copier."""


def new(
    destination: str,
    *,
    answers: Mapping[str, Answer] | None = None,
    answers_file: Path | None = None,
    defaults: bool = False,
    ask: Ask | None = None,
    use_git: bool = True,
) -> NewProject:
    """Write a new project, or nothing at all.

    Args:
        destination: A folder that does not exist or is empty.
        answers: Stated answers by question; they go before those of the file.
        answers_file: YAML file with answers, such as a project's ``.copier-answers.yml``.
        defaults: Take the default of every question that is still open.
        ask: How to ask the open questions otherwise; None where there is nobody to ask.
        use_git: Make a git repository with one commit.

    Raises:
        DashgenError: See ``dashgen.errors``; nothing is written then.
    """
    target = destinations.checked(destination)
    if use_git:
        git.require()
    chosen = _answers(target, answers or {}, answers_file, None if defaults else ask, defaults)

    # Jinja takes its time to import, which an error must not cost.
    from dashgen.direct import render

    with destinations.staged(target) as folder:
        render(template_root(), folder, chosen)
        files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
        commit = git.commit_all(folder, f"Begin with dashgen {version()}") if use_git else None
    return NewProject(target, tuple(files), chosen, commit, home.refresh())


def _answers(
    target: Path,
    stated: Mapping[str, Answer],
    file: Path | None,
    ask: Ask | None,
    defaults: bool,
) -> Answers:
    questions = load()
    given = read_file(file, questions) if file else {}
    given |= {name: Given(value, f"--{name}") for name, value in stated.items()}
    known = {"name": Given(target.name, "the folder's name")}
    if author := git.configured("user.name"):
        known["author"] = Given(author, "git's user.name")
    if ask or defaults:
        if ask:
            # Refuse what was stated before asking for the rest.
            resolve(questions, given, known, take_default)
        return resolve(questions, given, known, ask)
    checked = resolve(questions, given, known, take_default)
    if missing := [name for name in checked if name not in given]:
        raise MissingAnswersError(missing)
    return checked
