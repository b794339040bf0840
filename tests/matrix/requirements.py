"""What a project imports, and what its `pyproject.toml` asks for."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

# Asked for and not imported, each with a reason and with the words that need it.
UNIMPORTED = {
    "gunicorn": ("the README serves with", "gunicorn app:server"),
    "multiprocess": ("Dash's manager insists on it", "DiskcacheManager"),
    "mypy": ("the README checks with", "mypy"),
    "pandas-stubs": ("mypy asks it about", "pandas"),
    "pytest-cov": ("the README measures with", "pytest --cov"),
    "ruff": ("the README checks with", "ruff"),
}
# What comes by way of another requirement, which names it as an extra or documents it as its own.
PROVIDED = {
    "redis": "celery",
    "kombu": "celery",
    "bson": "pymongo",
    "werkzeug": "flask",
    "itsdangerous": "flask",
}


@cache
def distributions() -> Mapping[str, list[str]]:
    """Return the distributions of each top-level module that is installed here."""
    return metadata.packages_distributions()


def name_of(requirement: str) -> str:
    """Return the normalised name of the distribution that a requirement asks for."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, f"no requirement: {requirement}"
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def imported(files: Iterable[Path], own: set[str]) -> set[str]:
    """Return the distributions whose modules some files import."""
    modules = {module for file in files for module in modules_of(file.read_text())}
    foreign = modules - own - set(sys.stdlib_module_names)
    missing = sorted(module for module in foreign if module not in distributions())
    assert not missing, f"imports of what is not installed here: {missing}"
    return {name_of(distributions()[module][0]) for module in foreign}


@cache
def modules_of(text: str) -> frozenset[str]:
    """Return the top-level modules that a text imports."""
    return frozenset(_modules(ast.parse(text)))


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def check_requirements(project: Path, package: str = "myapp") -> None:
    """The app asks for what it imports, its development for what the tests import; no more."""
    settings = tomllib.loads((project / "pyproject.toml").read_text())
    own = {package, "tests", "app", "worker", *(path.stem for path in project.glob("*.py"))}
    tests = set(project.glob("tests/**/*.py"))
    app = [file for file in project.rglob("*.py") if file not in tests]
    everything = "\n".join(
        path.read_text() for path in project.rglob("*") if path.suffix in {".py", ".md", ".toml"}
    )
    _compare(settings["project"]["dependencies"], imported(app, own), everything, "dependencies")
    groups: dict[str, list[Any]] = settings["dependency-groups"]
    development = [one for group in groups.values() for one in group if isinstance(one, str)]
    needed = imported(tests, own) - imported(app, own)
    _compare(development, needed, everything, "dependency groups")


def _compare(requirements: list[str], needed: set[str], words: str, where: str) -> None:
    asked = {name_of(requirement) for requirement in requirements}
    assert len(asked) == len(requirements), f"{where}: one is asked for twice: {requirements}"
    provided = {module for module, by in PROVIDED.items() if by in asked}
    lacking = needed - asked - provided
    assert not lacking, f"{where}: imported and not asked for: {sorted(lacking)}"
    for idle in sorted(asked - needed):
        assert idle in UNIMPORTED, f"{where}: asked for and not imported: {idle}"
        reason, word = UNIMPORTED[idle]
        assert word in words, f"{where}: {idle} is asked for because {reason} {word}, which is gone"
