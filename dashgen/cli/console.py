"""What the command line prints."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashgen.errors import DashgenError

STYLES = {
    "bold": "1",
    "heading": "1",
    "term": "36",
    "faint": "2",
    "good": "32",
    "bad": "31",
    "error": "1;31",
    "warning": "33",
}


@dataclass(frozen=True)
class Output:
    """Where a command says what it does and what came of it."""

    as_json: bool = False
    quiet: bool = False

    @property
    def can_ask(self) -> bool:
        """Whether there is somebody who sees a prompt and can answer it."""
        return not self.as_json and sys.stdin.isatty() and sys.stdout.isatty()

    def step(self, line: str = "") -> None:
        """Say what happens; nothing with ``--json`` or ``--quiet``."""
        if not self.as_json and not self.quiet:
            print_now(line)

    def warn(self, line: str) -> None:
        """Say on standard error what the user should know although the command goes on."""
        if not self.quiet:
            print(f"{styled('warning:', 'warning', sys.stderr)} {line}", file=sys.stderr)

    def result(self, data: Mapping[str, Any], text: Callable[[], str]) -> None:
        """Print what came of the command, for a program or for people."""
        if self.as_json:
            print_now(json.dumps(data, ensure_ascii=False))
        elif not self.quiet:
            print_now(text())


def print_now(text: str) -> None:
    """Print at once, also where the output is a pipe."""
    print(text, flush=True)


def answer_text(value: Any) -> str:
    """Return an answer as people write it."""
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def shown(answer: Any) -> str:
    """Return an answer as people write it, also one that is empty."""
    return answer_text(answer) or "empty"


def styled(text: str, style: str, stream: Any = None) -> str:
    """Return the text as a terminal shows it in a style; as it is where there is no colour."""
    return f"\033[{STYLES[style]}m{text}\033[0m" if has_colour(stream or sys.stdout) else text


def has_colour(stream: Any) -> bool:
    """Say whether a stream is a terminal with colours, and nobody objects."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def print_error(error: DashgenError, as_json: bool) -> None:
    """Print an error as one line, or as one JSON object on standard output."""
    if as_json:
        content = {
            "type": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "exit_code": int(error.exit_code),
        }
        print_now(json.dumps({"error": content}, ensure_ascii=False))
    else:
        print(f"{styled('error:', 'error', sys.stderr)} {error}", file=sys.stderr, flush=True)
