"""The help pages: plain text that fits the terminal, coloured where that is shown."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dashgen.cli.command import SHARED, Command, Option
from dashgen.cli.console import styled

WIDEST = 100
NARROW = 60


def command_page(command: Command, full: bool) -> str:
    """Return the help of a command.

    Args:
        command: The command.
        full: Also say what each choice means.
    """
    words = [argument.metavar for argument in command.arguments if not argument.optional]
    words += [f"[{argument.metavar}]" for argument in command.arguments if argument.optional]
    lines = [*_wrapped(command.summary), "", _usage(command.name, *words, "[OPTIONS]")]
    lines += _block("Examples", command.examples)
    lines += _block("Arguments", [(a.metavar, a.help) for a in command.arguments])
    groups: dict[str, list[Option]] = {}
    for option in (*command.options, *SHARED):
        groups.setdefault(option.group, []).append(option)
    for heading, options in groups.items():
        lines += _options(heading, options, full)
    if command.details:
        lines += ["", *_wrapped(command.details)]
    return "\n".join(lines)


def overview(summaries: Mapping[str, str]) -> str:
    """Return the help of dashgen itself.

    Args:
        summaries: What each command does, in one line.
    """
    lines = [
        *_wrapped("Write new Plotly Dash apps and keep them up to date."),
        "",
        _usage("COMMAND", "[OPTIONS]"),
        *_block("Commands", summaries.items()),
        *_block(
            "Examples",
            [
                ("dashgen new shop", "ask, then write shop/"),
                ("dashgen new shop -y --run", "take the defaults and serve the app"),
            ],
        ),
        *_block("General", [("--version", "Show the version."), ("-h, --help", "Show this help.")]),
        "",
        *_wrapped("'dashgen COMMAND --help' says more about a command."),
    ]
    return "\n".join(lines)


def _usage(*words: str) -> str:
    lines = _wrapped(f"Usage: dashgen {' '.join(words)}")
    lines[0] = lines[0].replace("Usage:", styled("Usage:", "heading"), 1)
    return "\n".join(lines)


def _options(heading: str, options: Sequence[Option], full: bool) -> Iterator[str]:
    yield from ("", styled(f"{heading}:", "heading"))
    width = _column(_spelled(option) for option in options)
    for option in options:
        text = option.help
        if option.offers and not full:
            text += f" [{', '.join(value for value, _ in option.offers)}]"
        yield from entry(_spelled(option), text, width)
        if option.offers and full:
            column = _column(value for value, _ in option.offers)
            for value, meaning in option.offers:
                yield from entry(value, meaning, column, indent=width + 4)


def _spelled(option: Option) -> str:
    flag = option.flags[-1]
    if option.negatable:
        flag = flag.replace("--", "--[no-]", 1)
    short = "".join(f"{flag}, " for flag in option.flags[:-1])
    return f"{short}{flag} {option.metavar}" if option.metavar else f"{short}{flag}"


def _block(heading: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = list(rows)
    if rows:
        yield from ("", styled(f"{heading}:", "heading"))
        column = _column(left for left, _ in rows)
        for left, right in rows:
            yield from entry(left, right, column)


def _column(words: Iterable[str]) -> int:
    return 0 if _width() < NARROW else max(map(len, words))


def entry(left: str, right: str, column: int, indent: int = 2) -> Iterator[str]:
    """Yield one entry: side by side, or below each other where the terminal is narrow."""
    if _width() < NARROW:
        step = "  " if indent == 2 else " " * 6
        yield f"{step}{styled(left, 'term')}"
        yield from _wrapped(right, f"{step}    ")
        return
    first, *more = _wrapped(right, " " * (indent + column + 2)) or [""]
    gap = " " * (column - len(left) + 2)
    yield f"{' ' * indent}{styled(left, 'term')}{gap}{first.strip()}"
    yield from more


def _wrapped(text: str, indent: str = "") -> list[str]:
    return [
        line
        for paragraph in text.splitlines()
        for line in textwrap.wrap(
            paragraph,
            max(_width(), len(indent) + 20),
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        or [""]
    ]


def _width() -> int:
    return min(shutil.get_terminal_size().columns, WIDEST) if sys.stdout else WIDEST
