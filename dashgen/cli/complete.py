"""What a shell offers when the Tab key is pressed.

The shell's function (see ``completion.py``) calls dashgen with the words of the line up to the
cursor, the last one unfinished, and with its own name in ``_DASHGEN_COMPLETE``. The first line of
the answer is ``values``, ``files`` or ``folders``; after ``values`` comes one value a line, with
its meaning where the shell shows that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashgen.cli.command import SHARED, Argument, Command, Offer, Option

VARIABLE = "_DASHGEN_COMPLETE"


@dataclass(frozen=True)
class Completion:
    """What fits at the cursor: values, or paths of a kind."""

    offers: tuple[Offer, ...] = ()
    paths: str | None = None


def answer(
    shell: str,
    words: Sequence[str],
    summaries: Mapping[str, str],
    command: Callable[[str], Command],
) -> str:
    """Return what the shell's function reads.

    Args:
        shell: ``bash``, ``zsh`` or ``fish``.
        words: Behind the program's name, up to the cursor; the last one is unfinished.
        summaries: What each command does, by its name.
        command: Returns a command by its name.
    """
    joined = _joined(words) if shell == "bash" else list(words)
    found = completion(joined or [""], summaries, command)
    if found.paths:
        return found.paths
    # Bash breaks words at the equals sign, and completes what is behind it.
    breaks = shell == "bash" and "=" in joined[-1] if joined else False
    lines = []
    for value, meaning in found.offers:
        shown = value.partition("=")[2] if breaks else value
        lines.append(_line(shell, shown, meaning))
    return "\n".join(["values", *lines])


def completion(
    words: Sequence[str], summaries: Mapping[str, str], command: Callable[[str], Command]
) -> Completion:
    """Return what fits in place of the last of some words."""
    *before, current = words
    if not before:
        about = (("--help", "show the help"), ("--version", "show the version"))
        return _fitting((*summaries.items(), *about), current)
    if before[0] not in summaries:
        return Completion()
    chosen = command(before[0])
    options = (*chosen.options, *SHARED)
    valued = {flag: option for option in options if option.metavar for flag in option.flags}
    flag, equals, value = current.partition("=")
    if equals and flag in valued:
        found = _of(valued[flag], value)
        return Completion(tuple((f"{flag}={v}", meaning) for v, meaning in found.offers))
    if before[-1] in valued and "--" not in before:
        return _of(valued[before[-1]], current)
    if current.startswith("-") and "--" not in before:
        return _fitting(tuple(_flags(options, before)), current)
    position = _position(before[1:], valued)
    if position < len(chosen.arguments):
        return _of(chosen.arguments[position], current)
    return Completion()


def _of(what: Option | Argument, current: str) -> Completion:
    return Completion(paths=what.paths) if what.paths else _fitting(what.offers, current)


def _fitting(offers: Sequence[Offer], current: str) -> Completion:
    return Completion(tuple(offer for offer in offers if offer[0].startswith(current)))


def _flags(options: Sequence[Option], before: Sequence[str]) -> Iterator[Offer]:
    used = {word.partition("=")[0] for word in before}
    for option in options:
        if option.repeated or not used & set(option.spellings):
            for spelling in option.spellings:
                yield spelling, option.help


def _position(words: Sequence[str], valued: Mapping[str, Option]) -> int:
    """Return how many arguments stand before the cursor."""
    count = 0
    rest = iter(words)
    for word in rest:
        if word == "--":
            return count + len(list(rest))
        if word in valued:
            next(rest, None)
        elif not word.startswith("-"):
            count += 1
    return count


def _joined(words: Sequence[str]) -> list[str]:
    """Put together again what bash took apart at equals signs."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].startswith("--") and (word == "=" or joined[-1].endswith("=")):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _line(shell: str, value: str, meaning: str) -> str:
    if shell == "bash" or not meaning:
        return value
    if shell == "zsh":
        return f"{value.replace(':', chr(92) + ':')}:{meaning}"
    return f"{value}\t{meaning}"
