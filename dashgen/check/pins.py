"""Which versions a project wants, and which of those that are known it gets."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from dashgen.check.requirements import (
    UNKNOWN_VERSION,
    UNREAD,
    requirements,
    script_requirements,
)

Pins = dict[str, list[SpecifierSet]]
"""Package → its wanted versions. ``UNREAD`` is a key if some file could not be read."""


def pins_for(folder: Path, root: Path, source: str) -> Pins:
    """Return the requirements of a module in a folder. The nearest folder with any counts."""
    pins = _parsed(script_requirements(source))
    for parent in (folder, *folder.parents):
        for name, wanted in _folder_pins(parent).items():
            pins.setdefault(name, wanted)
        if parent == root:
            break
    return pins


def allowed(pins: Pins, name: str, version: str) -> bool:
    """Say whether all that is wanted of a package allows a version."""
    return all(specifiers.contains(version, prereleases=True) for specifiers in pins.get(name, []))


def newest(pins: Pins, name: str, versions: tuple[str, ...]) -> str | None:
    """Return the version among some that a project gets.

    An exact version stands for the newest of its major version, or of its minor version below 1.
    The result is None if the project needs another version, or if a file could not be read.
    """
    if UNREAD in pins and not any(map(str, pins.get(name, []))):
        return None
    known = sorted(versions, key=Version, reverse=True)
    for version, newer in zip(known, [None, *known], strict=False):
        if allowed(pins, name, version):
            return None if newer and _may_be_between(pins, name, version, newer) else version
    exact = [_exact(specifiers) for specifiers in pins.get(name, [])]
    lines = {_line(version) for version in exact if version}
    if len(lines) == 1 and all(exact):
        line = lines.pop()
        return next((v for v in known if _line(v) == line), None)
    bounded = [v for v in known if _may_be_of(_line(v), pins.get(name, []))]
    return bounded[0] if len(bounded) == 1 else None


def _line(version: str) -> tuple[int, ...]:
    """Return the part of a version that tells its names. Below 1, each minor may change them."""
    found = Version(version)
    return (found.major,) if found.major else (found.major, found.minor)


def _may_be_between(pins: Pins, name: str, version: str, newer: str) -> bool:
    """Say whether a project may get a minor version below 1 that is between two known ones."""
    first, last = Version(version), Version(newer)
    if last.major:
        return False
    minors = range(first.minor + 1, last.minor)
    return any(allowed(pins, name, f"0.{minor}.0") for minor in minors)


def _exact(specifiers: SpecifierSet) -> str | None:
    for specifier in specifiers:
        if specifier.operator in ("==", "===", "~="):
            text = specifier.version.removesuffix(".*")
            try:
                Version(text)
            except InvalidVersion:
                return None
            return text
    return None


def _may_be_of(line: tuple[int, ...], specifiers: list[SpecifierSet]) -> bool:
    major, *minors = line
    candidates = [f"{major}.{minor}.{patch}" for minor in minors or range(40) for patch in (0, 9)]
    return any(all(s.contains(c) for s in specifiers) for c in candidates)


@cache
def _folder_pins(folder: Path) -> Pins:
    return _parsed(requirements(folder))


def _parsed(texts: Iterable[str]) -> Pins:
    pins: Pins = {}
    for text in texts:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            # A path or an address of something else says nothing about Dash.
            if text == UNREAD or "dash" in text.lower():
                pins[UNREAD] = []
            continue
        wanted = SpecifierSet(UNKNOWN_VERSION) if requirement.url else requirement.specifier
        pins.setdefault(canonicalize_name(requirement.name), []).append(wanted)
    return pins
