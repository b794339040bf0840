"""Writes the table of components: ``python -m dashgen.check.components.collect WHEEL…``.

A wheel is read as text. Nothing of it is imported.
"""

import ast
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

from dashgen.check.components import DISTRIBUTIONS

TABLE = Path(__file__).with_name("table.json")
# The folder in a package of each module that apps import components from.
FOLDERS = {library: f"{library.replace('.', '/')}/" for library in DISTRIBUTIONS}
SHARED = 0.6
"""A property that this part of a library's components has is written once."""

Components = dict[str, list[str]]


def components_of(sources: Iterable[tuple[str, str]]) -> dict[str, Components]:
    """Return the properties of each component of each library.

    Args:
        sources: Path inside the package, and text, of each of its modules.
    """
    found: dict[str, Components] = {}
    for path, text in sources:
        library = next((name for name, top in FOLDERS.items() if path.startswith(top)), "")
        if library and "available_properties" in text:
            for name, properties in _components(text):
                found.setdefault(library, {})[name] = properties
    return found


def _components(text: str) -> Iterator[tuple[str, list[str]]]:
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.ClassDef):
            for node in ast.walk(statement):
                if isinstance(node, ast.Assign) and _is_list(node.targets[0]):
                    yield statement.name, sorted(ast.literal_eval(node.value))


def _is_list(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "available_properties"


def read_wheel(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the modules of a wheel."""
    with ZipFile(path) as wheel:
        for name in wheel.namelist():
            if name.endswith(".py"):
                yield name, wheel.read(name).decode()


def compact(components: Components) -> dict[str, object]:
    """Return a library with the properties that most of its components have written once."""
    counts = Counter(name for properties in components.values() for name in properties)
    shared = {name for name, count in counts.items() if count >= SHARED * len(components)}
    return {
        "shared": " ".join(sorted(shared)),
        "components": {
            name: " ".join(
                [
                    *sorted(set(properties) - shared),
                    *(f"!{missing}" for missing in sorted(shared - set(properties))),
                ]
            )
            for name, properties in sorted(components.items())
        },
    }


def main(wheels: Sequence[str]) -> None:
    """Write the table of all that these wheels hold."""
    if not wheels:
        raise SystemExit("name the wheels of the libraries")
    table: dict[str, dict[str, object]] = {}
    for wheel in sorted(wheels):
        version = Path(wheel).name.split("-")[1]
        for library, components in components_of(read_wheel(Path(wheel))).items():
            table.setdefault(library, {})[version] = compact(components)
    TABLE.write_text(json.dumps(table, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
