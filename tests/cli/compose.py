"""How Docker Compose reads a file of variables: the rules of compose-go's `dotenv` package."""

import re

ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def uncommented(text: str) -> str:
    """Return an example with all its variables set."""
    return re.sub(r"(?m)^# (?=\w+=)", "", text)


def read(text: str) -> dict[str, str]:
    """Return the variables, none of which refers to another.

    Raises:
        ValueError: A value refers to a variable, or its quotes do not end.
    """
    values: dict[str, str] = {}
    while text := text.lstrip():
        if text.startswith("#"):
            text = text.partition("\n")[2]
            continue
        name, _, text = text.partition("=")
        values[name.strip()], text = _value(text.lstrip(" \t"))
    return values


def _value(text: str) -> tuple[str, str]:
    quote = text[:1]
    if quote not in ("'", '"'):
        line, _, rest = text.partition("\n")
        return _expanded(line.partition(" #")[0].rstrip()), rest
    content, escaped = "", False
    for place, letter in enumerate(text[1:], 1):
        if letter == quote and not escaped:
            value = content if quote == "'" else _expanded(_unescaped(content))
            return value, text[place + 1 :]
        if letter == "\\" and not escaped:
            escaped = True
            continue
        content += "\\" * (escaped and letter != quote) + letter
        escaped = False
    raise ValueError("the quotes do not end")


def _unescaped(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        return "$$" if found[1] == "$" else ESCAPES.get(found[1], found[1])

    return re.sub(r'\\([abcfnrtv$"\\])', letter, text)


def _expanded(text: str) -> str:
    if re.search(r"(?<!\$)(?:\$\$)*\$(?:[A-Za-z_{])", text):
        raise ValueError(f"{text!r} refers to a variable")
    return text.replace("$$", "$")
