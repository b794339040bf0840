"""Rendering dashgen's own template by Jinja alone, in half the time that Copier takes to import.

It knows what that template uses of Copier and nothing else; what else it meets is left to Copier.
The files are the same, byte by byte, which the tests compare for every choice.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from jinja2 import FileSystemLoader, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from dashgen.answers import Answers, compiled, environment, facts
from dashgen.questions import load, settings
from dashgen.versions import release

SUFFIX = ".jinja"
KNOWN_SETTINGS = {"_min_copier_version", "_subdirectory", "_answers_file", "_envops"}
KNOWN_ENVOPS = {"undefined": "jinja2.StrictUndefined"}


class _UnknownError(Exception):
    """The template wants something that only Copier has."""


def render(
    source: Path,
    destination: Path,
    answers: Answers,
    record: Mapping[str, str] | None = None,
) -> None:
    """Render the template into a folder.

    Args:
        source: The folder with ``copier.yml``.
        destination: The empty folder to fill.
        answers: An answer to every visible question.
        record: What the project is to remember of the template; dashgen's own where left out.

    Raises:
        RenderError: The template does not render.
    """
    try:
        # All in memory first: nothing is left of a template that only Copier can render.
        files = list(_files(source, destination, answers, record or release()))
    except (_UnknownError, TemplateError):
        # Imported here, because that is what this module saves.
        from dashgen.render import render as render_with_copier

        render_with_copier(source, destination, answers, record)
        return
    allowed = destination.stat().st_mode & 0o777
    for path, content, executable in files:
        file = destination / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if executable:
            file.chmod(allowed)


def _files(
    source: Path, destination: Path, answers: Answers, record: Mapping[str, str]
) -> Iterator[tuple[PurePath, bytes, bool]]:
    """Yield the path, the content and the executable bit of every file of the project."""
    stated = settings(source)
    if unknown := set(stated) - KNOWN_SETTINGS or stated.get("_envops") != KNOWN_ENVOPS:
        raise _UnknownError(unknown)
    jinja = _environment(source)
    context = {
        **_context(source, destination, answers, str(stated["_answers_file"])),
        "dashgen_release": dict(record),
    }
    root = source / str(stated["_subdirectory"])
    for path in sorted(root.rglob("*")):
        if path.is_symlink():
            raise _UnknownError(path)
        if path.is_dir() or path.with_name(path.name + SUFFIX).exists():
            continue
        relative = path.relative_to(root)
        name = relative.with_suffix("") if path.suffix == SUFFIX else relative
        parts = [_rendered(part, context) for part in name.parts]
        if not all(parts):
            continue
        content = path.read_bytes()
        if path.suffix == SUFFIX:
            content = (
                jinja.get_template(path.relative_to(source).as_posix()).render(context).encode()
            )
        yield PurePath(*parts), content, bool(path.stat().st_mode & 0o100)


def _context(
    source: Path, destination: Path, answers: Answers, answers_file: str
) -> Mapping[str, Any]:
    return {
        **facts(load(source), answers),
        "_copier_answers": dict(answers),
        "_copier_conf": {
            "answers_file": PurePath(answers_file),
            "dst_path": destination,
        },
    }


def _rendered(part: str, context: Mapping[str, Any]) -> str:
    return compiled(part).render(context) if "{" in part else part


@lru_cache(2)  # an update renders two versions, each several times
def _environment(source: Path) -> SandboxedEnvironment:
    """Return what compiles each file of a template once, and again only when the file changes."""
    return environment(FileSystemLoader(source))
