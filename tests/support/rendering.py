"""Rendering many projects in one process, and the template of another checkout.

A warm render by Copier takes 0.2 s. Half of it is Jinja, which compiles the same 400 texts anew
because Copier makes an environment for each render. A quarter is YAML, which Copier reads by the
loader in Python. Neither depends on the answers, so both are shortened here by what is public.
A template's files are laid into a folder once. And what was rendered before, as the default
project for half of the tests, is written from memory.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
import pytest
import yaml

from dashgen import files
from dashgen.files import File, Files
from dashgen.releases import build
from dashgen.releases.sources import TemplateVersion
from dashgen.template.answers import Stated, resolve
from dashgen.template.questions import SafeLoader, read

Key = tuple[Any, ...]
_compiled: dict[Key, CodeType | str] = {}
_compile = jinja2.Environment.compile


@contextmanager
def compiled_once() -> Iterator[None]:
    """Let Jinja compile each text once in this process, while the block runs."""

    def compile_once(
        self: jinja2.Environment,
        source: Any,
        name: str | None = None,
        filename: str | None = None,
        raw: bool = False,
        defer_init: bool = False,
    ) -> CodeType | str:
        settings = (self.keep_trailing_newline, self.undefined, *sorted(self.extensions))
        # Not the file: each render has the template in another folder.
        key = (source, name, raw, defer_init, self.block_start_string, *settings)
        if not isinstance(source, str):
            return _compile(self, source, name, filename, raw, defer_init)  # type: ignore[call-overload, no-any-return]
        if key not in _compiled:
            _compiled[key] = _compile(self, source, name, filename, raw, defer_init)  # type: ignore[call-overload]
        else:
            self.preprocess(source, name, filename)  # Copier forgets by it what yielded before
        return _compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compile_once)
        # Copier makes its loader of this one; the one in C gives the same.
        patch.setattr(yaml, "SafeLoader", SafeLoader)
        yield


@contextmanager
def laid_once() -> Iterator[None]:
    """Let each template version be laid into one folder, while the block runs."""
    known: dict[frozenset[tuple[str, File]], Path] = {}
    lay = files.laid

    @contextmanager
    def recall(template: Files) -> Iterator[Path]:
        content = frozenset(template.items())
        if content not in known:
            known[content] = stack.enter_context(lay(template))
        yield known[content]

    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "laid", recall)
        yield


@contextmanager
def rendered_once() -> Iterator[None]:
    """Let Copier render each project once in this process, while the block runs."""
    known: dict[Key, Files] = {}
    render, rendered = TemplateVersion.render, TemplateVersion.rendered

    def key_of(version: TemplateVersion, name: str, answers: Mapping[str, Any]) -> Key:
        content = frozenset(version.files.items())
        return (version.tag, version.source, content, name, repr(sorted(answers.items())))

    def fill(
        self: TemplateVersion, folder: Path, answers: Mapping[str, Any], **options: bool
    ) -> None:
        key = key_of(self, folder.name, answers)
        if key in known:
            files.lay(known[key], folder)
        else:
            render(self, folder, answers, **options)
            if self.own:
                known[key] = files.read(folder)

    def recall(self: TemplateVersion, name: str, answers: Mapping[str, Any]) -> Files:
        key = key_of(self, name, answers)
        if key not in known:
            known[key] = rendered(self, name, answers)
        return dict(known[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TemplateVersion, "render", fill)
        patch.setattr(TemplateVersion, "rendered", recall)
        yield


@cache
def version_at(root: Path) -> TemplateVersion:
    """Return the template of a checkout as it is now."""
    own = build.template_files(root)
    return TemplateVersion("v0.0.0", "a test's", read(own), own)


def render_at(root: Path, project: Path, answers: Mapping[str, Any]) -> Path:
    """Render the template of a checkout into a folder, and return that."""
    version = version_at(root)
    stated = {key: Stated(value, key) for key, value in answers.items()}
    name = {"name": Stated(project.name, "")}
    project.mkdir(parents=True, exist_ok=True)
    version.render(project, resolve(version.template, stated, name).answers)
    return project
