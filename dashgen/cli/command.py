"""How a command is declared: its arguments, its options, and the function that it calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

# A value that the shell can complete, and what it means.
Offer = tuple[str, str]


@dataclass(frozen=True)
class Argument:
    """A word that a command takes by its position.

    Args:
        name: Of the parameter that gets it; in capitals it stands in the usage line.
        help: What it is, in one line.
        default: Its value where it is left out, if it is not required.
        required: Whether it must be there.
        offers: The values that it takes, where they are few.
        paths: What the shell completes it with, if that is a path.
    """

    name: str
    help: str
    default: str | None = None
    required: bool = True
    offers: tuple[Offer, ...] = ()
    paths: Literal["folders", "files"] | None = "folders"

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return not self.required or self.default is not None

    @property
    def metavar(self) -> str:
        """Its name in the usage line."""
        return self.name.upper()


@dataclass(frozen=True)
class Option:
    """A flag, or an option with a value.

    Args:
        flags: As they are typed, such as ``("-y", "--defaults")``; the last one names the value.
        help: What it does, in one line.
        metavar: What stands for its value; None makes it a switch.
        group: The heading under which the help shows it.
        offers: The values that it takes, where they are few.
        negatable: Whether a switch has a ``--no-`` twin, so that it has three states.
        paths: What the shell completes a value with, if that is a path.
        repeated: Whether it may be given more than once; its value is a tuple then.
    """

    flags: tuple[str, ...]
    help: str
    metavar: str | None = None
    group: str = "Options"
    offers: tuple[Offer, ...] = ()
    negatable: bool = False
    paths: Literal["folders", "files"] | None = None
    repeated: bool = False

    @property
    def name(self) -> str:
        """The name of the parameter that gets the value."""
        return self.flags[-1].lstrip("-").replace("-", "_")

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every word that sets it."""
        if not self.negatable:
            return self.flags
        return (*self.flags, self.flags[-1].replace("--", "--no-", 1))


@dataclass(frozen=True)
class Command:
    """One command of the command line.

    Args:
        name: As it is typed.
        summary: What it does, in one line.
        run: Called with an ``Output`` and, by name, a value for every argument and option: text,
            a bool for a switch, None where a value or a negatable switch was not given. It
            returns an exit code, or None for 0.
        arguments: In order; those with a default come last.
        options: Its own; every command has the shared ones as well.
        details: What else there is to know, a few lines.
        examples: Command lines, and what each does.
    """

    name: str
    summary: str
    run: Callable[..., int | None]
    arguments: Sequence[Argument] = ()
    options: Sequence[Option] = ()
    details: str = ""
    examples: Sequence[tuple[str, str]] = field(default=())


HELP = Option(("-h", "--help"), "Show this help; -h is shorter.", group="General")
JSON = Option(("--json",), "Print one JSON object, errors too; never ask.", group="General")
QUIET = Option(("-q", "--quiet"), "Print nothing but errors.", group="General")
VERBOSE = Option(("-v", "--verbose"), "Print the traceback of an error.", group="General")
SHARED = (JSON, QUIET, VERBOSE, HELP)
