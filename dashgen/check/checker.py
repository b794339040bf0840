"""Checks a project: finds its apps, asks the rules, drops unwanted findings."""

import gc
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashgen.check.apps import App, find_apps
from dashgen.check.findings import Finding, Problem, Rule
from dashgen.check.options import Options
from dashgen.check.project import Project, is_left_out, project_root, python_files
from dashgen.check.rules import RULES
from dashgen.check.syntax import FUNCTIONS
from dashgen.errors import CheckOptionError

NOQA = re.compile(r"#\s*noqa(?P<codes>:[\s,]*[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Checked:
    """The result."""

    findings: tuple[Finding, ...]
    files: int
    """How many files were looked at."""
    unreadable: tuple[tuple[Path, str], ...]
    """The files that cannot be read as Python, and why."""


def check_paths(paths: Sequence[Path], options: Options, base: Path) -> Checked:
    """Check some files and folders.

    Args:
        paths: The files and folders.
        options: Which rules count where.
        base: The folder that the reported paths are relative to, where they lie below it.
    """
    with _without_collection():
        return _check(paths, options, base)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Collect no garbage: syntax trees are many objects and none, and it doubles the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _check(paths: Sequence[Path], options: Options, base: Path) -> Checked:
    by_root: dict[Path, list[Path]] = {}
    for path in paths:
        by_root.setdefault(project_root(path), []).append(path)
    findings: list[Finding] = []
    unreadable: list[tuple[Path, str]] = []
    files = 0
    for root, named in by_root.items():
        project = Project(root)
        found = {file for path in named for file in _wanted(path, project, base)}
        wanted = {file for file in found if not options.excludes(file)}
        findings += _project_findings(project, wanted, options, base)
        for path in wanted.intersection(named):
            project.module(path)  # nothing may have asked for it
        unreadable += [(path, why) for path, why in project.unreadable.items() if path in wanted]
        files += len(wanted)
    return Checked(tuple(sorted(findings)), files, tuple(sorted(unreadable)))


def _project_findings(
    project: Project, wanted: set[Path], options: Options, base: Path
) -> Iterable[Finding]:
    """Return the findings that all apps of a module have in common."""
    apps: Counter[Path] = Counter()
    found: dict[Finding, tuple[Path, int]] = {}
    for app in find_apps(project, wanted):
        apps.update(module.path for module in app.modules)
        for finding, path in set(_app_findings(app, wanted, options, base)):
            found[finding] = path, found.get(finding, (path, 0))[1] + 1
    return [finding for finding, (path, times) in found.items() if times == apps[path]]


def _wanted(path: Path, project: Project, base: Path) -> list[Path]:
    found = [file for file in project.files if file.is_relative_to(path)]
    if path.is_file() and path.suffix != ".py":
        raise CheckOptionError(f"{path} is no Python file", "name a .py file or a folder")
    nothing = not found and (path.is_file() or any(python_files(path)))
    if nothing or is_left_out(path, base):
        raise CheckOptionError(
            f"{path} is not checked, because it is not the project's own code",
            "name a path outside of folders such as build and .venv",
        )
    return found


def _app_findings(
    app: App, wanted: set[Path], options: Options, base: Path
) -> Iterable[tuple[Finding, Path]]:
    for rule in RULES:
        if not options.selects(rule):
            continue
        for problem in rule.check(app):
            path = problem.module.path
            if path not in wanted or options.ignores(path, rule) or _is_silenced(problem, rule):
                continue
            yield _finding(problem, rule, base), path


def _finding(problem: Problem, rule: Rule, base: Path) -> Finding:
    path, node = problem.module.path, problem.node
    file = path.relative_to(base) if path.is_relative_to(base) else path
    line = getattr(node, "lineno", 1)
    lines = problem.module.lines
    source = lines[line - 1] if line <= len(lines) else ""
    start = _characters(source, getattr(node, "col_offset", 0))
    end = len(source)
    if getattr(node, "end_lineno", line) == line:
        end = _characters(source, getattr(node, "end_col_offset", 0))
    return Finding(
        file.as_posix(),
        line,
        start + 1,
        rule.identifier,
        problem.message,
        rule.severity,
        rule.name,
        rule.help,
        source,
        end + 1,
    )


def _characters(line: str, offset: int) -> int:
    """Return how many characters the first bytes of a line are."""
    return len(line.encode()[:offset].decode(errors="ignore"))


def _is_silenced(problem: Problem, rule: Rule) -> bool:
    """Say whether a comment on the first or the last line of the place silences the rule."""
    first = getattr(problem.node, "lineno", 1)
    is_function = isinstance(problem.node, FUNCTIONS)
    last = first if is_function else getattr(problem.node, "end_lineno", first)
    lines = problem.module.lines
    for number in {first, last}:
        found = NOQA.search(lines[number - 1]) if number <= len(lines) else None
        if found is None:
            continue
        codes = found["codes"]
        if codes is None or rule.identifier in re.findall(r"[A-Z]+[0-9]+", codes.upper()):
            return True
    return False
