"""Writes the table of components: ``python -m dashgen.check.components.collect WHEEL…``.

A wheel is read as text. Nothing of it is imported.
"""

import ast
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from dashgen.check.components import DISTRIBUTIONS, usual_place

TABLE = Path(__file__).with_name("table.json")
# The folder in a package of each module that apps import components from.
FOLDERS = {library: f"{library.replace('.', '/')}/" for library in DISTRIBUTIONS}
SHARED = 0.6
"""A property that this part of a library's components has is written once."""


class Signature(NamedTuple):
    """The parameters of a component."""

    properties: list[str]
    place: int | None = None
    """How many positional arguments stand before its id. None if it takes no id by position."""


Components = dict[str, Signature]


def components_of(sources: Iterable[tuple[str, str]]) -> dict[str, Components]:
    """Return the properties of each component of each library.

    Args:
        sources: Path inside the package, and text, of each of its modules.
    """
    found: dict[str, Components] = {}
    for path, text in sources:
        library = next((name for name, top in FOLDERS.items() if path.startswith(top)), "")
        if library and "available_properties" in text:
            for name, signature in _components(text):
                found.setdefault(library, {})[name] = signature
    return found


def _components(text: str) -> Iterator[tuple[str, Signature]]:
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.ClassDef):
            for node in ast.walk(statement):
                if isinstance(node, ast.Assign) and _is_list(node.targets[0]):
                    properties = sorted(ast.literal_eval(node.value))
                    yield statement.name, Signature(properties, _place(statement))


def _place(component: ast.ClassDef) -> int | None:
    for node in component.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            names = [parameter.arg for parameter in node.args.args[1:]]
            return names.index("id") if "id" in names else None
    return None


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
    counts = Counter(name for found in components.values() for name in found.properties)
    shared = {name for name, count in counts.items() if count >= SHARED * len(components)}
    return {
        "shared": " ".join(sorted(shared)),
        "places": " ".join(
            f"{name}:{'' if found.place is None else found.place}"
            for name, found in sorted(components.items())
            if found.place != usual_place(found.properties)
        ),
        "components": {
            name: " ".join(
                [
                    *sorted(set(found.properties) - shared),
                    *(f"!{missing}" for missing in sorted(shared - set(found.properties))),
                ]
            )
            for name, found in sorted(components.items())
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
