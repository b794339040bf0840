"""The forms in which findings are reported."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dashgen.check.findings import Finding

Style = Callable[[str, str], str]
"""Returns a text in a style, as a terminal shows it."""


def as_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as a program reads them."""
    return [
        {
            "file": finding.file,
            "line": finding.line,
            "column": finding.column,
            "rule": finding.rule,
            "severity": str(finding.severity),
            "message": finding.message,
            "help": finding.help,
        }
        for finding in findings
    ]


def as_text(findings: Sequence[Finding], files: int, unreadable: int, style: Style) -> str:
    """Return findings as people read them, each with its line."""
    parts = [_one(finding, style) for finding in findings]
    return "\n".join([*parts, summary(findings, files, unreadable)])


def summary(findings: Sequence[Finding], files: int, unreadable: int) -> str:
    """Return one line that says how many there are.

    Args:
        findings: The findings.
        files: The number of all files.
        unreadable: The number of those that could not be read.
    """
    read = files - unreadable
    checked = f"{read} file{'s' * (read != 1)} checked"
    if unreadable:
        checked += f", {unreadable} not read"
    if unreadable and not findings:
        return f"{checked[:1].upper()}{checked[1:]}."
    if not findings:
        return f"No problem found, {checked}."
    broken = sum(finding.severity == "broken" for finding in findings)
    problems = f"{len(findings)} problem{'s' * (len(findings) != 1)}"
    return f"Found {problems}, {broken} broken and {len(findings) - broken} risky. {checked}."


def _one(finding: Finding, style: Style) -> str:
    place = f"{style(finding.file, 'bold')}:{finding.line}:{finding.column}:"
    head = f"{place} {style(finding.rule, 'bad')} {finding.message}"
    number = str(finding.line)
    margin = " " * len(number)
    # Tabs stay as they are, so that each mark stands below its code.
    before = finding.source[: finding.column - 1]
    indent = "".join("\t" if letter == "\t" else " " for letter in before)
    marks = "^" * max(1, finding.end_column - finding.column)
    rows = [
        f"{margin} |",
        f"{number} | {finding.source}",
        f"{margin} | {indent}{style(marks, 'bad')}",
        f"{margin} = {finding.severity}, {finding.name}: {finding.help}",
    ]
    return "\n".join([head, *rows, ""])


def as_github(findings: Iterable[Finding]) -> str:
    """Return findings as the commands that GitHub Actions makes annotations of."""
    return "\n".join(map(_annotation, findings))


def _annotation(finding: Finding) -> str:
    level = "error" if finding.severity == "broken" else "warning"
    place = f"file={_escaped(finding.file)},line={finding.line},col={finding.column}"
    title = f"title={finding.rule} {finding.name}"
    message = f"{finding.file}:{finding.line}:{finding.column}: {finding.message}\n{finding.help}"
    return f"::{level} {place},{title}::{_escaped(message, inside=False)}"


def _escaped(text: str, inside: bool = True) -> str:
    """Return a text as a workflow command takes it, as a property or as the message."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if inside else text
