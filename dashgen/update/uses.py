"""The user's own lines that name something that a release has renamed, moved or dropped."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import yaml

from dashgen.files import Files

RENAMES = "template/renames.yml"
MOVES = "template/moves.yml"
SETTINGS = re.compile(r"(^|/)(\.env[^/]*|[^/]+\.(ya?ml|env|sh)|Dockerfile)$")


class Use(NamedTuple):
    """A line that names something by an old name."""

    path: str
    line: int
    was: str
    now: str
    """Empty if the template no longer has it."""


def may_name(path: str) -> bool:
    """Return whether a file may name modules or variables."""
    return path.endswith(".py") or SETTINGS.search(path) is not None


def renames(old: Files, new: Files) -> dict[str, str]:
    """Return the variables that have another name in the new version than in the old one."""
    known = _renames(old)
    return {was: now for was, now in _renames(new).items() if was not in known}


def moves(
    old: Files, new: Files, packages: tuple[str, str], pages: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield the old and the new path of each file that the new version moves.

    Args:
        old: The old version.
        new: The new one.
        packages: The names of the package on both sides.
        pages: The names of the pages.
    """
    known = _entries(old, MOVES)
    for entry in _entries(new, MOVES):
        if entry not in known:
            for page in pages if "{page}" in entry["was"] else [""]:
                was, now = entry["was"].format(package=packages[0], page=page), entry["now"]
                yield was, now.format(package=packages[1], page=page)


def find(
    files: Mapping[str, bytes],
    given: Files,
    variables: Mapping[str, str],
    moved: Mapping[str, str],
    root: str = "",
) -> list[Use]:
    """Return the lines of the user's own that name something old.

    Args:
        files: The project's files as they will be, those that may name something.
        given: The template's files. Their lines are not the user's.
        variables: New names of variables by old ones.
        moved: New paths of modules by old ones, where the project has them.
        root: The folder that has the package, such as `src/`. Empty for the project's folder.
    """
    found = []
    names = {_dotted(was, root): _dotted(now, root) for was, now in moved.items()}
    for path, content in files.items():
        template = given[path].content.splitlines() if path in given else []
        lines = content.splitlines()
        for use in _uses(path, content, variables, names, root):
            if lines[use.line - 1] not in template:
                found.append(use)
    return sorted(found)


def _uses(
    path: str, content: bytes, variables: Mapping[str, str], moved: Mapping[str, str], root: str
) -> Iterator[Use]:
    text = content.decode(errors="replace")
    code = path.endswith(".py")
    if code:
        yield from _imports(path, text, moved, root)
    for number, raw in enumerate(content.splitlines(), start=1):
        line = raw.decode(errors="replace")
        for was, now in variables.items():
            # A constant of that name in somebody's code is another thing.
            name = rf"['\"]{was}['\"]" if code else rf"(^|[\s\"'{{-]){was}\s*([=:}}]|$)"
            if re.search(name, line):
                yield Use(path, number, was, now)


def _imports(path: str, text: str, moved: Mapping[str, str], root: str) -> Iterator[Use]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    package = path.removeprefix(root).split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            around = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*around, *([node.module] if node.module else [])])
            names = [start, *(f"{start}.{alias.name}" for alias in node.names)]
        else:
            continue
        for was in dict.fromkeys(names):
            if was in moved:
                yield Use(path, node.lineno, was, moved[was])


def _renames(files: Files) -> dict[str, str]:
    return {entry["was"]: entry["now"] for entry in _entries(files, RENAMES)}


def _entries(files: Files, name: str) -> list[dict[str, str]]:
    found = yaml.safe_load(files[name].content) if name in files else None
    return list(found or [])


def _dotted(path: str, root: str) -> str:
    return path.removeprefix(root).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
