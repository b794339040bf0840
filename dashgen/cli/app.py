"""The commands there are, and what happens around each: signals, errors, exit codes."""

import io
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from dashgen.cli.command import Command, taking_as_typed
from dashgen.cli.help import GENERAL, width, write_examples, write_parameters
from dashgen.errors import CommandLineError, DashgenError, ExitCode

# Each command is in the module of its name, under its name.
COMMANDS = {
    "new": "Write a new app",
    "update": "Move a project to a newer template or other choices",
    "status": "Say where a project stands",
    "diff": "Show what a project has changed of the template",
    "options": "Say what can be chosen, and what it needs",
    "config": "Show, set and reset your own defaults",
    "completion": "Let the Tab key complete all of this",
    "check": "Find mistakes in Dash apps",
    "doctor": "Check this machine and a project",
}
EXAMPLES = (
    ("dashgen new shop", "ask, then write shop/"),
    ("dashgen new shop -y --run", "take the defaults and serve the app"),
)


class Terminated(KeyboardInterrupt):
    """Another process asked dashgen to end."""


class LazyCommand(TyperCommand):
    """Stands for a command until that is called or completed; its module is imported then."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Return the context of the command itself."""
        assert self.name
        command = getattr(import_module(f"dashgen.cli.{self.name}"), self.name)
        assert isinstance(command, Command)
        return command.make_context(info_name, args, parent, **extra)


class Group(TyperGroup):
    """All commands, each with its line in the list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name, summary in COMMANDS.items():
            self.add_command(LazyCommand(name, short_help=summary))

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options."""
        return taking_as_typed(super().get_params(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what stands between the summary and the details."""
        self.format_commands(ctx, formatter)
        write_examples(formatter, EXAMPLES)
        write_parameters(formatter, ctx, self.get_params(ctx), GENERAL)


app = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    subcommand_metavar="COMMAND",
    options_metavar="",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(
    invoke_without_command=True, epilog="'dashgen COMMAND --help' says more about a command."
)
def dashgen(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
    as_json: Annotated[bool, typer.Option("--json", hidden=True)] = False,
) -> None:
    """Write new Plotly Dash apps and keep them up to date."""
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
        words: Everything behind the program's name; the process's own where left out.
    """
    words = sys.argv[1:] if words is None else list(words)
    if "_DASHGEN_COMPLETE" in os.environ:
        from dashgen.cli.complete import answer

        return answer(typer.main.get_command(app))
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


def _run(words: Sequence[str]) -> int | None:
    # Not by Typer's own `main`, which makes a bare exit code of an interruption.
    try:
        group = typer.main.get_command(app)
        with group.make_context("dashgen", list(words), terminal_width=width()) as context:
            code: int | None = group.invoke(context)
            return code
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        raise _usage(error, words) from error


def _usage(error: typer.TyperException, words: Sequence[str]) -> CommandLineError:
    """Return the parser's error in the words of all others."""
    where = " ".join(["dashgen", *(word for word in words[:1] if word in COMMANDS)])
    message = error.format_message().rstrip(".")
    return CommandLineError(message[:1].lower() + message[1:], f"see '{where} --help'")


def _print_version(as_json: bool) -> None:
    from dashgen.source import template_root, version

    root = template_root()
    kind = "in the package" if root.name == "_template" else "a checkout"
    if as_json:
        import json

        print(json.dumps({"version": version(), "template": str(root)}))
    else:
        print(f"dashgen {version()}\ntemplate {root} ({kind})")


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
