"""The user's own lines that name something that a release has renamed, moved or dropped."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import yaml

from dashgen.files import Files
from dashgen.update import selectors
from dashgen.update.changes import Use

RENAMES = "template/renames.yml"
MOVES = "template/moves.yml"
# Style sheets and scripts of others begin with their licence.
LICENCE = re.compile(rb"\A.{0,80}/\*!", re.DOTALL)
SETTINGS = re.compile(r"(^|/)(\.env[^/]*|[^/]+\.(ya?ml|env|sh)|Dockerfile)$")


def may_name(path: str) -> bool:
    """Return whether a file may name modules, variables, ids or classes."""
    kinds = (selectors.CODE, selectors.STYLES, SETTINGS)
    return any(kind.search(path) for kind in kinds)


def renames(old: Files, new: Files) -> dict[str, str]:
    """Return the former names that the new version lists and the old one does not."""
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
    renamed: Mapping[str, str],
    moved: Mapping[str, str],
    root: str = "",
) -> list[Use]:
    """Return the lines of the user's own that name something old.

    Args:
        files: The project's files as they will be, those that may name something.
        given: The template's files. Their lines are not the user's.
        renamed: New names of variables, ids and classes by old ones.
        moved: New paths of modules by old ones, where the project has them.
        root: The folder that has the package, such as `src/`. Empty for the project's folder.
    """
    names = {_dotted(was, root): _dotted(now, root) for was, now in moved.items()}
    selected = {was: now for was, now in renamed.items() if was[0] in "#."}
    variables = {was: now for was, now in renamed.items() if was not in selected}
    texts = {path: content.decode(errors="replace") for path, content in files.items()}
    found = [*selectors.find(texts, selected, _pages(files))]
    for path, text in texts.items():
        found += _uses(path, text, variables, names, root)
    lines = {path: files[path].splitlines() for path in {use.path for use in found}}
    template = {path: given[path].content.splitlines() for path in lines if path in given}
    return sorted(
        use
        for use in set(found)
        if lines[use.path][use.line - 1] not in template.get(use.path, ())
        and not LICENCE.match(files[use.path])
    )


def _pages(paths: Iterable[str]) -> set[str]:
    """Return the names of all pages, also of people's own, as ids have them."""
    found = (re.search(r"(?:^|/)pages/([^/.]+)", path) for path in paths)
    return {match[1].replace("_", "-") for match in found if match}


def _uses(
    path: str, text: str, variables: Mapping[str, str], moved: Mapping[str, str], root: str
) -> Iterator[Use]:
    code = path.endswith(".py")
    if code:
        yield from _imports(path, text, moved, root)
    elif not SETTINGS.search(path):
        return
    for number, line in enumerate(text.split("\n"), start=1):
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
