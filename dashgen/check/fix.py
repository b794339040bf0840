"""Puts Dash's new names in place of old ones, the only automatic fix.

libcst keeps comments and layout. It is an extra, needed for this alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashgen.check.findings import Finding
from dashgen.check.resolve import MOVED
from dashgen.errors import CheckOptionError, WriteError


@dataclass(frozen=True)
class Change:
    """A file before and after."""

    path: Path
    name: str
    """The file, as it is reported."""
    before: bytes
    after: bytes


def changes(findings: Iterable[Finding], base: Path) -> tuple[Change, ...]:
    """Return the changes of the renames without writing them.

    Args:
        findings: The findings. Only places of ``removed-api`` are changed.
        base: The folder that the findings' files are relative to.

    Raises:
        CheckOptionError: libcst is not installed.
    """
    places: dict[str, set[tuple[int, int]]] = {}
    for finding in findings:
        if finding.name == "removed-api":
            places.setdefault(finding.file, set()).add((finding.line, finding.column - 1))
    if not places:
        return ()
    made = (_change(base / name, name, at) for name, at in sorted(places.items()))
    return tuple(change for change in made if change.after != change.before)


def write(made: Sequence[Change]) -> None:
    """Write changed files.

    Raises:
        WriteError: A file cannot be written. Those before it are restored.
    """
    for index, change in enumerate(made):
        try:
            change.path.write_bytes(change.after)
        except OSError as error:
            for written in made[:index]:
                written.path.write_bytes(written.before)
            raise WriteError(change.path, error) from error


def _change(path: Path, name: str, places: set[tuple[int, int]]) -> Change:
    try:
        import libcst
        from libcst.metadata import MetadataWrapper
    except ImportError as error:
        raise CheckOptionError(
            "--fix and --diff need the package libcst", "install dashgen-cli[fix]"
        ) from error
    before = path.read_bytes()
    wrapper = MetadataWrapper(libcst.parse_module(before))
    return Change(path, name, before, wrapper.visit(_renamer(places)).bytes)


def _renamer(places: set[tuple[int, int]]) -> Any:
    import libcst as cst
    from libcst.metadata import PositionProvider

    class Renamer(cst.CSTTransformer):
        METADATA_DEPENDENCIES = (PositionProvider,)

        def is_meant(self, node: cst.CSTNode) -> bool:
            start = self.get_metadata(PositionProvider, node).start
            return (start.line, start.column) in places

        def leave_Attribute(  # noqa: N802, libcst's name
            self, original_node: cst.Attribute, updated_node: cst.Attribute
        ) -> cst.Attribute:
            if original_node.attr.value == "run_server" and self.is_meant(original_node):
                return updated_node.with_changes(attr=cst.Name("run"))
            return updated_node

        def leave_Import(  # noqa: N802, libcst's name
            self, original_node: cst.Import, updated_node: cst.Import
        ) -> cst.Import | cst.ImportFrom:
            if len(updated_node.names) != 1 or not self.is_meant(original_node):
                return updated_node
            alias = updated_node.names[0]
            name = MOVED.get(alias.evaluated_name)
            if name is None:
                return updated_node
            # Bound to the same name as before.
            bound = alias.evaluated_alias or alias.evaluated_name
            asname = None if bound == name else cst.AsName(cst.Name(bound))
            imported = cst.ImportAlias(cst.Name(name), asname=asname)
            return cst.ImportFrom(cst.Name("dash"), [imported])

        def leave_ImportFrom(  # noqa: N802, libcst's name
            self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
        ) -> cst.ImportFrom:
            module = updated_node.module
            if not isinstance(module, cst.Name) or not self.is_meant(original_node):
                return updated_node
            if module.value not in MOVED or isinstance(updated_node.names, cst.ImportStar):
                return updated_node
            renamed = cst.Attribute(cst.Name("dash"), cst.Name(MOVED[module.value]))
            return updated_node.with_changes(module=renamed)

    return Renamer()
