"""The output of the command line."""

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashgen.errors import DashgenError, OutputError
from dashgen.system import quoted

STYLES = {
    "bold": "1",
    "term": "36",
    "faint": "2",
    "good": "32",
    "bad": "31",
    "error": "1;31",
    "warning": "33",
}


@dataclass(frozen=True)
class Output:
    """The output of a command: its steps and its result."""

    as_json: bool = False
    quiet: bool = False

    @property
    def can_ask(self) -> bool:
        """Whether there is somebody who sees a prompt and can answer it."""
        return not self.as_json and sys.stdin.isatty() and sys.stdout.isatty()

    def step(self, line: str = "") -> None:
        """Say what happens, but nothing with ``--json`` or ``--quiet``."""
        if not self.as_json and not self.quiet:
            print_now(fitted(line, sys.stdout))

    def warn(self, line: str) -> None:
        """Warn the user on standard error. The command goes on."""
        if not self.quiet:
            print_aside(f"{styled('warning:', 'warning', sys.stderr)} {line}")

    def result(
        self, data: Mapping[str, Any], text: Callable[[], str], *, verbatim: bool = False
    ) -> None:
        """Print the result of the command, for a program or for people.

        Args:
            data: For a program.
            text: Returns the text for people.
            verbatim: Let no line be wrapped, because a program may read them, too.
        """
        if self.as_json:
            print_json(data)
        elif not self.quiet:
            print_now(text() if verbatim else fitted(text(), sys.stdout))


def print_now(text: str) -> None:
    """Print at once, also where the output is a pipe.

    Raises:
        OutputError: Nothing more can be written there, as on a full disk.
    """
    try:
        print(text, flush=True)
    except OSError as error:
        raise OutputError(error) from error


def print_json(data: Any) -> None:
    """Print a JSON object for a program, with signs of ASCII where the output has not all others.

    Raises:
        OutputError: As in ``print_now``.
    """
    unicode = str(sys.stdout.encoding).lower().startswith("utf")
    print_now(json.dumps(data, ensure_ascii=not unicode))


def print_aside(text: str) -> None:
    """Print on standard error. If that fails, nobody can be told."""
    try:
        print(fitted(text, sys.stderr), file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: Any) -> None:
    """Drop the rest of a stream, since the interpreter would report it as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def fitted(text: str, stream: Any) -> str:
    """Return a text whose lines break between words, where a terminal would break within one."""
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    if len(re.sub(r"\033\[[0-9;]*m", "", line)) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())] + "  "
    return textwrap.fill(
        line,
        width,
        subsequent_indent=indent,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )


def answer_text(value: Any) -> str:
    """Return an answer as people write it, and a list by its names."""
    if isinstance(value, list):
        names = [entry.get("name") if isinstance(entry, dict) else entry for entry in value]
        return ", ".join(map(str, names)) or "none"
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def shown(answer: Any) -> str:
    """Return an answer as people write it, even if it is empty."""
    return answer_text(answer) or "empty"


def typed(word: str) -> str:
    """Return a word as users type it in a shell, with signs that standard output has."""
    try:
        word.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        if sys.platform != "win32":
            return f"$'{''.join(map(_byte, os.fsencode(word)))}'"
    return quoted(word)


def _byte(number: int) -> str:
    sign = chr(number)
    plain = sign.isascii() and sign.isprintable() and sign not in "\\'"
    return sign if plain else f"\\x{number:02x}"


def styled(text: str, style: str, stream: Any = None) -> str:
    """Return the text in a style, or unchanged if the terminal has no colour."""
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
        print_json({"error": content})
    else:
        print_aside(f"{styled('error:', 'error', sys.stderr)} {error}")
