"""The mistakes of users and the failures of their machine, one class each.

A command raises these. Only the command line turns them into a line and an exit code.
"""

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path

from dashgen import system

NAMED_ENTRIES = 8


def likely(word: str, known: Iterable[str]) -> str:
    """Return a question whether a known word was meant, or nothing if none is like it."""
    found = get_close_matches(word, list(known), 1)
    return f"did you mean {found[0]!r}?" if found else ""


class ExitCode(IntEnum):
    """The meaning of the command's exit code, from which the documentation's table is made."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> "ExitCode":
        """Keep the meaning beside the number."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    DONE = 0, "done"
    FAILED = 1, "failed: a disk, git, a server or the template caused an error"
    USAGE = 2, "wrong usage: an option, an answer, a file or a folder that is not taken"
    CONFLICTS = 3, "an update left conflicts to resolve"
    OUTDATED = 4, "status --check: a newer template is there, or an update is not finished"
    DIFFERS = 5, "status --check: files differ from the template"
    BROKEN = 6, "an update was written, and the app or uv does not start with it"
    FOUND = 7, "check: something was found, or a file could not be read"
    INTERRUPTED = 130, "interrupted by Ctrl-C"
    TERMINATED = 143, "ended by another process"


class DashgenError(Exception):
    """Anything that is reported to the user as one line.

    Args:
        message: The problem and its place.
        hint: The way out, or empty if the message contains it.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.message}; {self.hint}" if self.hint else self.message
        return " ".join(text.split())


class UsageError(DashgenError):
    """Something that the user typed or named is not taken."""

    exit_code = ExitCode.USAGE


class CommandLineError(UsageError):
    """An option, argument or combination of them that the command does not take."""


class InvalidAnswerError(UsageError):
    """An answer that its question does not accept.

    Args:
        stated: The answer and its origin.
        complaint: The answer of the question's validator.
        hint: What to do.
    """

    def __init__(self, stated: str, complaint: str, hint: str = "") -> None:
        super().__init__(f"{stated}: {complaint}", hint)
        self.complaint = complaint


class UnknownQuestionError(UsageError):
    """An answer to a question that the template does not ask."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        known = list(known)
        hint = f"{likely(name, known)} the questions are {', '.join(known)}".lstrip()
        super().__init__(f"there is no question {name!r}", hint)


class MissingAnswersError(UsageError):
    """Questions are open and there is nobody to ask."""

    def __init__(self, flags: Iterable[str]) -> None:
        super().__init__(f"no terminal to ask for {', '.join(flags)}", "pass them, or --defaults")


class AnswersFileError(UsageError):
    """An answers file that cannot be read as answers."""

    def __init__(self, path: Path, problem: str, hint: str) -> None:
        super().__init__(f"--answers {path}: {problem}", hint)


class UnknownAnswersError(AnswersFileError):
    """An answers file names questions that do not exist."""

    def __init__(self, path: Path, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(
            path, f"unknown key {', '.join(map(repr, unknown))}", f"the keys are {', '.join(known)}"
        )


class DestinationTakenError(UsageError):
    """The destination is a file or holds something already."""


class DestinationNotEmptyError(DestinationTakenError):
    """The destination is a folder with content."""

    def __init__(self, path: Path, entries: Sequence[str]) -> None:
        hint = "choose a new or an empty folder, or pass --force to add the missing files"
        if ".copier-answers.yml" in entries:
            hint = "it holds a project: 'dashgen update' brings one up to date"
        more = f", … {len(entries) - NAMED_ENTRIES} more" if len(entries) > NAMED_ENTRIES else ""
        super().__init__(
            f"destination {path} is not empty, it has {', '.join(entries[:NAMED_ENTRIES])}{more}",
            hint,
        )


class DestinationUnusableError(DashgenError):
    """The operating system refuses the destination."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"cannot write destination {path}: {problem}", "choose a folder that you can write"
        )


class UnsafePathError(DashgenError):
    """A path that leads outside the folder it belongs to."""

    def __init__(self, path: str, reason: str = "") -> None:
        why = f": {reason}" if reason else ""
        super().__init__(
            f"the path {path!r} leads outside its folder{why}",
            "do not use its source, or look into it first",
        )


class PreferencesError(UsageError):
    """The file with the user's preferences cannot be used."""

    def __init__(
        self,
        path: Path,
        problem: str,
        hint: str = "correct it, or start again with 'dashgen config reset'",
    ) -> None:
        super().__init__(f"preferences {path}: {problem}", hint)


class ForeignTemplateError(UsageError):
    """Another template that cannot be read, or that needs a permission."""

    def __init__(self, source: str, problem: str, hint: str) -> None:
        super().__init__(f"--template {source}: {problem}", hint)


class GitMissingError(DashgenError):
    """A commit is wanted and there is no git."""

    def __init__(self, hint: str = "install git") -> None:
        super().__init__("git is not on the PATH", hint)


def git_hint(fault: str) -> str:
    """Return what to do about a fault that git named."""
    locked = ".lock': File exists" in fault
    return "is another git at work? If not, remove that file" if locked else "mend that"


class GitFailedError(DashgenError):
    """Git refused a command."""

    def __init__(self, command: str, fault: str) -> None:
        super().__init__(f"git {command} failed: {fault}", git_hint(fault))


class RenderError(DashgenError):
    """The template did not render."""


class RunError(DashgenError):
    """The new project was written, but its app does not run."""


class TemplateSourceError(DashgenError):
    """The template or its history is missing in its place."""


class VersionError(DashgenError):
    """A template version that is not known here, or that an update does not lead to."""


class UnknownVersionError(VersionError):
    """A template version that the user names, and that there is not."""

    exit_code = ExitCode.USAGE


class UnknownSourceError(UsageError):
    """A project was made from a template that is not dashgen's."""

    def __init__(self, source: str, own: str) -> None:
        super().__init__(
            f"the project was made from {source}, which dashgen does not fetch by itself",
            f"pass --template with that source, or with {own} for dashgen's own",
        )


class NotAProjectError(UsageError):
    """A folder that dashgen has not made."""

    def __init__(self, path: Path, file: str) -> None:
        problem = f"{path} has no {file}"
        if not path.is_dir():
            problem = f"{path} is no folder" if path.exists() else f"there is no folder {path}"
        super().__init__(problem, "name a project that dashgen made")


class RecordError(DashgenError):
    """A project's answers file cannot be read."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"{path} {problem}", f"restore dashgen's version: git log -p -- {path.name}"
        )


class RepositoryError(DashgenError):
    """A project's repository is not in a state to work from, or git refuses something."""


class DubiousOwnerError(RepositoryError):
    """A repository belongs to another user, so git does not look into it."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"git does not trust the repository {path}, because it belongs to another user",
            f"if you trust it, run git config --global --add safe.directory {system.quoted(path)}",
        )


class NoRepositoryError(RepositoryError):
    """A project is in no repository."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is not in a git repository",
            f"run {system.in_turn('git init && git add --all && git commit')} there",
        )


class DirtyRepositoryError(RepositoryError):
    """A project has changes that are not committed."""

    def __init__(
        self, path: Path, files: Sequence[str], undoable: bool, operation: str = ""
    ) -> None:
        named = ", ".join(files[:3]) + (", …" if len(files) > 3 else "")
        problem, hint = "has uncommitted changes", "commit or stash them"
        if operation:
            problem = f"is in the middle of a {operation}"
            hint = f"finish it, or undo it with git {operation} --abort"
        elif undoable:
            hint += ", or undo the last update with dashgen update --abort"
        super().__init__(f"{path} {problem} ({named})", hint)


class UpdateBusyError(DashgenError):
    """Another update of the same project is running."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"another update of {path} is running", "wait for it")


class UpdateUnfinishedError(DashgenError):
    """An update was cut off in the middle."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the last update of {path} was cut off", "undo it with dashgen update --abort"
        )


class DamagedJournalError(DashgenError):
    """The record of a project's last update cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the record of the last update is damaged ({path})",
            "look at the project with git status, then remove that file",
        )


class PageError(UsageError):
    """A page that is there already, or that is not."""


class NothingToAbortError(UsageError):
    """There is no update that could be undone."""


class OutputError(DashgenError):
    """Standard output does not take the result."""

    def __init__(self, error: OSError) -> None:
        # The reader has seen enough.
        self.closed = system.nobody_reads(error)
        reason = system.reason(error)
        super().__init__(f"cannot print the result: {reason}", "send the output elsewhere")


class NoCurrentFolderError(DashgenError):
    """Somebody has deleted the current folder."""

    def __init__(self) -> None:
        super().__init__("the current folder is not there any more", "go to another folder")


class RefusedFileError(DashgenError):
    """The operating system refuses a file that a command needs, and the command has no way out."""

    def __init__(self, error: OSError) -> None:
        path = os.fsdecode(error.filename) if error.filename else "a file"
        super().__init__(f"{path}: {system.reason(error)}", "correct that and try again")


class WriteError(DashgenError):
    """The operating system refuses to write a file. All earlier writes are undone."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"cannot write {path}: {system.reason(error)}",
            "nothing is changed. Correct that and try again",
        )


class RestoreError(DashgenError):
    """The operating system refuses to put a file back as it was before an update."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"the project is only partly put back: cannot write {path}: {system.reason(error)}",
            "correct that and run dashgen update --abort",
        )


class CheckOptionError(UsageError):
    """A rule, a file or a setting of ``dashgen check`` that there is not."""


class DataError(UsageError):
    """A file of data that cannot be read as a table, or not without an answer.

    Args:
        place: The file, or the address of a table.
        problem: The fault, or the doubt.
        hint: What to do, such as the flag that answers.
    """

    def __init__(self, place: object, problem: str, hint: str = "") -> None:
        super().__init__(f"{place}: {problem}", hint)
