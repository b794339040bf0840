"""Which components there are, and which properties each has, by version of its library."""

import json
from collections.abc import Container
from functools import cache
from pathlib import Path

DISTRIBUTIONS = {
    "dash.html": "dash",
    "dash.dcc": "dash",
    "dash.dash_table": "dash",
    "dash_bootstrap_components": "dash-bootstrap-components",
    "dash_mantine_components": "dash-mantine-components",
    "dash_ag_grid": "dash-ag-grid",
}
"""The distribution that each library comes with, as it is pinned."""

NO_CLASSES = frozenset({"Format", "FormatTemplate"})
"""Modules of a library that are named as its components are."""

Library = dict[str, frozenset[str]]
"""Component → its properties. Wildcards end in ``*``."""


@cache
def _table() -> dict[str, dict[str, dict[str, object]]]:
    text = Path(__file__).with_name("table.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, dict[str, object]]] = json.loads(text)
    return table


def is_class(name: str) -> bool:
    """Say whether a name is as that of a component. ``DEFAULT_THEME`` is none."""
    return name[:1].isupper() and "_" not in name and name not in NO_CLASSES


def versions(library: str) -> tuple[str, ...]:
    """Return the versions of a library that are known."""
    return tuple(_table().get(library, ()))


@cache
def components(library: str, version: str) -> Library:
    """Return the components of one version of a library."""
    entry = _table()[library][version]
    shared = frozenset(str(entry["shared"]).split())
    own = entry["components"]
    assert isinstance(own, dict)
    return {name: _properties(shared, str(words)) for name, words in own.items()}


def _properties(shared: frozenset[str], words: str) -> frozenset[str]:
    own = words.split()
    missing = {word[1:] for word in own if word.startswith("!")}
    return (shared - missing) | {word for word in own if not word.startswith("!")}


def usual_place(properties: Container[str]) -> int:
    """Return how many positional arguments stand before the id of most components."""
    return 1 if "children" in properties else 0


@cache
def _places(library: str, version: str) -> dict[str, str]:
    words = str(_table()[library][version]["places"]).split()
    return {name: place for name, _, place in (word.partition(":") for word in words)}


def place(library: str, version: str, name: str) -> int | None:
    """Return how many positional arguments stand before a component's id, or None."""
    written = _places(library, version).get(name)
    if written is not None:
        return int(written) if written else None
    properties = components(library, version).get(name)
    return None if properties is None else usual_place(properties)


def has(properties: frozenset[str], name: str) -> bool:
    """Say whether a component has a property, by a wildcard too."""
    return name in properties or any(
        wildcard.endswith("*") and name.startswith(wildcard[:-1]) for wildcard in properties
    )
