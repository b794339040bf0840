"""``dashgen check``: the linter, for any Dash app."""

from collections.abc import Sequence
from pathlib import Path

from dashgen.check import fix as fixes
from dashgen.check.checker import Checked, check_paths
from dashgen.check.fix import Change
from dashgen.check.options import read_options
from dashgen.errors import CheckOptionError


def check(
    paths: Sequence[Path] = (), *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Checked:
    """Check the Dash apps in some files and folders. Nothing of them is imported or run.

    Args:
        paths: Files and folders. Default: the current folder.
        select: The rules that count: an identifier, the start of one, or a name.
        ignore: The rules that do not.

    Raises:
        CheckOptionError: A path, a rule or the project's configuration is not usable.
    """
    base = Path.cwd()
    found = [path.resolve() for path in paths] or [base]
    for named, path in zip(paths, found, strict=False):
        if not path.exists():
            raise CheckOptionError(f"there is no {named}", "see 'dashgen check --help'")
    first = found[0] if found[0].is_dir() else found[0].parent
    return check_paths(found, read_options(first, select, ignore), base)


def fix(checked: Checked, *, write: bool = True) -> tuple[Change, ...]:
    """Use Dash's new names, and return the changes.

    Args:
        checked: The findings in the same folder.
        write: Whether the files are written.

    Raises:
        CheckOptionError: libcst is not installed.
        WriteError: A file cannot be written. Nothing is changed.
    """
    changes = fixes.changes(checked.findings, Path.cwd())
    if write:
        fixes.write(changes)
    return changes
