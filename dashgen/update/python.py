"""Merging Python whose layout was changed by a formatter.

All three sides are split into statements, and each statement is written in one plain way. It has
its tokens, a new line after each comma in brackets, and one kind of quotes. It has no brackets and
commas that only a formatter adds. Sides that differ by layout alone are then equal. The merged text
is the user's own text. Only statements that the template changes have the template's text.
"""

import ast
import inspect
import io
import re
import tokenize
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from tokenize import TokenInfo
from typing import Any

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
BLANK = {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}
# After these a pair of brackets around the rest of a statement changes nothing.
ASSIGNING = {"=", "+=", "-=", "*=", "/=", "//=", "%=", "**=", "@=", "&=", "|=", "^=", ">>=", "<<="}
LEADING = {"if", "elif", "while", "assert", "return", "except", "with", "del"}
BLOCKS = {"if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class"}
BEFORE_BRACKET = {*ASSIGNING, *LEADING, "in", "->", "(", "[", "{", ",", ":"}
AFTER_BRACKET = {"", "as", "async", "for", ")", "]", "}", ",", ":"}
FORMATTERS_ONLY = re.compile(r"#\s*(fmt|yapf|ruff):")


@dataclass(frozen=True)
class Statement:
    """A line of code as Python sees it, or a comment of its own.

    Args:
        lines: Its plain form.
        text: Its text in the file, with the blank lines before it.
        level: How deep it is indented.
        indent: The spaces of its first line.
    """

    lines: tuple[str, ...]
    text: str
    level: int
    indent: str


@dataclass(frozen=True)
class Module:
    """A side of a merge."""

    statements: tuple[Statement, ...]
    rest: str
    """The blank lines after the last statement."""


def parsed(text: str) -> Module | None:
    """Return a module by its statements. Return None if its text or its plain form is invalid."""
    try:
        module = _split(text)
        if _meaning(plain(module.statements)) != _meaning(text):
            return None
    except (SyntaxError, ValueError, tokenize.TokenError, RecursionError):
        return None
    return module


def _meaning(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = _unindented(node.value.value)
    return ast.dump(tree)


def _unindented(value: object) -> Any:
    """Return a documentation string without its indentation, which is layout."""
    return inspect.cleandoc(value) if isinstance(value, str) else value


def plain(statements: Iterable[Statement]) -> str:
    """Return statements in their plain form."""
    return "".join(f"{line}\n" for statement in statements for line in statement.lines)


def same_code(one: str, other: str) -> bool:
    """Say whether two modules differ by their layout only, without words to a formatter."""
    first, second = parsed(one), parsed(other)
    return (
        first is not None
        and second is not None
        and _with_words(first.statements) == _with_words(second.statements)
    )


def _with_words(statements: Iterable[Statement]) -> list[str]:
    """Return the plain form with the comments to formatters, which no formatter sets by itself."""
    return [line for s in statements for line in s.lines or (s.text.strip(),)]


class Texts:
    """The texts of statements, by their plain forms.

    Args:
        side: The side with the texts.
        unit: The indentation of the user. None keeps that of the side.
    """

    def __init__(self, side: Module, unit: str | None = None) -> None:
        self.unit = unit
        self.queues: dict[str, deque[Statement]] = defaultdict(deque)
        for statement in side.statements:
            self.queues[key(statement)].append(statement)

    def has(self, name: str) -> bool:
        """Return whether a statement with this plain form is left."""
        return bool(self.queues.get(name))

    def take(self, name: str) -> str:
        """Return the text of the next statement with this plain form."""
        queue = self.queues[name]
        # One that both sides have may have been taken from the other.
        statement = queue.popleft() if len(queue) > 1 else queue[0]
        return statement.text if self.unit is None else self._fitted(statement, self.unit)

    def _fitted(self, statement: Statement, unit: str) -> str:
        wanted = unit * statement.level
        if statement.indent == wanted or '"""' in statement.text or "'''" in statement.text:
            return statement.text
        lines = io.StringIO(statement.text).readlines()
        return "".join(
            wanted + line.removeprefix(statement.indent) if line.strip() else line for line in lines
        )


def key(statement: Statement) -> str:
    """Return a line that stands for a statement: the same for all layouts."""
    return repr(statement.lines or (statement.text.strip(),))


def insertion(
    side: Sequence[str], base: Sequence[str], other: Sequence[str]
) -> tuple[Sequence[str], int] | None:
    """Return the statements that a side adds to those of the base, and their place in the other's.

    Statements are given by their keys. All only bind names: constants and imports, no name on both
    sides. The other side does not need the new names, and it still has the names that these need.
    If one does more, its place may matter, and the result is None.
    """
    size = len(side) - len(base)
    places = range(len(base) + 1 if size >= 0 else 0)
    at = next((place for place in places if [*side[:place], *side[place + size :]] == base), None)
    if at is None:
        return None
    new, last = side[at : at + size], at == len(base)
    found = [_bound(keys) for keys in (new, base, other)]
    # A comment is about the statement below it.
    if None in found or (new and not last and not _parts(new[-1])):
        return None
    (bound, read), (former, _), (present, needed) = filter(None, found)
    if bound & (present | needed) or read & (former - present if last else former | present):
        return None
    return new, len(other) if last else at


def _bound(keys: Iterable[str]) -> tuple[set[str], set[str]] | None:
    """Return the names that statements bind and read, or None if they do more than that."""
    bound: set[str] = set()
    read: set[str] = set()
    try:
        nodes = [node for key in keys for node in _parts(key)]
    except SyntaxError:  # the head of a block
        return None
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(ast.Name(id=name)):
                bound.add(name)
            case ast.Import(aliases) | ast.ImportFrom(names=aliases):
                bound |= {(one.asname or one.name).split(".")[0] for one in aliases}
            case ast.Expr(ast.Constant(value=str())):
                pass
            case _:
                return None
        read |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return bound, read


def _parts(key: str) -> list[ast.stmt]:
    return ast.parse("\n".join(ast.literal_eval(key))).body


def unit(module: Module) -> str:
    """Return how a module is indented."""
    return next((s.indent for s in module.statements if s.level == 1 and s.lines), "    ")


def _split(text: str) -> Module:
    # As `tokenize` counts them: a form feed ends no line, as it does for `splitlines`.
    lines = io.StringIO(text).readlines()
    found: list[Statement] = []
    level, done = 0, 0
    tokens: list[TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.INDENT:
            level += 1
        elif token.type == tokenize.DEDENT:
            level -= 1
        elif token.type == tokenize.COMMENT and not tokens and _is_alone(token):
            end = token.end[0]
            # Its depth is not said by its tokens, and formatters move it along.
            words = "" if FORMATTERS_ONLY.match(token.string) else token.string
            plain_lines: tuple[str, ...] = (words,) if words else ()
            found.append(_statement(lines[done:end], plain_lines, level, token))
            done = end
        elif token.type == tokenize.NEWLINE:
            if tokens:
                # A comment at the end of the line comes before it.
                end = token.end[0]
                plain_lines = tuple(_lines(tokens, level, lines))
                found.append(_statement(lines[done:end], plain_lines, level, tokens[0]))
                done = end
            tokens = []
        elif token.type not in BLANK:
            tokens.append(token)
    return Module(tuple(found), "".join(lines[done:]))


def _is_alone(token: TokenInfo) -> bool:
    return not token.line[: token.start[1]].strip()


def _statement(
    lines: Sequence[str], plain_lines: tuple[str, ...], level: int, first: TokenInfo
) -> Statement:
    return Statement(plain_lines, "".join(lines), level, first.line[: first.start[1]])


def _lines(tokens: Sequence[TokenInfo], level: int, source: Sequence[str]) -> Iterator[str]:
    comments = [t.string for t in tokens if t.type == tokenize.COMMENT]
    code = [t for t in tokens if t.type != tokenize.COMMENT]
    indent = "    " * level
    for comment in comments:
        yield f"{indent}{comment}"
    words = _words(code, source)
    if len(words) == 1 and words[0][0] in "'\"":
        words = [repr(_unindented(ast.literal_eval(words[0])))]
    words = _without_brackets(_without_trailing_commas(words))
    if words[0] == "from" and (names := words.index("import") + 1) and words[names] not in "(*":
        words[names:] = ["(", *words[names:], ")"]
    depth, line = 0, indent
    body = _body(words)
    for position, word in enumerate(words):
        if body and position == body:
            yield line
            indent += "    "
            line = indent
        if depth and word in CLOSING:
            yield line
            line = indent
        depth += (word in OPENING) - (word in CLOSING)
        line += f"{word} "
        if depth and (word in OPENING or word == ","):
            yield line
            line = indent
    yield line


def _body(words: Sequence[str]) -> int:
    """Return the start of a body that follows the colon of a block. Return 0 if none does."""
    start = int(words[0] == "async")
    if start < len(words) and words[start] in BLOCKS and "lambda" not in words:
        return next((at + 1 for at, word in _outside(words[:-1]) if word == ":"), 0)
    return 0


def _outside(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the words that are in no brackets, each with its position."""
    depth = 0
    for position, word in enumerate(words):
        depth += (word in OPENING) - (word in CLOSING)
        if not depth:
            yield position, word


def _words(tokens: Sequence[TokenInfo], source: Sequence[str]) -> list[str]:
    """Return the tokens of a statement. Adjacent strings are one, with one kind of quotes."""
    found: list[str] = []
    strings: list[TokenInfo] = []
    depth = 0
    for token in tokens:
        kind = tokenize.tok_name[token.type]
        depth += (kind == "FSTRING_START") - (kind == "FSTRING_END")
        if depth or kind in {"STRING", "FSTRING_END"}:
            strings.append(token)
            continue
        if strings:
            found.append(_string(strings, source))
            strings = []
        number = token.type == tokenize.NUMBER
        found.append(repr(ast.literal_eval(token.string)) if number else token.string)
    return [*found, _string(strings, source)] if strings else found


def _string(tokens: Sequence[TokenInfo], source: Sequence[str]) -> str:
    (first, begin), (last, end) = tokens[0].start, tokens[-1].end
    lines = list(source[first - 1 : last])
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][begin:]
    return ast.unparse(ast.parse(f"({''.join(lines)})", mode="eval"))


def _pairs(words: Sequence[str]) -> dict[int, int]:
    stack, found = [], {}
    for number, word in enumerate(words):
        if word in OPENING:
            stack.append(number)
        elif word in CLOSING and stack:
            found[stack.pop()] = number
    return found


def _without_brackets(words: list[str]) -> list[str]:
    """Remove brackets around a whole value, which formatters set to break a line."""
    gone: set[int] = set()
    for opened, closed in sorted(_pairs(words).items()):
        left = [word for n, word in enumerate(words[:opened]) if n not in gone]
        right = [word for n, word in enumerate(words) if n > closed and n not in gone]
        before, after = (left or [""])[-1], (right or [""])[0]
        assigned = after == ("in" if before == "for" else "=")
        if assigned and (not left or before == "for" or before in ASSIGNING):
            # On the left of an assignment a tuple needs none either.
            if words[opened] == "(" and _is_one_value(words[opened + 1 : closed], tuples=True):
                gone |= {opened, closed}
            continue
        if words[opened] != "(" or before not in BEFORE_BRACKET or after not in AFTER_BRACKET:
            continue
        guards = words[0] == "case" and before == "if"
        if before in LEADING and opened != 1 and not guards:
            continue
        if before in {"if", "elif", "while", "->", "in"} and after != ":":
            continue
        if (before == "in" and words[0] != "for") or (after == "as" and opened != 1):
            continue
        whole = not after and (before == "return" or before in ASSIGNING)
        if _is_one_value(words[opened + 1 : closed], tuples=whole):
            gone |= {opened, closed}
    return [word for number, word in enumerate(words) if number not in gone]


def _is_one_value(words: Sequence[str], *, tuples: bool) -> bool:
    parting = {"for", "yield", ":=", *("" if tuples else ",")}
    parted = any(word in parting for _, word in _outside(words))
    return bool(words) and words[0] not in {"*", "**"} and not parted


def _without_trailing_commas(words: list[str]) -> list[str]:
    """Remove commas before a closing bracket, but for the one that makes a tuple."""
    gone = set()
    for opened, closed in _pairs(words).items():
        last = closed - 1
        if last <= opened or words[last] != ",":
            continue
        before = words[opened - 1] if opened else ""
        called = (before.isidentifier() and not iskeyword(before)) or before in CLOSING
        several = any(word == "," for _, word in _outside(words[opened + 1 : last]))
        if words[opened] != "(" or called or several:
            gone.add(last)
    return [word for number, word in enumerate(words) if number not in gone]
