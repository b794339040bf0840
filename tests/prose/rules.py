"""The rules of plain words, and how the sentences of a text are found.

A rule finds only mistakes that are certain. A word in backticks counts as one word of any length.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

CODE = "`c`"
WORD = re.compile(rf"{CODE}|[^\W_][\w'\u2019/.%-]*")
LONGEST = 20
LONGEST_IN_PARENTHESES = 4

END = re.compile(r"(?<=[.?!])[\"\u201d\u2019*)]*\s+")
COLON = re.compile(r"(?<=:)[\"\u201d\u2019*)]*\s+")
ABBREVIATIONS = re.compile(r"\b(e\.g|i\.e|etc|vs|ca)\.")
PARENTHESIS = re.compile(r"(?<!\w)\(([^()]*)\)")

# After these verbs "what" asks a question: "see what changed" and "tell what to do" are plain.
ASKED = re.compile(
    r"""\b(?:say|says|said|show|shows|shown|know|knows|known|tell|tells|told|ask|asks|asked|see
    |sees|seen|learn|explain|explains|describe|describes|decide|decides|check|checks|understand
    |find\ out|report|reports)\s+(?:[\w']+\s+){0,3}what\b | \bwhat\ to\b""",
    re.VERBOSE | re.IGNORECASE,
)
IN_PLACE_OF_A_NOUN = re.compile(
    r"""^where\b.*\s | \b(?:what|whatever|whoever|wherever)\b.
    | (?<!the)(?<!this)(?<!that)(?<!only)(?<!no)\ ones?\ that\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
OMITTED = re.compile(
    r"\b(where (left out|none|there is none|possible|wanted)|if it is one)\b|^gone\b", re.IGNORECASE
)
THINGS_THAT_SPEAK = re.compile(
    rf"\bbeliev(e|es|ed|ing)\b|\b(files?|settings?|folders?|columns?|options?|entry|entries|line)"
    rf" (says?|said|thinks?|wants?)\b|^{CODE} (says?|thinks?|wants?)\b",
    re.IGNORECASE,
)
RARE = re.compile(r"\b(outlives?|outlived|be had|anew|in mid-\w+|lest|just so)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """A paragraph, a heading, a cell, a message or a part of a docstring."""

    line: int
    content: str
    heading: bool = False


@dataclass(frozen=True)
class Problem:
    """A sentence that breaks a rule."""

    line: int
    rule: str
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.rule}: {self.sentence}"


def problems(text: Text) -> Iterator[Problem]:
    """Check each sentence of a text."""
    for sentence in sentences(text.content):
        for rule in broken(sentence, text.heading):
            yield Problem(text.line, rule, sentence)


def sentences(text: str) -> list[str]:
    """Split a text."""
    plain = ABBREVIATIONS.sub(r"\1", " ".join(text.split()))
    return [part for part in END.split(plain) if part]


def broken(sentence: str, heading: bool = False) -> Iterator[str]:
    """Return the rules that a sentence breaks. A colon begins a further clause."""
    if len(WORD.findall(sentence)) > LONGEST:
        yield f"{len(WORD.findall(sentence))} words"
    for clause in COLON.split(sentence):
        yield from broken_in(clause, heading)


def broken_in(sentence: str, heading: bool) -> Iterator[str]:
    """Return the rules that a clause breaks, whatever its length."""
    if ";" in sentence:
        yield "semicolon"
    for inner in PARENTHESIS.findall(sentence):
        if sum(word != CODE for word in WORD.findall(inner)) > LONGEST_IN_PARENTHESES:
            yield "a second thought in parentheses"
    is_question = heading or sentence.endswith("?")
    if not is_question and IN_PLACE_OF_A_NOUN.search(ASKED.sub("this", sentence)):
        yield "no noun"
    if OMITTED.search(sentence):
        yield "no verb"
    if THINGS_THAT_SPEAK.search(sentence):
        yield "a thing that speaks"
    if RARE.search(sentence):
        yield "a rare word"


def of_markdown(source: str) -> Iterator[Text]:
    """Return the texts of a page; code blocks are not among them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    line = 0
    for before, token in zip([*tokens[:1], *tokens], tokens, strict=False):
        line = token.map[0] + 1 if token.map else line
        if token.type == "inline":
            is_heading = before.type in {"heading_open", "th_open"}
            yield Text(line, "".join(map(_plain, token.children or [])), is_heading)


def _plain(token: Token) -> str:
    match token.type:
        case "code_inline":
            return CODE
        case "softbreak" | "hardbreak":
            return " "
        case "text" | "text_special":
            return token.content
        case _:
            return ""


def of_plain(text: str, line: int = 1) -> Iterator[Text]:
    """Return the paragraphs and list items of a text in the style of docstrings."""
    without_code = re.sub(r"``[^`]+``|`[^`]+`", CODE, text)
    for paragraph in re.split(r"\n\s*\n", without_code):
        if "\b" in paragraph:  # Typer prints it line by line: examples of commands
            continue
        paragraph = re.sub(r"^(Args|Returns|Raises|Yields):\n", "", paragraph.strip()).lstrip()
        for part in re.split(r"\n\s*(?=\w+: |[-*] )", paragraph):
            yield Text(line, re.sub(r"^\w+: (?=[A-Z])|^[-*] ", "", part))


def of_python(source: str) -> Iterator[Text]:
    """Return the docstrings, the comments and the messages of errors of a module."""
    for node in ast.walk(ast.parse(source)):
        # A string behind an attribute documents it, too.
        if isinstance(node, ast.Expr) and (docstring := _message(node.value)):
            yield from of_plain(inspect.cleandoc(docstring), node.lineno)
        if isinstance(node, ast.Call) and _makes_an_error(node.func):
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                if message := _message(argument):
                    yield from of_plain(message, node.lineno)
    yield from _comments(source)


def _makes_an_error(function: ast.expr) -> bool:
    name = ast.unparse(function)
    return name.endswith(("Error", "super().__init__"))


def _message(node: ast.expr) -> str:
    """Return a string, with one word for each value in it; empty if it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else CODE for part in node.values
        )
    return ""


def _comments(source: str) -> Iterator[Text]:
    lines = enumerate(source.splitlines(), 1)
    for is_comment, group in groupby(lines, lambda pair: pair[1].lstrip().startswith("#")):
        if is_comment:
            numbered = list(group)
            words = " ".join(line.strip().lstrip("#") for _, line in numbered)
            yield from of_plain(words, numbered[0][0])
