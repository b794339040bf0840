"""The files in which a project states its requirements, each as lines for ``pip``."""

import ast
import json
import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

UNREAD = "?"
"""Stands among the requirements of a source that cannot be understood."""
UNKNOWN_VERSION = "===unknown"
"""A specifier that no version fulfils."""
OPTION = re.compile(r"(?:-r|-c|--requirement|--constraint)[\s=]*(.+)")
CONDA = re.compile(r"(?:[^\s:]+::)?([A-Za-z0-9_.-]+)(\[[^\]]*\])?\s*(.*)")
SCRIPT = re.compile(r"(?m)^# /// script$\s(?P<content>(?:^#(?:| .*)$\s)+)^# ///$")


def requirements(folder: Path) -> Iterator[str]:
    """Yield the requirements in the files of a folder, and ``UNREAD`` for an unreadable file."""
    try:
        files = [path for path in folder.iterdir() if path.is_file()]
        inner = folder / "requirements"
        files += inner.iterdir() if inner.is_dir() else []
    except OSError:
        return
    seen: set[Path] = set()
    for path in sorted(files):
        read = _reader(path, folder)
        if read is not None:
            yield from _file(path, read, seen)


def script_requirements(source: str) -> Iterator[str]:
    """Yield the requirements in the comment at the top of a script."""
    block = SCRIPT.search(source)
    if block:
        lines = (line[2:] for line in block["content"].splitlines())
        yield from _safely(lambda text: tomllib.loads(text).get("dependencies", []), lines)


def _reader(path: Path, folder: Path) -> Callable[[str], Iterable[str]] | None:
    name = path.name.lower()
    if name.endswith((".txt", ".in")) and ("requirement" in name or path.parent != folder):
        return _lines
    if re.fullmatch(r"environment.*\.ya?ml", name):
        return _environment
    if name in ("uv.lock", "poetry.lock", "pdm.lock"):
        return _lock
    return READERS.get(name) if path.parent == folder else None


def _file(path: Path, read: Callable[[str], Iterable[str]], seen: set[Path]) -> Iterator[str]:
    """Yield the requirements in a file, and in the files that it names."""
    if path.resolve() in seen:
        return
    seen.add(path.resolve())
    try:
        text = _decoded(path.read_bytes())
    except (OSError, ValueError):
        yield UNREAD
        return
    for line in _safely(read, [text]):
        named = OPTION.fullmatch(line)
        if named:
            yield from _file(path.parent / named[1].strip().strip("\"'"), _lines, seen)
        else:
            yield line


def _safely(read: Callable[[str], Iterable[str]], lines: Iterable[str]) -> list[str]:
    try:
        return [line if isinstance(line, str) else UNREAD for line in read("\n".join(lines))]
    except Exception:  # Each format has its own errors.
        return [UNREAD]


def _decoded(data: bytes) -> str:
    """Return a text. PowerShell writes UTF-16."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16")
    text = data.decode("utf-8-sig", errors="replace")
    if "\0" in text:
        raise ValueError("no text")
    return text


def _lines(text: str) -> Iterator[str]:
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if OPTION.fullmatch(line):
            yield line
            continue
        line = line.split(" --")[0].strip()
        if re.match(r"[\w.-]+=[^=]", line):
            line = _from_conda(line)  # As `conda list --export` writes it.
        if line and not line.startswith("-"):
            yield line


def _pyproject(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    project = data.get("project", {})
    yield from project.get("dependencies", [])
    for group in project.get("optional-dependencies", {}).values():
        yield from group
    for group in data.get("dependency-groups", {}).values():
        yield from (entry for entry in group if isinstance(entry, str))
    tool = data.get("tool", {})
    if "dependencies" in project.get("dynamic", []):
        yield from _dynamic(tool.get("setuptools", {}).get("dynamic", {}).get("dependencies"))
    poetry, pixi = tool.get("poetry", {}), tool.get("pixi", {})
    tables = [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
    tables += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
    tables += [pixi.get("dependencies", {}), pixi.get("pypi-dependencies", {})]
    for table in tables:
        yield from _table(table)


def _dynamic(stated: Any) -> Iterator[str]:
    files = stated.get("file", []) if isinstance(stated, dict) else []
    for name in [files] if isinstance(files, str) else files:
        yield f"-r {name}"
    if not files:
        yield UNREAD


def _pipfile(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    for section in ("packages", "dev-packages"):
        yield from _table(data.get(section, {}))


def _pipfile_lock(text: str) -> Iterator[str]:
    data = json.loads(text)
    for section in ("default", "develop"):
        yield from _table(data.get(section, {}))


def _table(table: dict[str, Any]) -> Iterator[str]:
    for name, wanted in table.items():
        for one in wanted if isinstance(wanted, list) else [wanted]:
            yield f"{name}{_specifier(one)}"


def _specifier(wanted: Any) -> str:
    if isinstance(wanted, dict):
        elsewhere = {"git", "path", "url", "file"} & wanted.keys()
        wanted = UNKNOWN_VERSION if elsewhere else wanted.get("version", "*")
    if wanted in ("*", "latest"):
        return ""
    if not isinstance(wanted, str):
        return UNKNOWN_VERSION
    caret = re.fullmatch(r"\^\s*(\d+)((?:\.\d+)*)", wanted)
    if caret:
        major, rest = int(caret[1]), caret[2]
        if major:
            return f">={major}{rest},<{major + 1}"
        minor = int([*rest.split("."), "0", "0"][1] or 0)
        return f">=0{rest},<0.{minor + 1}"
    tilde = re.fullmatch(r"~\s*(\d+(\.\d+)?)(\.\d+)*", wanted)
    if tilde:
        return f"~={wanted[1:].strip()}" if tilde[3] else f"=={tilde[1]}.*"
    if re.fullmatch(r"\d[\w.]*(\.\*)?", wanted):
        return f"=={wanted}"
    try:
        return str(SpecifierSet(wanted))
    except InvalidSpecifier:
        return UNKNOWN_VERSION


def _lock(text: str) -> Iterator[str]:
    for package in tomllib.loads(text).get("package", []):
        if "version" in package:
            yield f"{package['name']}=={package['version']}"


def _environment(text: str) -> Iterator[str]:
    import yaml  # Few projects have such a file.

    for entry in (yaml.safe_load(text) or {}).get("dependencies") or []:
        if isinstance(entry, dict):
            yield from _lines("\n".join(entry.get("pip") or []))
        else:
            yield _from_conda(str(entry))


def _from_conda(entry: str) -> str:
    found = CONDA.fullmatch(entry.strip())
    if found is None:
        return UNREAD
    name, stated = found[1], found[3]
    exact = re.fullmatch(r"(={0,2})\s*(\d[\w.*+!]*)(?:[=\s]\S+)?", stated)
    if exact is None:
        return f"{name}{UNKNOWN_VERSION}" if "|" in stated else f"{name}{stated}"
    version = exact[2].rstrip(".*")
    fuzzy = exact[1] == "=" or exact[2] != version
    return f"{name}=={version}" + ".*" * fuzzy


def _setup_cfg(text: str) -> Iterator[str]:
    parser = ConfigParser(interpolation=None)
    parser.read_string(text)
    stated = parser.get("options", "install_requires", fallback="")
    if parser.has_section("options.extras_require"):
        stated = "\n".join([stated, *(v for _, v in parser.items("options.extras_require"))])
    for line in stated.replace(";\n", "\n").splitlines():
        if line.strip():
            yield re.sub(r"^file:\s*", "-r ", line.strip())


def _setup_py(text: str) -> Iterator[str]:
    tree = ast.parse(text)
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("setup"):
            continue
        for keyword in node.keywords:
            if keyword.arg not in (None, "install_requires"):
                continue
            value = keyword.value
            if isinstance(value, ast.Name):
                value = named.get(value.id, value)
            if isinstance(value, (ast.List, ast.Tuple)):
                yield from ast.literal_eval(value)
            elif not re.search(r"requirements[\w-]*\.(txt|in)", text):
                yield UNREAD  # Such a file beside it is read for itself.


READERS: dict[str, Callable[[str], Iterable[str]]] = {
    "pyproject.toml": _pyproject,
    "pipfile": _pipfile,
    "pipfile.lock": _pipfile_lock,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
}
