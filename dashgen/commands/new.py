"""``dashgen new``: write a project."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dashgen import destination as destinations
from dashgen import git, home, preferences
from dashgen.answers import (
    Answer,
    Answers,
    Check,
    Given,
    read_file,
    resolve,
    take_default,
)
from dashgen.destination import Existing, Place, Stage, State
from dashgen.errors import CommandLineError, MissingAnswersError, UnknownQuestionError
from dashgen.questions import Question
from dashgen.source import version
from dashgen.templates import Template, own_template


class Asker(Protocol):
    """Somebody who answers while the command runs; giving up is a ``KeyboardInterrupt``."""

    def ask(self, question: Question, default: Answer, check: Check) -> Answer:
        """Answer one question, with a value that passes the check."""

    def review(self, questions: Sequence[Question], answers: Answers) -> str | None:
        """Look at all answers; return the name of the one to change, None if all are right."""

    def settle(self, path: str, present: Path, new: Path) -> Existing:
        """Say what becomes of a file that is there already."""


@dataclass(frozen=True)
class NewProject:
    """What was written, or would be.

    Args:
        path: The project's folder.
        sizes: Bytes of every file, by its path in the project.
        written: The files that were not there before, or not with this content.
        answers: To every question that people answer.
        commit: The hash of the commit, None without one.
        existing: What became of the files that were there already with another content.
        uncommitted: Why there is no commit, empty if there is one or none was wanted.
        warning: Why it cannot be updated by plain Copier, empty if it can.
    """

    path: Path
    sizes: Mapping[str, int]
    written: Sequence[str]
    answers: Answers
    commit: str | None
    existing: Mapping[str, Existing] = field(default_factory=dict)
    uncommitted: str = ""
    warning: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of all files."""
        return tuple(self.sizes)


def new(
    destination: str,
    *,
    answers: Mapping[str, Answer] | None = None,
    answers_file: Path | None = None,
    defaults: bool = False,
    asker: Asker | None = None,
    use_git: bool = True,
    force: bool = False,
    existing: Existing | None = None,
    dry_run: bool = False,
    template: str | None = None,
    ref: str | None = None,
    trust: bool = False,
) -> NewProject:
    """Write a new project, or nothing at all.

    Args:
        destination: A folder that does not exist, is empty, or holds an empty git repository.
        answers: Stated answers by question; they go before those of the file.
        answers_file: YAML file with answers, such as a project's ``.copier-answers.yml``.
        defaults: Take the default of every question that is still open.
        asker: Answers the open questions otherwise; None where there is nobody to ask.
        use_git: Make a git repository with one commit.
        force: Take a folder with content, too, and add what is not there; nothing is committed.
        existing: What becomes of files that are there already, instead of asking for each; the
            default, where there is nobody to ask, is to keep them.
        dry_run: Write nothing, and tell what would be written.
        template: Another template: a folder or a git address.
        ref: A tag, a branch or a commit of that template.
        trust: Let that template run commands.

    Raises:
        DashgenError: See ``dashgen.errors``; nothing is written then.
    """
    if template is None and (ref is not None or trust):
        raise CommandLineError(
            "--ref and --trust are about another template", "name it with --template"
        )
    place = destinations.checked(destination, force)
    if use_git and not dry_run:
        git.require()
    with _opened(template, ref, trust) as chosen:
        given = _given(chosen, answers_file, answers or {})
        complete = _answers(chosen, place.path, given, None if defaults else asker, defaults)
        with _stage(place, dry_run) as stage:
            chosen.render(stage.folder, complete)
            sizes = {path: (stage.folder / path).stat().st_size for path in stage.files()}
            for path in stage.collisions():
                stage.decisions[path] = _decision(stage, path, existing, asker)
            written = [path for path in sizes if stage.writes(path)]
            reason = _why_uncommitted(place) if use_git else ""
            commit = None
            if use_git and not dry_run and not reason:
                commit = _commit(place, stage)
    # The history that updates need goes where every machine finds it.
    warning = home.refresh() if chosen.own and not dry_run else ""
    return NewProject(
        place.path, sizes, written, complete, commit, stage.decisions, reason, warning
    )


def _opened(source: str | None, ref: str | None, trust: bool) -> AbstractContextManager[Template]:
    if source is None:
        return _own()

    # Copier takes half a second to import.
    from dashgen.foreign import opened

    return opened(source, ref, trust)


@contextmanager
def _own() -> Iterator[Template]:
    yield own_template()


def _stage(place: Place, dry_run: bool) -> AbstractContextManager[Stage]:
    return (destinations.rehearsed if dry_run else destinations.staged)(place.path)


def _given(
    template: Template, file: Path | None, stated: Mapping[str, Answer]
) -> Mapping[str, Given]:
    known = [question.name for question in template.questions if question.visible]
    if unknown := [name for name in stated if name not in known]:
        raise UnknownQuestionError(unknown[0], known)
    given = read_file(file, template.questions) if file else {}
    return given | {name: Given(value, f"--{name}") for name, value in stated.items()}


def _answers(
    template: Template,
    target: Path,
    given: Mapping[str, Given],
    asker: Asker | None,
    defaults: bool,
) -> Answers:
    questions = template.questions
    known = {"name": Given(target.name, "the folder's name")}
    if author := git.configured("user.name"):
        known["author"] = Given(author, "git's user.name")
    if template.own:
        known |= preferences.as_defaults()
    # What was stated is refused before anything is asked.
    complete = resolve(questions, given, known, take_default)
    missing = [name for name in complete if name not in given]
    if not missing:
        return complete
    if asker:
        return _reviewed(questions, resolve(questions, given, known, asker.ask), asker)
    if not defaults:
        raise MissingAnswersError(missing)
    return resolve(questions, given, known)


def _reviewed(questions: Sequence[Question], answers: Answers, asker: Asker) -> Answers:
    visible = [question for question in questions if question.visible]
    while name := asker.review(visible, answers):
        others = {key: Given(value, key) for key, value in answers.items() if key != name}
        # A question that depended on the changed answer may open, and is asked as well.
        answers = resolve(questions, others, {name: Given(answers[name], name)}, asker.ask)
    return answers


def _decision(stage: Stage, path: str, existing: Existing | None, asker: Asker | None) -> Existing:
    if existing or not asker:
        return existing or Existing.KEEP
    return asker.settle(path, stage.target / path, stage.folder / path)


def _why_uncommitted(place: Place) -> str:
    if place.state is State.OCCUPIED:
        return "the folder had content; look at it and commit it yourself"
    if place.state is State.REPOSITORY and not git.is_unused(place.path):
        return "the repository has a history; look at it and commit it yourself"
    return ""


def _commit(place: Place, stage: Stage) -> str:
    message = f"Begin with dashgen {version()}"
    if place.state is not State.REPOSITORY:
        return git.commit_all(stage.folder, message)
    commit = git.commit_for(place.path, stage.folder, message)
    stage.finish = lambda: git.adopt(place.path, commit)
    return commit
