"""A rule, and its findings."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashgen.check.apps import App
    from dashgen.check.syntax import Module


class Severity(StrEnum):
    """How bad it is."""

    BROKEN = "broken"
    """It raises, or it does nothing."""
    RISKY = "risky"
    """It works for one user at a time, or most of the time."""


@dataclass(frozen=True)
class Problem:
    """A place in the code, and its fault."""

    module: "Module"
    node: ast.AST
    message: str


@dataclass(frozen=True)
class Rule:
    """A rule, and all that its documentation says."""

    identifier: str
    name: str
    severity: Severity
    summary: str
    """The mistake that it finds, in one sentence."""
    why: str
    """The effect in a running app."""
    help: str
    """The way out, in one sentence."""
    bad: str
    """A module in which the rule finds something."""
    good: str
    """The same module, mended."""
    proof: str
    """The evidence for it."""
    check: Callable[["App"], Iterable[Problem]]


def near(name: str, known: Iterable[str]) -> str:
    """Return the end of a message: whether a known name was meant, if one is much like it."""
    found = get_close_matches(name, sorted(known), 1, 0.75)
    return f", did you mean '{found[0]}'?" if found else ""


@dataclass(frozen=True, order=True)
class Finding:
    """A problem, as it is reported. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    rule: str
    message: str
    severity: Severity
    name: str
    help: str
    source: str = ""
    """The line of the file."""
    end_column: int = 0
    """Behind the last marked character of the line."""
