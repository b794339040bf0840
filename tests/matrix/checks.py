"""What is checked of a rendered project without running it.

Most files are the same in many variants, so each text is parsed once.
"""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path, PureWindowsPath

import yaml

PARSERS: dict[str, Callable[[str], object]] = {
    ".py": ast.parse,
    ".toml": tomllib.loads,
    ".json": json.loads,
    ".yml": yaml.safe_load,
    ".yaml": yaml.safe_load,
}
JINJA = re.compile(r"\{%|\{#|(?<!\$)\{\{|\bjinja\b", re.IGNORECASE)
# Characters that Windows refuses in names, and endings that it drops.
UNSAFE = re.compile(r'[<>:"|?*\\\x00-\x1f]|[ .]$')
REASON = re.compile(r"#.*\w")


def texts(project: Path) -> Iterable[tuple[Path, str]]:
    """Yield the text files of a project, as paths relative to it, with what they hold."""
    for path in sorted(project.rglob("*")):
        if path.is_file() and path.suffix not in {".csv", ".png", ".ico"}:
            yield path.relative_to(project), path.read_bytes().decode()


def check_files(project: Path) -> None:
    """Every file parses, ends with one line break, and has a name that every system accepts."""
    for path, text in texts(project):
        assert not PureWindowsPath(path).is_reserved(), path
        assert not any(map(UNSAFE.search, path.parts)), path
        parse(path.suffix, text)
        assert text.endswith("\n") or not text, f"{path}: no line break at the end"
        assert not text.endswith("\n\n"), f"{path}: empty lines at the end"


@cache
def parse(suffix: str, text: str) -> None:
    """Raise what the parser of such files has against a text."""
    PARSERS.get(suffix, str)(text)


def check_no_jinja(project: Path) -> None:
    """No file has anything left of the template's language."""
    for path, text in texts(project):
        left = JINJA.search(text)
        assert not left, f"{path}: Jinja is left: {text[left.start() : left.start() + 60]!r}"


def check_duplicates(project: Path) -> None:
    """Whatever lets an output be written twice says beside it why that is harmless."""
    for path, text in texts(project):
        if path.suffix == ".py" and path.parts[0] != "tests":
            for line in unreasoned(text):
                raise AssertionError(
                    f"{path}:{line}: an output is written twice for no stated reason"
                )


@cache
def unreasoned(text: str) -> list[int]:
    """Return the lines of a module that allow a duplicate without a comment above."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.keyword)
        and node.arg == "allow_duplicate"
        and not any(map(REASON.search, text.splitlines()[max(0, node.lineno - 4) : node.lineno]))
    ]


def lint(*projects: Path) -> str:
    """Return what the formatter and the linter would change in projects, each by its own rules."""
    wrong = ""
    for command in (["format", "--check", "--quiet"], ["check", "--quiet"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", *projects],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            wrong += done.stdout + done.stderr
    return wrong
