"""Rendering; the only module that imports Copier."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import copier
from copier.errors import CopierError
from jinja2 import TemplateError
from plumbum import local

from dashgen.errors import RenderError
from dashgen.versions import release


def render(
    source: Path,
    destination: Path,
    answers: Mapping[str, Any],
    record: Mapping[str, str] | None = None,
) -> None:
    """Render the template into a folder.

    Args:
        source: The folder with ``copier.yml``.
        destination: The folder to fill.
        answers: An answer to every question.
        record: What the project is to remember of the template; dashgen's own where left out.

    Raises:
        RenderError: Copier or Jinja refused the template or an answer.
    """
    try:
        # Without git on its path Copier takes a checkout as the plain folder it is, and does not
        # ask git about every file it writes. Its warnings are for template authors.
        with local.env(PATH=""), warnings.catch_warnings(action="ignore"):
            copier.run_copy(
                str(source),
                destination,
                data={**answers, "dashgen_release": dict(record or release())},
                defaults=True,
                quiet=True,
                # The user's own Copier settings must not change what the answers say.
                settings=copier.Settings(),
            )
    except (CopierError, TemplateError, ValueError) as error:
        raise RenderError(
            f"the template did not render: {error}", "report this with your answers"
        ) from error
    _follow_umask(destination)


def _follow_umask(folder: Path) -> None:
    """Give files the modes of newly written ones; Copier copies those of the template's files."""
    allowed = folder.stat().st_mode & 0o777
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            executable = path.stat().st_mode & 0o100
            path.chmod(allowed if executable else allowed & 0o666)
