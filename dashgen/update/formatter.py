"""The formatter of a project's own environment. dashgen itself has no formatter."""

import subprocess
from pathlib import Path

from dashgen.project import environment

FORMATTERS = {
    "ruff": ("format", "--quiet", "--stdin-filename", "{path}", "-"),
    "black": ("--quiet", "--stdin-filename", "{path}", "-"),
    "yapf": (),
}
SECONDS = 30.0


def formatted(project: Path, path: str, model: str, text: str) -> str:
    """Return a text in the format of a model, by the formatter that leaves the model alone.

    Args:
        project: The project's folder.
        path: The path of the text, for the formatter's settings.
        model: The user's file.
        text: The text to format. It stays as it is if no formatter of the project fits.
    """
    for name, words in FORMATTERS.items():
        if program := environment.program(project, name):
            command = [str(program), *(word.format(path=path) for word in words)]
            if _run(command, project, model) == model:
                return _run(command, project, text) or text
    return text


def _run(command: list[str], project: Path, text: str) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=project,
            input=text.encode(errors="surrogateescape"),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="surrogateescape")
