"""From the words of a command line to the values of a command's parameters."""

import argparse
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from dashgen.cli.command import SHARED, Command, Option
from dashgen.errors import CommandLineError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandLineError(message, f"see '{self.prog} --help'")


def parse(command: Command, words: Sequence[str]) -> dict[str, Any]:
    """Return a value for every argument and option, the shared options included.

    Raises:
        CommandLineError: The words do not fit the command.
    """
    options = (*command.options, *SHARED)
    parser = _Parser(f"dashgen {command.name}", add_help=False, allow_abbrev=False)
    for option in options:
        _add(parser, option)
    for argument in command.arguments:
        optional: dict[str, Any] = {}
        if argument.optional:
            optional = {"nargs": "?", "default": argument.default}
        parser.add_argument(argument.name, metavar=argument.metavar, **optional)
    values, unexpected = parser.parse_known_intermixed_args([*_joined(parser, options, words)])
    if unexpected:
        parser.error(f"unexpected argument {unexpected[0]!r}")
    return vars(values)


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    kind: dict[str, Any] = {"action": "store_true"}
    if option.metavar:
        kind = {"action": "append" if option.repeated else "store", "metavar": option.metavar}
    elif option.negatable:
        kind = {"action": argparse.BooleanOptionalAction}
    parser.add_argument(*option.flags, dest=option.name, **kind)


def _joined(parser: _Parser, options: Sequence[Option], words: Sequence[str]) -> Iterator[str]:
    """Tie each value to its option, so that a value may begin with a dash."""
    takes_value = {flag for option in options if option.metavar for flag in option.flags}
    known = [spelling for option in options for spelling in option.spellings]
    rest = iter(words)
    for word in rest:
        if word == "--":
            yield word
            yield from rest
        elif word in takes_value and (value := next(rest, None)) is not None:
            yield f"{word}={value}" if word.startswith("--") else f"{word}{value}"
        else:
            flag = word.partition("=")[0]
            if flag.startswith("--") and flag not in known:
                near = get_close_matches(flag, known, n=1)
                question = f", did you mean {near[0]}?" if near else ""
                parser.error(f"no such option: {flag}{question}")
            yield word
