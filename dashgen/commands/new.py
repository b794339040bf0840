"""``dashgen new``: write a project."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from dashgen import preferences
from dashgen.errors import (
    CommandLineError,
    GitFailedError,
    GitMissingError,
    MissingAnswersError,
    UnknownQuestionError,
)
from dashgen.files import File, lay
from dashgen.project import git, staging
from dashgen.project.staging import Existing, Place, Stage
from dashgen.releases import installed, sources
from dashgen.releases.sources import TemplateVersion
from dashgen.system import in_turn
from dashgen.template.answers import (
    Answer,
    Answers,
    Check,
    Resolved,
    Stated,
    message,
    read_file,
    resolve,
    take_default,
)
from dashgen.template.questions import Question, Template


class Asker(Protocol):
    """Somebody who answers while the command runs. Giving up is a ``KeyboardInterrupt``."""

    def expect(self, names: Sequence[str]) -> None:
        """Take note of dashgen's own open questions, before the first is asked."""

    def ask(self, question: Question, default: Answer, check: Check) -> Answer:
        """Answer one question, with a value that passes the check."""

    def review(self, questions: Sequence[Question], answers: Answers) -> str | None:
        """Show all answers and return the name of the one to change, or None."""

    def settle(self, path: str, present: Path, new: Path) -> Existing:
        """Say what becomes of a file that is there already."""


@dataclass(frozen=True)
class NewProject:
    """The project that was written, or would be.

    Args:
        path: The project's folder.
        sizes: Bytes of every file, by its path in the project.
        written: The files that were not there before, or not with this content.
        answers: To every question that people answer, without the secret ones.
        secrets: The questions with a secret answer.
        commit: The hash of the commit, None without one.
        existing: The outcome of files that existed with another content.
        uncommitted: Why there is no commit, empty if there is one or none was wanted.
        left_out: The written files that git ignores there.
        warning: Why it cannot be updated by plain Copier, empty if it can.
        own: Whether it was made from dashgen's own template.
        untried: Whether a dry run left out tasks of the template, which may write more files.
        message: The words of another template for its user.
        services: The servers and workers beside the app: its name, and a command that starts it.
    """

    path: Path
    sizes: Mapping[str, int]
    written: Sequence[str]
    answers: Answers
    commit: str | None
    existing: Mapping[str, Existing] = field(default_factory=dict)
    uncommitted: str = ""
    left_out: Sequence[str] = ()
    warning: str = ""
    secrets: Sequence[str] = ()
    own: bool = True
    untried: bool = False
    message: str = ""
    services: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of all files."""
        return tuple(self.sizes)


@contextmanager
def _git_can_be_left_out() -> Iterator[None]:
    try:
        yield
    except GitFailedError as error:
        error.hint += " or pass --no-git"
        raise


@_git_can_be_left_out()
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
    quiet: bool = False,
    files: Mapping[str, bytes] | None = None,
    announce: Callable[[NewProject], None] | None = None,
) -> NewProject:
    """Write a new project, or nothing at all.

    Args:
        destination: A folder that does not exist, is empty, or holds an empty git repository.
        answers: Stated answers by question. They take precedence over those of the file.
        answers_file: YAML file with answers, such as a project's ``.copier-answers.yml``.
        defaults: Take the default of every question that is still open.
        asker: Answers the other open questions. None if there is nobody to ask.
        use_git: Make a git repository with one commit.
        force: Take a folder with content, too, and add the missing files. Nothing is committed.
        existing: The outcome of files that exist already, instead of asking for each. They are kept
            by default if there is nobody to ask.
        dry_run: Write nothing, and tell what would be written.
        template: Another template: a folder or a git address.
        ref: A tag, a branch or a commit of that template.
        trust: Let that template run commands. A dry run leaves out its tasks.
        quiet: Show the output of these commands only if one fails.
        files: Further files of the project, by path, such as a file of data.
        announce: Gets the project, which is in place then. If it fails, nothing is left.

    Raises:
        DashgenError: See ``dashgen.errors``. Nothing is written then.
    """
    if template is None and (ref is not None or trust):
        raise CommandLineError(
            "--ref and --trust are about another template", "name it with --template"
        )
    place = staging.checked(destination, force)
    if use_git and not dry_run and not git.is_there():
        raise GitMissingError("install git or pass --no-git")
    around = _around(place) if use_git and git.is_there() else None
    with sources.chosen(template, ref, trust) as version:
        stated = _stated(version.template, answers_file, answers or {})
        offered = _offered(place.path.name, version.own)
        resolved = _resolved(version, stated, offered, asker, defaults)
        with (staging.rehearsed if dry_run else staging.staged)(place.path) as stage:
            version.render(stage.folder, resolved.answers, tasks=not dry_run, quiet=quiet)
            lay({path: File(content) for path, content in (files or {}).items()}, stage.folder)
            sizes = {path: (stage.folder / path).stat().st_size for path in stage.files()}
            for path in stage.collisions():
                stage.decisions[path] = _decision(stage, path, existing, asker)
            written = [path for path in sizes if stage.writes(path)]
            reason = _why_uncommitted(place, around) if use_git else ""
            commit = None
            if use_git and not dry_run and not reason:
                commit = _commit(place, stage, around)
            project = NewProject(
                place.path,
                sizes,
                written,
                resolved.public,
                commit,
                stage.decisions,
                reason,
                _left_out(place, stage, written, around, commit),
                secrets=sorted(resolved.secrets),
                own=version.own,
                untried=dry_run and bool(version.template.settings.get("_tasks")),
                message=""
                if version.own
                else message(version.template, resolved.facts, place.path),
                services=_services(resolved.facts) if version.own else {},
            )
            if announce:
                # Announced as the last step that can be taken back, before a branch is moved.
                stage.finish.insert(0, partial(announce, project))
    if dry_run:
        if announce:
            announce(project)
        return project
    # The versions that plain Copier updates from go where every machine finds them.
    return replace(project, warning=installed.share() if project.own else "")


def _services(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the servers and workers of the chosen parts."""
    services = {server["name"]: in_turn(server["command"]) for server in facts["servers"]}
    if worker := facts["background_facts"]["start"]:
        # Celery has no support for Windows.
        services[f"worker{' (in WSL)' if sys.platform == 'win32' else ''}"] = f"uv run {worker}"
    return services


def _stated(
    template: Template, file: Path | None, answers: Mapping[str, Answer]
) -> Mapping[str, Stated]:
    asked = [question.name for question in template.visible]
    if unknown := [name for name in answers if name not in asked]:
        raise UnknownQuestionError(unknown[0], asked)
    stated = read_file(file, template) if file else {}
    return stated | {name: Stated(answers[name], template.option(name)) for name in answers}


def _offered(folder: str, own: bool) -> dict[str, Stated]:
    """Return the answers that take precedence over the template's own defaults."""
    offered = {"name": Stated(folder, "the folder's name")}
    if author := git.configured("user.name"):
        offered["author"] = Stated(author, "git's user.name")
    return offered | preferences.as_defaults() if own else offered


def _resolved(
    version: TemplateVersion,
    stated: Mapping[str, Stated],
    offered: Mapping[str, Stated],
    asker: Asker | None,
    defaults: bool,
) -> Resolved:
    template = version.template
    if defaults:
        return resolve(template, stated, offered)
    # Unfit stated answers are refused before anything is asked.
    resolved = resolve(template, stated, offered, take_default)
    # dashgen's own list, the pages, is a matter for a flag or a file, and else has its default.
    lists = {question.name for question in template.questions if question.structured}
    left = lists if version.own else set()
    missing = [name for name in resolved.answers if name not in {*stated, *left}]
    if not missing:
        return resolved
    if not asker:
        raise MissingAnswersError(map(template.usage, missing))
    asker.expect(missing if version.own else [])

    def ask(question: Question, default: Answer, check: Check) -> Answer:
        return default if question.name in left else asker.ask(question, default, check)

    resolved = resolve(template, stated, offered, ask)
    while name := asker.review(template.visible, resolved.answers):
        answers = dict(resolved.answers)
        changed = {name: Stated(answers.pop(name), name)}
        others = {key: Stated(value, key) for key, value in answers.items()}
        left = left - {name}
        # A question that depended on the changed answer may open, and is asked as well.
        resolved = resolve(template, others, changed, ask)
    return resolved


def _decision(stage: Stage, path: str, existing: Existing | None, asker: Asker | None) -> Existing:
    if existing or not asker:
        return existing or Existing.KEEP
    return asker.settle(path, stage.target / path, stage.folder / path)


def _around(place: Place) -> Path | None:
    """Return the repository that a project goes into, None where it gets one of its own.

    As with other tools, a repository that ignores the project's folder has no part in it.
    """
    top = git.around(place.path)
    if top and top != place.path and git.ignored(top, [f"{place.path.as_posix()}/"]):
        return None
    return top


def _why_uncommitted(place: Place, around: Path | None) -> str:
    if around and around != place.path:
        return f"it is in the repository {around}. Look at it and commit it there"
    if place.occupied:
        return "the folder had content. Look at it and commit it yourself"
    if around and not git.is_unused(around):
        return "the repository has a history. Look at it and commit it yourself"
    return ""


def _commit(place: Place, stage: Stage, around: Path | None) -> str:
    message = f"Begin with dashgen {installed.version()}"
    if not around:
        return git.commit_all(stage.folder, message)
    commit = git.commit_for(place.path, stage.folder, message)
    stage.finish.append(partial(git.adopt, place.path, commit))
    return commit


def _left_out(
    place: Place, stage: Stage, written: Sequence[str], around: Path | None, commit: str | None
) -> list[str]:
    """Return the files that are not in the first commit, or would not be in the next."""
    if commit:
        there = git.committed(around or stage.folder, commit)
        return [path for path in written if path not in there]
    paths = [(place.path / path).as_posix() for path in written]
    found = set(git.ignored(around, paths)) if around else set()
    return [path for path, full in zip(written, paths, strict=True) if full in found]
