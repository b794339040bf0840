"""All commands, and the code around each: signals, errors, exit codes."""

import errno
import io
import os
import re
import shutil
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Annotated

import typer

from dashgen import system
from dashgen.cli.check import check
from dashgen.cli.completion import VARIABLE, complete, completion
from dashgen.cli.config import config
from dashgen.cli.console import Output, discard, print_aside, print_error
from dashgen.cli.diff import diff
from dashgen.cli.doctor import doctor
from dashgen.cli.new import NewCommand, new
from dashgen.cli.options import options
from dashgen.cli.pages import add, remove, rename
from dashgen.cli.questions import QuestionCommand
from dashgen.cli.status import status
from dashgen.cli.update import update
from dashgen.errors import (
    CommandLineError,
    DashgenError,
    ExitCode,
    NoCurrentFolderError,
    OutputError,
    RefusedFileError,
    likely,
)

WIDEST = 100
# The errors of a write to a stream. For a file the command has an error of its own.
UNPRINTABLE = {errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG}

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    subcommand_metavar="COMMAND",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(cls=NewCommand)(new)
app.command(cls=QuestionCommand)(update)
for command in (status, diff, options, config, completion, check, doctor):
    app.command()(command)
app.add_typer(add, name="add")
app.add_typer(remove, name="remove")
app.add_typer(rename, name="rename")
COMMANDS = (
    *(command.callback.__name__ for command in app.registered_commands if command.callback),
    *(str(group.name) for group in app.registered_groups),
)


class Terminated(KeyboardInterrupt):
    """Another process asked dashgen to end."""


@app.callback(invoke_without_command=True)
def dashgen(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
    as_json: Annotated[bool, typer.Option("--json", hidden=True)] = False,
) -> None:
    """Write new Plotly Dash apps and keep them up to date.

    \b
    Examples:
      dashgen new shop            ask, then write shop/
      dashgen new shop -y --run   take the defaults, serve it
      dashgen new --help          more about a command
    """
    if version:
        _print_version(as_json)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    elif as_json:
        raise CommandLineError("--json stands before the command", "write it behind the command")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code, see ``dashgen.errors.ExitCode``.

    Args:
        words: The words behind the program's name. Default: those of this process.
    """
    words = sys.argv[1:] if words is None else list(words)
    if VARIABLE in os.environ:
        return complete(app)
    _handle_signals()
    _open_streams()
    system.show_colours()
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
            print_aside(line)
        return ExitCode.TERMINATED if isinstance(error, Terminated) else ExitCode.INTERRUPTED
    except Exception as error:
        refused = error if isinstance(error, OSError) else None
        if refused and refused.errno in UNPRINTABLE and not refused.filename:
            return _failed(OutputError(refused), words)
        if _says(words, "-v", "--verbose"):
            import traceback

            print_aside(traceback.format_exc().rstrip())
        if refused and not system.has_current_folder():
            return _failed(NoCurrentFolderError(), words)
        if refused and refused.filename:
            return _failed(RefusedFileError(refused), words)
        hint = "run it again with --verbose and report what that prints"
        return _failed(DashgenError(f"unexpected {type(error).__name__}: {error}", hint), words)


def _run(words: Sequence[str]) -> int | None:
    # `app()` would turn an interruption into an exit code, and lose the notes of the command.
    group = typer.main.get_command(app)
    width = min(shutil.get_terminal_size().columns, WIDEST)
    try:
        with group.make_context("dashgen", list(words), terminal_width=width) as context:
            code: int | None = group.invoke(context)
            return code
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        raise _usage(error, words) from error


def _usage(error: typer.TyperException, words: Sequence[str]) -> CommandLineError:
    """Return the parser's error in the words of all others."""
    where = " ".join(["dashgen", *(word for word in words[:1] if word in COMMANDS)])
    message = error.format_message().rstrip(".").replace(": Value error, ", ": ")
    message = re.sub(r" \(Possible options: (.+)\)", r". Did you mean \1?", message)
    if choice := re.search(r"'([^']*)' is not one of (.*)$", message):
        meant = likely(choice[1], re.findall("'([^']*)'", choice[2]))
        message += f", {meant}" if meant else ""
    return CommandLineError(message[:1].lower() + message[1:], f"see '{where} --help'")


def _print_version(as_json: bool) -> None:
    from dashgen.releases import installed

    kind = "in the package" if installed.is_packed() else "a checkout"
    Output(as_json).result(
        {"version": installed.version(), "template": str(installed.origin())},
        lambda: f"dashgen {installed.version()}\ntemplate {installed.origin()} ({kind})",
        verbatim=True,
    )


def _failed(error: DashgenError, words: Sequence[str]) -> int:
    as_json = _says(words, "--json")
    if isinstance(error, OutputError):
        discard(sys.stdout)
        as_json = False
        if error.closed:
            return error.exit_code
    try:
        print_error(error, as_json)
    except OutputError:
        discard(sys.stdout)
    return error.exit_code


def _says(words: Sequence[str], *options: str) -> bool:
    """Say whether an option is there, also where the parser has not come to it."""
    words = words[: words.index("--")] if "--" in words else words
    return bool(set(options) & set(words))


def _open_streams() -> None:
    """Let each standard stream that is closed lead nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _handle_signals() -> None:
    # A script's shell starts background jobs with SIGINT ignored, but `kill -INT` must end them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in system.ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated
