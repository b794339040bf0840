"""The commands there are, and what happens around each: signals, errors, exit codes."""

import io
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import FrameType
from typing import Any

from dashgen.cli.command import Command
from dashgen.errors import CommandLineError, DashgenError, ExitCode


@dataclass(frozen=True)
class Entry:
    """Where a command is declared, and its line in the list of commands."""

    module: str
    summary: str


# The module of a command is imported when it is called: it holds the command under its name.
COMMANDS = {
    "new": Entry("dashgen.cli.new", "Write a new app"),
    "update": Entry("dashgen.cli.updates", "Move a project to a newer template or other choices"),
    "status": Entry("dashgen.cli.updates", "Say where a project stands"),
    "diff": Entry("dashgen.cli.updates", "Show what a project has changed of the template"),
    "options": Entry("dashgen.cli.options", "Say what can be chosen, and what it needs"),
    "config": Entry("dashgen.cli.config", "Show, set and reset your own defaults"),
    "completion": Entry("dashgen.cli.completion", "Let the Tab key complete all of this"),
    "doctor": Entry("dashgen.cli.doctor", "Check this machine and a project"),
}


class Terminated(KeyboardInterrupt):
    """Another process asked dashgen to end."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code, see ``dashgen.errors.ExitCode``.

    Args:
        words: Everything behind the program's name; the process's own where left out.
    """
    words = sys.argv[1:] if words is None else list(words)
    if shell := os.environ.get("_DASHGEN_COMPLETE"):
        return _complete(shell, words)
    _handle_signals()
    for stream in (sys.stdout, sys.stderr):
        # A file name that is not text, or a terminal without an arrow, must not end a command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(words)
        sys.stdout.flush()
        return int(code or ExitCode.DONE)
    except DashgenError as error:
        return _failed(error, words)
    except KeyboardInterrupt as error:
        # A command that has something to say about it says so itself.
        for line in getattr(error, "__notes__", ("cancelled",)):
            print(line, file=sys.stderr)
        return ExitCode.TERMINATED if isinstance(error, Terminated) else ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter would complain as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except Exception as error:
        hint = "run it again with --verbose and report what that prints"
        return _failed(DashgenError(f"unexpected {type(error).__name__}: {error}", hint), words)


def command(name: str) -> Command:
    """Return a command by its name, which ``COMMANDS`` has."""
    found = getattr(import_module(COMMANDS[name].module), name)
    assert isinstance(found, Command)
    return found


def _run(words: Sequence[str]) -> int | None:
    name = words[0] if words else "--help"
    if name in {"-h", "--help", "--version"}:
        _print_about(name, "--json" in words)
        return None
    if name not in COMMANDS:
        _refuse(name)
    chosen = command(name)
    if full := _wants_help(words[1:]):
        from dashgen.cli.help import command_page

        print(command_page(chosen, full == "--help"))
        return None

    from dashgen.cli.console import Output
    from dashgen.cli.parser import parse

    values: dict[str, Any] = parse(chosen, words[1:])
    values.pop("help")
    output = Output(values.pop("json"), values.pop("quiet"), values.pop("verbose"))
    return chosen.run(output, **values)


def _complete(shell: str, words: Sequence[str]) -> int:
    from dashgen.cli.complete import answer

    try:
        print(answer(shell, words, _summaries(), command))
    except Exception:
        # Nothing that goes wrong may end up in the line that somebody is typing.
        return ExitCode.FAILED
    return ExitCode.DONE


def _summaries() -> dict[str, str]:
    return {name: entry.summary for name, entry in COMMANDS.items()}


def _print_about(flag: str, as_json: bool) -> None:
    from dashgen.source import template_root, version

    if flag == "--version":
        root = template_root()
        kind = "in the package" if root.name == "_template" else "a checkout"
        if as_json:
            import json

            print(json.dumps({"version": version(), "template": str(root)}))
        else:
            print(f"dashgen {version()}\ntemplate {root} ({kind})")
        return

    from dashgen.cli.help import overview

    print(overview(_summaries()))


def _wants_help(words: Sequence[str]) -> str:
    stated = words[: words.index("--")] if "--" in words else words
    return next((word for word in stated if word in {"-h", "--help"}), "")


def _refuse(name: str) -> None:
    from difflib import get_close_matches

    kind = "option" if name.startswith("-") else "command"
    near = get_close_matches(name, [*COMMANDS, "--help", "--version"], n=1)
    question = f", did you mean {near[0]!r}?" if near else ""
    raise CommandLineError(f"no such {kind} {name!r}{question}", "see 'dashgen --help'")


def _failed(error: DashgenError, words: Sequence[str]) -> int:
    from dashgen.cli.console import print_error

    # Read from the words themselves: an error of the parser comes before any option is known.
    words = words[: words.index("--")] if "--" in words else words
    if {"-v", "--verbose"} & set(words):
        import traceback

        traceback.print_exc()
    print_error(error, "--json" in words)
    return error.exit_code


def _handle_signals() -> None:
    # A script's shell starts background jobs with SIGINT ignored; `kill -INT` must end them too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated
