"""Which versions a project wants: its requirements, lock files and environments."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

Pins = dict[str, list[SpecifierSet]]
ENVIRONMENTS = ("environment.yml", "environment.yaml")


def pins_for(folder: Path, root: Path) -> Pins:
    """Return the requirements of the code in a folder. The nearest folder with any counts."""
    pins: Pins = {}
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

    An exact version stands for the newest of its major version. The result is None if the project
    needs another version.
    """
    known = sorted(versions, key=Version, reverse=True)
    for version in known:
        if allowed(pins, name, version):
            return version
    exact = [_exact(specifiers) for specifiers in pins.get(name, [])]
    majors = {Version(version).major for version in exact if version}
    if len(majors) == 1 and all(exact):
        major = majors.pop()
        return next((v for v in known if Version(v).major == major), None)
    bounded = [v for v in known if _may_be_major(pins.get(name, []), Version(v).major)]
    return bounded[0] if len(bounded) == 1 else None


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


def _may_be_major(specifiers: list[SpecifierSet], major: int) -> bool:
    candidates = [f"{major}.{minor}.{patch}" for minor in range(40) for patch in (0, 9)]
    return any(all(s.contains(c) for s in specifiers) for c in candidates)


@cache
def _folder_pins(folder: Path) -> Pins:
    pins: Pins = {}
    for text in _requirements(folder):
        try:
            requirement = Requirement(text)
        except (InvalidRequirement, TypeError):
            continue
        pins.setdefault(canonicalize_name(requirement.name), []).append(requirement.specifier)
    return pins


def _requirements(folder: Path) -> Iterator[str]:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return
    for name in names:
        lower = name.lower()
        path = folder / name
        try:
            if lower.endswith(".txt") and "requirement" in lower:
                yield from _lines(path.read_text(encoding="utf-8-sig", errors="replace"))
            elif lower == "pyproject.toml":
                yield from _pyproject(tomllib.loads(path.read_text(encoding="utf-8")))
            elif lower in ("uv.lock", "poetry.lock", "pdm.lock"):
                yield from _lock(tomllib.loads(path.read_text(encoding="utf-8")))
            elif lower == "pipfile":
                yield from _pipfile(tomllib.loads(path.read_text(encoding="utf-8")))
            elif lower in ENVIRONMENTS:
                yield from _environment(path.read_text(encoding="utf-8", errors="replace"))
        except (OSError, ValueError, TypeError, AttributeError, LookupError):
            continue  # What cannot be read says nothing.


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).split(" --")[0].strip().rstrip("\\").strip()
        if line and not line.startswith("-"):
            yield line


def _pyproject(data: dict[str, Any]) -> Iterator[str]:
    project = data.get("project", {})
    yield from project.get("dependencies", [])
    for group in project.get("optional-dependencies", {}).values():
        yield from group
    for group in data.get("dependency-groups", {}).values():
        yield from (entry for entry in group if isinstance(entry, str))
    poetry = data.get("tool", {}).get("poetry", {})
    tables = [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
    tables += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
    for table in tables:
        for name, wanted in table.items():
            yield _from_table(name, wanted)


def _pipfile(data: dict[str, Any]) -> Iterator[str]:
    for section in ("packages", "dev-packages"):
        for name, wanted in data.get(section, {}).items():
            yield _from_table(name, wanted)


def _from_table(name: str, wanted: Any) -> str:
    version = wanted.get("version", "*") if isinstance(wanted, dict) else wanted
    if not isinstance(version, str) or version in ("*", "latest"):
        return str(name)
    caret = re.fullmatch(r"\^\s*(\d+)((?:\.\d+)*)", version)
    if caret:
        major, rest = int(caret[1]), caret[2]
        if major:
            return f"{name}>={major}{rest},<{major + 1}"
        minor = int([*rest.split("."), "0", "0"][1] or 0)
        return f"{name}>=0{rest},<0.{minor + 1}"
    if re.fullmatch(r"~\s*\d+(\.\d+)*", version):
        return f"{name}~={version[1:].strip()}"
    if re.fullmatch(r"\d[\w.]*", version):
        return f"{name}=={version}"
    try:
        SpecifierSet(version)
    except InvalidSpecifier:
        return str(name)
    return f"{name}{version}"


def _lock(data: dict[str, Any]) -> Iterator[str]:
    for package in data.get("package", []):
        if "version" in package:
            yield f"{package['name']}=={package['version']}"


def _environment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        entry = re.fullmatch(
            r"\s+-\s+[\"']?([A-Za-z0-9_.\-]+)\s*([=<>!~]=?=?)?\s*([\w.*,<>=]*)"
            r"[\"']?\s*(#.*)?",
            line,
        )
        if entry is None:
            continue
        name, operator, version = entry[1], entry[2], entry[3].split("=")[0]
        if not operator:
            yield name
        elif operator in ("=", "=="):
            yield f"{name}=={version}" + (".*" if operator == "=" and "*" not in version else "")
        else:
            yield f"{name}{operator}{entry[3]}"
