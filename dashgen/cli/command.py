"""What makes a Typer command of a function: the options that all share, and its help page."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from dashgen.cli.console import Output
from dashgen.cli.help import GENERAL, short_help, write_examples, write_parameters

Example = tuple[str, str]


class _AsTyped:
    """Hands a word over as it was typed."""

    @staticmethod
    def coerce(value: Any, param: Any, ctx: Any) -> Any:
        return value


def taking_as_typed(parameters: list[Any]) -> list[Any]:
    """Let text reach the command as it is.

    Typer's own conversion imports Pydantic, which takes longer than all that completion does, and
    refuses a path that is not UTF-8.
    """
    for parameter in parameters:
        if parameter.type_descriptor.annotation in (str, bool, list[str]):
            parameter.get_runtime_param = _AsTyped
    return parameters


class Command(TyperCommand):
    """A command whose help has examples, and its options in groups."""

    examples: Sequence[Example] = ()

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the arguments and options, which take text as it is typed."""
        return taking_as_typed(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the usage line's words: what is required, what may follow, the options."""
        arguments = [p for p in self.params if p.param_type_name == "argument"]
        names = [f"{p.metavar}" if p.required else f"[{p.metavar}]" for p in arguments]
        return [*names, "[OPTIONS]"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what stands between the summary and the details."""
        write_examples(formatter, self.examples)
        write_parameters(formatter, ctx, self.get_params(ctx))


def offering(*offers: Example) -> Callable[[str], list[Example]]:
    """Return a completion by some values, each with its meaning; the help page shows them, too."""

    def complete(incomplete: str) -> list[Example]:
        return [offer for offer in offers if offer[0].startswith(incomplete)]

    return complete


def command(
    *, examples: Sequence[Example] = (), answers: Sequence[inspect.Parameter] = ()
) -> Callable[[Callable[..., int | None]], Command]:
    """Make a command of a function.

    The function's first argument is an ``Output``, made of the options that all commands share.
    The first paragraph of its docstring is the summary, the others are the details.

    Args:
        examples: Command lines, and what each does.
        answers: What the function takes as ``**stated`` beside its own arguments.
    """

    def decorate(run: Callable[..., int | None]) -> Command:
        @wraps(run)
        def call(
            *, as_json: bool, quiet: bool, verbose: bool, short: bool, **values: Any
        ) -> int | None:
            return run(Output(as_json, quiet, verbose), **values)

        own = _own(run)
        parameters = [*own, *answers, *inspect.signature(_shared).parameters.values()]
        call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
        )
        summary, _, details = inspect.cleandoc(run.__doc__ or "").partition("\n\n")
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cls=Command, help=summary, epilog=details)(call)
        made = typer.main.get_command(app)
        assert isinstance(made, Command)
        made.examples = examples
        return made

    return decorate


def _own(run: Callable[..., int | None]) -> Iterator[inspect.Parameter]:
    _, *parameters = inspect.signature(run).parameters.values()
    return (p for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD)


def _shared(
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print one JSON object, errors too; never ask.", rich_help_panel=GENERAL
        ),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("-q", "--quiet", help="Print nothing but errors.", rich_help_panel=GENERAL),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "-v", "--verbose", help="Print the traceback of an error.", rich_help_panel=GENERAL
        ),
    ] = False,
    short: Annotated[
        bool,
        typer.Option(
            "-h",
            help="Show the short help.",
            rich_help_panel=GENERAL,
            is_eager=True,
            expose_value=False,
            callback=short_help,
        ),
    ] = False,
) -> None:
    """Declare the options of every command."""
