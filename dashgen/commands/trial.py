"""Whether a project's app still starts after an update."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dashgen.project import environment


class Result(StrEnum):
    """How trying an app ended."""

    STARTS = "starts"
    BROKEN = "broken"
    """It started before the update."""
    FAULTY = "faulty"
    """It did not start before the update either."""
    NOT_TRIED = "not tried"


@dataclass(frozen=True)
class Trial:
    """The result of a trial, and its reason."""

    result: Result
    reason: str = ""


NOT_TRIED = Trial(Result.NOT_TRIED)


def begin(project: Path) -> Trial:
    """Try an app before its update."""
    if environment.python(project) is None:
        return NOT_TRIED
    try:
        wrong = environment.fault(project)
    except TimeoutError as error:
        return Trial(Result.NOT_TRIED, f"{error}, already before the update")
    return Trial(Result.FAULTY, wrong) if wrong else Trial(Result.STARTS)


def end(project: Path, before: Trial, conflicts: bool) -> Trial:
    """Try an app after its update.

    Args:
        project: The project's folder.
        before: The result of ``begin``.
        conflicts: Whether modules have conflict markers, with which no app starts.
    """
    try:
        tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        return Trial(Result.BROKEN, f"uv cannot read pyproject.toml ({error})")
    if before.result is Result.NOT_TRIED:
        return before
    if conflicts:
        return Trial(Result.NOT_TRIED, "its conflicts come first")
    try:
        lacking = environment.lacking(project)
    except environment.UNREADABLE:
        lacking = None
    if lacking:
        return Trial(Result.NOT_TRIED, f"its environment lacks {', '.join(lacking)}: uv sync")
    try:
        after = environment.fault(project)
    except TimeoutError as error:
        # A slow machine is no fault of the app.
        return Trial(Result.NOT_TRIED, str(error))
    if not after:
        return Trial(Result.STARTS)
    return Trial(Result.FAULTY if before.result is Result.FAULTY else Result.BROKEN, after)
