"""The checks of the variants find what is broken: one break of each kind."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.projects import Variant, render

from .checks import check_duplicates, check_files, check_no_jinja, lint
from .conftest import Boot
from .requirements import check_requirements

CALLBACK = """

from dash import Input, Output, callback


@callback(Output("home-nowhere", "children"), Input("shell-theme-toggle", "n_clicks"))
def nowhere(clicks):
    return clicks
"""
TWICE = """

from dash import Input, Output, callback


@callback(Output("explore-graph", "figure"), Input("explore-color", "value"))
def twice(color):
    return color
"""
DUPLICATE = '\n\nx = Output("a", "b", allow_duplicate=True)\n'
WARNS = '\nimport warnings\n\nwarnings.warn("old")\n'
LOGS = '\nimport logging\n\nlogging.getLogger(__name__).warning("odd")\n'


@dataclass(frozen=True)
class Break:
    """One change to a good project, and the words by which a check complains of it."""

    file: str
    old: str
    new: str
    complaint: str
    """A regular expression."""


def added(file: str, text: str, complaint: str) -> Break:
    """Return the break that appends a text to a file."""
    return Break(file, r"\Z", text, complaint)


BOOT = {
    "a part that does not import": added(
        "myapp/core/storage.py", "\nimport nowhere\n", "No module named 'nowhere'"
    ),
    "an unknown id": added("myapp/pages/home.py", CALLBACK, "no component has the id home-nowhere"),
    "an output of two callbacks": added("myapp/pages/home.py", TWICE, "two callbacks write"),
    "an id of two components": Break(
        "myapp/pages/profile/ids.py",
        "profile-load",
        "profile-submit",
        "ids that two components have",
    ),
    "a page that fails": Break(
        "myapp/pages/home.py", r"\ndef layout\(.*", r"\g<0>\n    raise ValueError", "ValueError"
    ),
    "a page that is missing": Break(
        "myapp/pages/reports/page.py", 'path="/reports"', 'path="/r"', "missing: {'/reports'}"
    ),
    "a warning": added("myapp/pages/explore/data.py", WARNS, "UserWarning: old"),
    "a logged warning": added("myapp/pages/explore/data.py", LOGS, "logged: .*odd"),
}
READ = {
    "a missing dependency": Break(
        "pyproject.toml", '\n *"diskcache[^\n]*', "", "imported and not asked for: .'diskcache'"
    ),
    "a spare dependency": Break(
        "pyproject.toml",
        '"gunicorn',
        '"polars",\n    "gunicorn',
        "asked for and not imported: polars",
    ),
    "a file that does not parse": added("pyproject.toml", "[", "[Ii]nvalid|Expected"),
    "Jinja that is left": added("README.md", "{{ name }}\n", "README.md: Jinja is left"),
    "a duplicate without a reason": added("myapp/pages/home.py", DUPLICATE, "no stated reason"),
}
LINT = {
    "a file that is not formatted": added("app.py", "x = {  'a':1}\n", "app.py"),
    "an import that nothing uses": added(
        "myapp/pages/explore/data.py", "\n\ndef f() -> None:\n    import os\n", "F401"
    ),
}


def table(breaks: dict[str, Break]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", breaks.values(), ids=breaks)


@pytest.fixture
def broken(tmp_path: Path, fault: Break) -> Path:
    """Return a project with a break."""
    project = render(tmp_path, Variant())
    path = project / fault.file
    text, changes = re.subn(fault.old, fault.new, path.read_text(), count=1)
    assert changes == 1
    path.write_text(text)
    return project


@table(BOOT)
def test_booting_finds(broken: Path, fault: Break, boot: Boot) -> None:
    wrong = boot(broken, {})
    assert re.search(fault.complaint, wrong), wrong


@table(READ)
def test_reading_finds(broken: Path, fault: Break) -> None:
    checks: list[Callable[[Path], None]] = [
        check_files,
        check_no_jinja,
        check_duplicates,
        check_requirements,
    ]
    complaints = []
    for check in checks:
        try:
            check(broken)
        except (AssertionError, ValueError) as error:
            complaints.append(str(error))
    assert re.search(fault.complaint, "\n".join(complaints)), complaints


@table(LINT)
def test_linting_finds(broken: Path, fault: Break) -> None:
    assert re.search(fault.complaint, lint(broken))
