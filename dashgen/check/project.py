"""The files of a project, and where an import leads to."""

import ast
import os
import sys
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from dashgen import system
from dashgen.check.syntax import Imported, Module

MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "environment.yml")
"""Files and folders in the top folder of a project."""

NOT_OURS = frozenset(
    "node_modules site-packages __pycache__ venv env build dist __pypackages__".split()
)
"""Folders that hold no code of the project."""
INSTALLED = frozenset("dash plotly flask werkzeug".split())
"""The packages that are there with Dash."""


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the project's modules below a folder, in order."""
    for path, folders, files in os.walk(folder):
        parent = Path(path)
        folders[:] = sorted(name for name in folders if not _is_foreign(parent, name))
        for name in sorted(files):
            if name.endswith(".py"):
                yield parent / name


def _is_foreign(parent: Path, name: str) -> bool:
    if name.startswith(".") or name in NOT_OURS or name.endswith(".egg-info"):
        return True
    return (parent / name / "pyvenv.cfg").exists()


def project_root(path: Path) -> Path:
    """Return the top folder of the project that a path belongs to."""
    folder = path if path.is_dir() else path.parent
    for parent in (folder, *folder.parents):
        if any((parent / mark).exists() for mark in MARKS):
            return parent
    return folder


def is_left_out(path: Path, base: Path) -> bool:
    """Say whether a path is below `base` in a folder that holds no code of the project."""
    if not path.is_relative_to(base):
        return False
    for folder in (path, *path.parents):
        if folder == base or any((folder / mark).exists() for mark in MARKS):
            return False
        if folder.is_dir() and _is_foreign(folder.parent, folder.name):
            return True
    return False


@dataclass
class Project:
    """A folder with modules, each read when it is asked for."""

    root: Path
    unreadable: dict[Path, str] = field(default_factory=dict)
    """The modules that are not Python, and why."""
    _modules: dict[Path, Module | None] = field(default_factory=dict)
    names: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict)
    """The meanings of names that resolvers have found. They are the same in every app."""
    _located: dict[tuple[str, str, int], Path | None] = field(default_factory=dict)

    @cached_property
    def files(self) -> dict[Path, None]:
        """All modules, in order."""
        return dict.fromkeys(python_files(self.root))

    @cached_property
    def folders(self) -> set[Path]:
        """Every folder with modules at any depth."""
        found: set[Path] = set()
        for file in self.files:
            for parent in file.parents:
                if parent in found or parent == self.root.parent:
                    break
                found.add(parent)
        return found

    def module(self, path: Path) -> Module | None:
        """Return a module, or None if it cannot be read."""
        if path not in self._modules:
            self._modules[path] = self._read(path)
        return self._modules[path]

    def _read(self, path: Path) -> Module | None:
        try:
            data = path.read_bytes()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
                encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
                return Module(path, data.decode(encoding, errors="replace"), tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
            reason = getattr(error, "msg", None) or getattr(error, "strerror", None) or str(error)
            line = getattr(error, "lineno", None)
            self.unreadable[path] = f"line {line}: {reason}" if line else str(reason)
            return None

    def mentioning(self, word: bytes) -> Iterator[Path]:
        """Yield the files in which a word stands."""
        for path in self.files:
            try:
                if word in path.read_bytes():
                    yield path
            except FileNotFoundError:
                continue  # an editor's lock is a link that leads nowhere
            except OSError as error:
                self.unreadable[path] = system.reason(error)

    def locate(self, importer: Path, dotted: str, level: int = 0) -> Path | None:
        """Return the module, or the folder without one, that an import names.

        Args:
            importer: The file with the import.
            dotted: The name, without leading dots.
            level: How many dots it has in front.
        """
        key = (os.path.dirname(str(importer)), dotted, level)  # noqa: PTH120, it is asked often
        if key not in self._located:
            self._located[key] = self._search(importer, dotted, level)
        return self._located[key]

    def _search(self, importer: Path, dotted: str, level: int) -> Path | None:
        parts = [part for part in dotted.split(".") if part]
        if level:
            base = importer.parent
            for _ in range(level - 1):
                base = base.parent
            return self._at(base, parts)
        for base in self.search_path(importer):
            found = self._at(base, parts)
            if found is not None and not self._is_hidden(base, parts[0]):
                return found
        return None

    def _is_hidden(self, base: Path, top: str) -> bool:
        """Say whether Python takes an installed package, because a folder has no module."""
        if top not in INSTALLED and top not in sys.stdlib_module_names:
            return False
        modules = (base / f"{top}.py", base / top / "__init__.py")
        return not any(module in self.files for module in modules)

    def search_path(self, importer: Path) -> Iterator[Path]:
        """Yield the folders in which a module may be looked for, the nearest first."""
        folder = importer.parent
        while folder / "__init__.py" in self.files and folder != self.root:
            folder = folder.parent
        while True:
            yield folder
            if folder / "src" in self.folders:
                yield folder / "src"
            if folder == self.root or folder.parent == folder:
                break
            folder = folder.parent
        # A script beside its package's other modules imports them by their bare names.
        if importer.parent / "__init__.py" in self.files:
            yield importer.parent

    def inside(self, folder: Path, name: str) -> Path | None:
        """Return the module, or the folder, of a name in a folder."""
        return self._at(folder, [name])

    def _at(self, base: Path, parts: Sequence[str]) -> Path | None:
        path = base.joinpath(*parts)
        if parts:
            file = path.with_name(f"{path.name}.py")
            if file in self.files:
                return file
        if path / "__init__.py" in self.files:
            return path / "__init__.py"
        return path if path in self.folders and path != self.root else None

    def imported(self, importer: Path, statement: Imported) -> Iterator[Path | None]:
        """Yield the project's modules that an import loads, or None if it is another's."""
        found = self.locate(importer, statement.module, statement.level)
        if found is None:
            yield None
            return
        # Importing a package's module runs the package's own module first.
        parts = statement.module.split(".") if statement.module else []
        for end in range(1, len(parts)):
            above = self.locate(importer, ".".join(parts[:end]), statement.level)
            if above is not None and above.suffix == ".py":
                yield above
        if found.suffix == ".py":
            yield found
        if found.suffix != ".py" or found.name == "__init__.py":
            folder = found if found.suffix != ".py" else found.parent
            for name in statement.names:
                inner = self._at(folder, [name])
                if inner is not None and inner.suffix == ".py":
                    yield inner
