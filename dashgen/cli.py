"""The command line: it parses, calls a command, prints, and sets the exit code."""

import inspect
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from dashgen.errors import CommandLineError, DashgenError
from dashgen.questions import Question, visible
from dashgen.source import version

INTERRUPTED = 130
TERMINATED = 143

app = typer.Typer(
    help="Write new Plotly Dash apps.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Terminated(KeyboardInterrupt):
    """Another process asked dashgen to end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 failed, 2 usage, 128 + a signal.

    Args:
        arguments: Everything behind the program's name; the process's own where left out.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    _handle_signals()
    try:
        return int(app(arguments, prog_name="dashgen", standalone_mode=False) or 0)
    except DashgenError as error:
        return _failed(error, arguments)
    except typer.TyperException as error:
        usage = CommandLineError(error.format_message().rstrip("."), "see 'dashgen new --help'")
        return _failed(usage, arguments)
    except Exception as error:
        hint = "run it again with --verbose and report what that prints"
        return _failed(DashgenError(f"unexpected {type(error).__name__}: {error}", hint), arguments)


def _failed(error: DashgenError, arguments: Sequence[str]) -> int:
    # Read from the words themselves: an error of the parser comes before any option is known.
    from dashgen.console import print_error, print_error_as_json

    if "--verbose" in arguments:
        traceback.print_exc()
    (print_error_as_json if "--json" in arguments else print_error)(error)
    return error.exit_code


def _handle_signals() -> None:
    # A script's shell starts background jobs with SIGINT ignored; `kill -INT` must end them too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"dashgen {version()}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _dashgen(
    context: typer.Context,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


def _question_option(question: Question) -> inspect.Parameter:
    """Return the option that answers a question, with the question's own words and choices."""
    kind = bool if question.type == "bool" else str
    flag = f"--{question.name}"
    default = "derived" if question.computed else question.default
    paragraphs = [
        f"{question.help} (default: {default})" if default else question.help,
        *(f"{choice.value}: {choice.meaning}" for choice in question.choices),
    ]
    option = typer.Option(
        f"{flag}/--no-{question.name}" if kind is bool else flag,
        # Square brackets are markup to the help page.
        help="\n\n".join(paragraphs).replace("[", r"\["),
        # Not a Literal: the parser's words for a wrong choice would differ from an answers file's.
        metavar="CHOICE" if question.choices else None,
        autocompletion=_completion(question),
        rich_help_panel="Questions",
        show_default=False,
    )
    return inspect.Parameter(
        question.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


def _completion(question: Question) -> Callable[[str], list[tuple[str, str]]]:
    def complete(incomplete: str) -> list[tuple[str, str]]:
        offered = ((choice.value, choice.meaning) for choice in question.choices)
        return [(value, meaning) for value, meaning in offered if value.startswith(incomplete)]

    return complete


def _with_questions(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option a question; the command gets them as its keyword arguments."""
    signature = inspect.signature(command)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = [_question_option(question) for question in visible()]
    command.__dict__["__signature__"] = signature.replace(parameters=[*own, *options])
    return command


@app.command()
@_with_questions
def new(
    dest: Annotated[str, typer.Argument(metavar="DEST", help="A folder that is new or empty.")],
    *,
    defaults: Annotated[
        bool, typer.Option("--defaults", "-y", help="Take the default of every open question.")
    ] = False,
    answers_file: Annotated[
        Path | None,
        typer.Option(
            "--answers", metavar="FILE", help="Take answers from a YAML file, such as a project's."
        ),
    ] = None,
    no_git: Annotated[
        bool, typer.Option("--no-git", help="Make no git repository and no commit.")
    ] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Make the environment and serve the app until Ctrl-C.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, errors too; never ask.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Print the traceback of an error.")
    ] = False,
    **answers: Any,
) -> None:
    """Write a new app to DEST and commit it to git.

    Asks at a terminal for what neither the flags nor the answers file state.
    """
    # Imported here, so that --help stays fast.
    from dashgen import console
    from dashgen.commands.new import new as write

    if run and as_json:
        raise CommandLineError("--json and --run exclude each other", "leave one of them out")
    try:
        project = write(
            dest,
            answers={name: value for name, value in answers.items() if value is not None},
            answers_file=answers_file,
            defaults=defaults,
            ask=None if defaults or as_json or not _at_terminal() else _ask(),
            use_git=not no_git,
        )
    except KeyboardInterrupt as error:
        print("cancelled, nothing written", file=sys.stderr)
        raise typer.Exit(_signal_code(error)) from error
    (console.print_project_as_json if as_json else console.print_project)(project)
    if run:
        from dashgen.commands.run import run as serve

        print()
        try:
            serve(project.path, console.say)
        except KeyboardInterrupt as error:
            print("stopped before the app was started; the project is written", file=sys.stderr)
            raise typer.Exit(_signal_code(error)) from error


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask() -> Any:
    from dashgen.prompts import ask

    return ask


def _signal_code(error: KeyboardInterrupt) -> int:
    return TERMINATED if isinstance(error, Terminated) else INTERRUPTED
