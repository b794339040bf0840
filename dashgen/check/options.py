"""Which rules count, and where: from the command line and from ``pyproject.toml``."""

import fnmatch
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashgen.check.findings import Rule
from dashgen.check.rules import RULES
from dashgen.errors import CheckOptionError

TABLE = "[tool.dashgen.check]"
KEYS = ("select", "ignore", "exclude", "per-file-ignores")


@dataclass(frozen=True)
class Options:
    """The selection. A rule is named by its identifier, the start of it, or its name."""

    select: tuple[str, ...] = ()
    """All rules where it is empty."""
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Patterns of files."""
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    root: Path = Path()
    """The folder that the patterns are relative to."""

    def selects(self, rule: Rule) -> bool:
        """Say whether a rule counts at all."""
        return (not self.select or _names(self.select, rule)) and not _names(self.ignore, rule)

    def excludes(self, path: Path) -> bool:
        """Say whether nothing is reported about a file."""
        return any(self._matches(path, pattern) for pattern in self.exclude)

    def ignores(self, path: Path, rule: Rule) -> bool:
        """Say whether a rule does not count in a file."""
        return any(
            _names(rules, rule) and self._matches(path, pattern)
            for pattern, rules in self.per_file_ignores.items()
        )

    def _matches(self, path: Path, pattern: str) -> bool:
        relative = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        names = [relative.as_posix(), *(p.as_posix() for p in relative.parents), path.name]
        return any(fnmatch.fnmatch(name, pattern.rstrip("/")) for name in names)


def _names(words: Sequence[str], rule: Rule) -> bool:
    return any(rule.identifier.startswith(word) or rule.name == word for word in words)


def read_options(folder: Path, select: Sequence[str], ignore: Sequence[str]) -> Options:
    """Return the options of a project. A selection on the command line replaces its own.

    Args:
        folder: A folder of the project. The nearest ``pyproject.toml`` with the table counts.
        select: The rules that the command line selects.
        ignore: The rules that the command line ignores, beside those of the project.

    Raises:
        CheckOptionError: The table or a rule does not exist.
    """
    _known("--select", select)
    _known("--ignore", ignore)
    file, table = _table(folder)
    for key in table:
        if key not in KEYS:
            raise CheckOptionError(f"{file}: {TABLE} has no {key!r}", f"it has {', '.join(KEYS)}")
    lists = {key: _texts(file, key, table.get(key, [])) for key in KEYS[:3]}
    _known(f"{file}: select", lists["select"])
    _known(f"{file}: ignore", lists["ignore"])
    per_file = table.get("per-file-ignores", {})
    if not isinstance(per_file, dict):
        raise CheckOptionError(f"{file}: per-file-ignores is no table", 'write "tests/*" = ["DG"]')
    ignores = {pattern: _texts(file, pattern, rules) for pattern, rules in per_file.items()}
    for pattern, rules in ignores.items():
        _known(f"{file}: {pattern}", rules)
    return Options(
        tuple(select) or lists["select"],
        (*ignore, *lists["ignore"]),
        lists["exclude"],
        ignores,
        file.parent if file else folder,
    )


def _known(where: str, words: Sequence[str]) -> None:
    for word in words:
        if not word or not any(_names([word], rule) for rule in RULES):
            names = ", ".join(rule.identifier for rule in RULES)
            raise CheckOptionError(f"{where}: there is no rule {word!r}", f"the rules are {names}")


def _texts(file: Path | None, key: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise CheckOptionError(f"{file}: {key} is no list of texts", f'write {key} = ["…"]')


def _table(folder: Path) -> tuple[Path | None, dict[str, Any]]:
    for parent in (folder, *folder.parents):
        file = parent / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CheckOptionError(f"cannot read {file}: {error}", "mend it") from error
        table: Any = data
        place = ""
        for key in ("tool", "dashgen", "check"):
            place = f"{place}.{key}".lstrip(".")
            table = table.get(key)
            if table is None:
                break
            if not isinstance(table, dict):
                raise CheckOptionError(f"{file}: {place} is no table", f"write {TABLE}")
        else:
            return file, table
    return None, {}
