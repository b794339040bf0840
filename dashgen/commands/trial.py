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
    """What came of it, and why."""

    result: Result
    reason: str = ""


NOT_TRIED = Trial(Result.NOT_TRIED)


def begin(project: Path) -> str | None:
    """Try an app before its update; return what is wrong, None if it cannot be tried."""
    return environment.fault(project) if environment.python(project) else None


def end(project: Path, before: str | None, conflicts: bool) -> Trial:
    """Try an app after its update.

    Args:
        project: The project's folder.
        before: What ``begin`` returned.
        conflicts: Whether modules have conflict markers, with which no app starts.
    """
    try:
        tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        return Trial(Result.BROKEN, f"uv cannot read pyproject.toml ({error})")
    if before is None:
        return NOT_TRIED
    if conflicts:
        return Trial(Result.NOT_TRIED, "its conflicts come first")
    try:
        lacking = environment.lacking(project)
    except environment.UNREADABLE:
        lacking = None
    if lacking:
        return Trial(Result.NOT_TRIED, f"its environment lacks {', '.join(lacking)}: uv sync")
    after = environment.fault(project)
    if not after:
        return Trial(Result.STARTS)
    return Trial(Result.FAULTY if before else Result.BROKEN, after)
