"""Rendering a template version by Copier, in the only module that imports Copier."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import copier
import yaml
from copier.errors import (
    CopierError,
    ExtensionNotFoundError,
    TaskError,
    UnsupportedVersionError,
)
from jinja2 import TemplateError
from plumbum import ProcessExecutionError, local

from dashgen import files, system
from dashgen.errors import RenderError
from dashgen.files import Files

# The errors of Copier and its libraries.
FAILURES = (
    *(CopierError, TemplateError, ProcessExecutionError, yaml.YAMLError),
    # A setting of another type than Copier expects.
    *(ValueError, TypeError, AttributeError, LookupError, OSError),
)

HINTS = {
    ExtensionNotFoundError: "install the extension beside dashgen",
    TaskError: "read its output above, and report it to the template's author",
    UnsupportedVersionError: "install a newer dashgen, or name an older release of the template "
    "with --ref",
}

# The beginnings of lines that give no reason.
ADVICE = ("For further information visit", "Make sure to install", "See the docs at")


def render(
    template: Files, folder: Path, answers: Mapping[str, Any], record: Mapping[str, str]
) -> None:
    """Render a template version into a folder.

    Args:
        template: The version's files.
        folder: To be filled. Its name is the project's folder name, which a template may look at.
        answers: The answers by question. A missing answer gets its default.
        record: The project's record of the template: its ``_commit`` and ``_src_path``.

    Raises:
        RenderError: Copier or Jinja refused the template or an answer.
    """
    # Without git on its path, Copier takes the version as a plain folder. Then it does not ask
    # git about every file.
    with files.laid(template) as name, local.env(PATH=""):
        _copy(str(name), folder, {**answers, "dashgen_release": dict(record)})


def render_from(
    source: str,
    ref: str,
    folder: Path,
    answers: Mapping[str, Any],
    *,
    trust: bool,
    tasks: bool,
    quiet: bool,
    exclude: Sequence[str],
) -> None:
    """Render a version of another template, as ``copier copy`` of its source does.

    Args:
        source: A folder, a git address or a bundle, as the project records it.
        ref: A tag, a branch or a commit. Empty is the newest release.
        folder: To be filled.
        answers: An answer to every question.
        trust: Let the template run commands and load code.
        tasks: Whether a trusted template runs its tasks.
        quiet: Show the output of the tasks only if one fails.
        exclude: Patterns of files to leave out, beside the template's own.

    Raises:
        RenderError: Copier or Jinja refused the template or an answer.
    """
    # The standard output is for the command's own result, which a program may read.
    with local.env(GIT_TERMINAL_PROMPT="0"), system.output_aside(quiet):
        _copy(
            source,
            folder,
            answers,
            vcs_ref=ref or None,
            unsafe=trust,
            skip_tasks=not tasks,
            exclude=exclude,
        )


def _copy(source: str, folder: Path, answers: Mapping[str, Any], **options: Any) -> None:
    try:
        # Copier's warnings are for the authors of templates.
        with warnings.catch_warnings(action="ignore"):
            copier.run_copy(
                source,
                folder,
                data=dict(answers),
                defaults=True,
                quiet=True,
                # The user's own Copier settings must not change the answers.
                settings=copier.Settings(),
                **options,
            )
    except FAILURES as error:
        raise RenderError(f"the template did not render: {_words(error)}", _hint(error)) from error
    _follow_umask(folder)


def _follow_umask(folder: Path) -> None:
    """Give files the modes of new files, because Copier copies the template's modes."""
    allowed = folder.stat().st_mode & 0o777
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            executable = path.stat().st_mode & 0o100
            path.chmod(allowed if executable else allowed & 0o666)


def _hint(error: BaseException) -> str:
    found = (hint for kind, hint in HINTS.items() if isinstance(error, kind))
    return next(found, "report this with your answers")


def _words(error: BaseException) -> str:
    text = str(getattr(error, "stderr", "") or error).strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(ADVICE)]
    return lines[-1].rstrip(".") if lines else type(error).__name__
