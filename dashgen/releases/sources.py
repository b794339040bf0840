"""The sources of template versions: this machine, or another template that the user names.

Both kinds of source answer the same questions: the versions, the questions of a version, and its
rendered files. Everything is read as ``Files``, so that nothing of a template touches the disk
before Copier renders it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from dashgen import files, scratch, system
from dashgen.errors import (
    ExitCode,
    ForeignTemplateError,
    GitFailedError,
    TemplateSourceError,
    UnknownSourceError,
    UnknownVersionError,
    VersionError,
)
from dashgen.files import PLAIN, File, Files
from dashgen.project import git
from dashgen.project.record import SOURCE_KEY, VERSION_KEY, Record
from dashgen.releases import installed
from dashgen.releases.bundle import CONTENT, Bundle
from dashgen.template.questions import SETTINGS_FILES, Template, read

PASSWORD = re.compile(r"(://[^/@:]*):[^/@]*(?=@)")
# Copier's short forms of addresses.
HOSTS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}


@dataclass(frozen=True)
class TemplateVersion:
    """A version that can be asked about and rendered."""

    tag: str
    source: str
    """As a project records it."""
    template: Template
    files: Files = field(repr=False)
    own: bool = True
    trust: bool = False

    def render(
        self, folder: Path, answers: Mapping[str, Any], *, tasks: bool = True, quiet: bool = False
    ) -> None:
        """Fill a folder, whose name a template may look at.

        Args:
            folder: To be filled.
            answers: An answer to every question.
            tasks: Whether a trusted template runs its tasks.
            quiet: Show the output of the tasks only if one fails.

        Raises:
            RenderError: Copier refused the template or an answer.
            UnsafePathError: It gives a name that is none of a project's, such as git's own folder.
        """
        # Importing Copier is most of a command's start-up. An error must not cost it.
        from dashgen.template import rendering

        if self.own:
            record = {VERSION_KEY: self.tag, SOURCE_KEY: self.source}
            rendering.render(self.files, folder, answers, record)
        else:
            settings = self.template.settings
            # A template's own exclusions replace Copier's, and the clone's own folder comes along.
            whole = settings.get("_subdirectory") in (None, "", ".")
            # From its source, so that Copier finds submodules and records the same as always.
            rendering.render_from(
                self.source,
                self.tag,
                folder,
                answers,
                trust=self.trust,
                tasks=tasks,
                quiet=quiet,
                exclude=["/.git"] if whole else [],
            )
            made = folder / ".git"
            # The caller decides about the repository, as a task that makes one cannot know.
            if settings.get("_tasks") and made.is_dir() and not made.is_symlink():
                system.remove_tree(made)
        files.check(folder)

    def rendered(self, name: str, answers: Mapping[str, Any]) -> dict[str, File]:
        """Return the rendered files for a folder of this name, and leave nothing on the disk.

        Raises:
            RenderError: Copier refused the template or an answer.
        """
        with scratch.temporary() as aside:
            folder = aside / name
            folder.mkdir()
            self.render(folder, answers)
            return files.read(folder)


@dataclass(frozen=True)
class OwnSource:
    """Dashgen's own template, with all versions that are on this machine."""

    bundle: Bundle

    @property
    def newest(self) -> str:
        """The tag that an update leads to."""
        return self.bundle.current

    def recorded(self, project: Path, record: Record) -> str:
        """Return the tag of the version that a project was made from.

        Raises:
            VersionError: It is not on this machine.
        """
        if record.tag in self.bundle.tags:
            return record.tag
        # The same content under another name, such as a build of the checkout that wrote it.
        _, mark, content = record.tag.partition(CONTENT)
        for tag in self.bundle.tags if mark and re.fullmatch(r"[0-9a-f]{10}", content) else ():
            if self.bundle.tree(tag).startswith(content):
                return tag
        if is_newer(record.tag, self.newest):
            raise TooNewError(project, record.tag, self.newest)
        raise VersionError(
            f"{project} has template {record.tag}, which dashgen {installed.version()} "
            "does not know",
            f"install a {installed.DISTRIBUTION} that was built with its tag",
        )

    def wanted(self, stated: str, recorded: str) -> str:
        """Return the tag of the version that is stated.

        Raises:
            VersionError: It is not on this machine.
        """
        return _wanted(list(self.bundle.tags), stated, recorded)

    def version(self, tag: str) -> TemplateVersion:
        """Return a version by its tag."""
        content = self.bundle.files(tag)
        return TemplateVersion(tag, installed.RECORDED_SOURCE, read(content), content)


@dataclass(frozen=True)
class FetchedSource:
    """Another template: a clone of a git repository, or a plain folder.

    Args:
        source: As a project records it.
        stated: As the user names it, which errors repeat.
        folder: The clone, without files of its own, or the plain folder.
        trust: Let the template run commands and load code.
        advice: What to do about a template that wants to, without trust.
    """

    source: str
    stated: str
    folder: Path
    trust: bool
    advice: str

    @cached_property
    def tags(self) -> list[str]:
        """The tags that are versions, the oldest first."""
        if not self._is_clone:
            return []
        tags = git.output(self.folder, "tag", "--list").split()
        return sorted((tag for tag in tags if _number(tag)), key=Version)

    @property
    def newest(self) -> str:
        """The newest release as Copier sees it, or else the last commit. It may be empty."""
        final = [tag for tag in self.tags if not Version(tag).is_prerelease]
        if tags := final or self.tags:
            return tags[-1]
        if not self._is_clone:
            return ""
        done = git.run(self.folder, "describe", "--tags", "--always", "HEAD")
        return os.fsdecode(done.stdout).strip()

    def recorded(self, project: Path, record: Record) -> str:
        """Return the revision that a project was made from.

        Raises:
            VersionError: The source does not have it.
        """
        if self._has(record.tag):
            return record.tag
        if is_newer(record.tag, self.newest):
            raise TooNewError(project, record.tag, self.newest)
        raise VersionError(
            f"{project} has template {record.tag}, which {self.source} does not have",
            "name the source that it was made from",
        )

    def wanted(self, stated: str, recorded: str) -> str:
        """Return the tag or another revision that is stated.

        Raises:
            VersionError: The source does not have it.
        """
        return stated if self._has(stated) else _wanted(self.tags, stated, recorded)

    def version(self, tag: str) -> TemplateVersion:
        """Return a version by its tag, or by another name that git knows.

        Raises:
            TemplateSourceError: There is no template at that revision.
            ForeignTemplateError: There is no such revision, or it wants to run something.
        """
        content = self._files(tag)
        if not any(name in content for name in SETTINGS_FILES):
            raise TemplateSourceError(
                f"--template {self.stated}: no release of a template there",
                "name a folder, a git address or a bundle with a copier.yml",
            )
        own = installed.own_template().visible
        template = replace(read(content), options=frozenset(question.name for question in own))
        if template.runs and not self.trust:
            raise ForeignTemplateError(
                self.stated, f"it wants to run {' and '.join(template.runs)}", self.advice
            )
        return TemplateVersion(tag, self.source, template, content, own=False, trust=self.trust)

    @property
    def _is_clone(self) -> bool:
        return (self.folder / ".git").exists()

    def _has(self, revision: str) -> bool:
        if not self._is_clone or revision.startswith("-"):
            return False
        words = ("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return git.run(self.folder, *words).returncode == 0

    def _files(self, revision: str) -> dict[str, File]:
        if not self._is_clone:
            if revision:
                problem = f"a plain folder has no {revision}"
                raise ForeignTemplateError(self.stated, problem, "leave out --ref")
            return files.read(self.folder)
        if not self._has(revision):
            known = ", ".join(self.tags[-5:]) or "none"
            raise ForeignTemplateError(
                self.stated, f"it has no {revision}", f"its releases are {known}"
            )
        words = ("ls-tree", "-r", "-z", "--full-tree", revision)
        entries: dict[str, tuple[int, str]] = {}
        for line in git.listed(git.run(self.folder, *words).stdout):
            facts, path = line.split("\t", 1)
            mode, _, name = facts.split()
            # Links and submodules are Copier's affair. They hold no question.
            if int(mode, 8) in PLAIN:
                entries[path] = (int(mode, 8), name)
        found = git.contents(self.folder, (name for _, name in entries.values()))
        return {path: File(found[name], mode) for path, (mode, name) in entries.items()}


Source = OwnSource | FetchedSource
"""The versions of one template."""


class TooNewError(VersionError):
    """A project has a version that is newer than all that are there."""

    def __init__(self, project: Path, tag: str, newest: str, more: str = "") -> None:
        super().__init__(
            f"{project} has template {tag}, newer than this dashgen's {newest}",
            f"install a newer {installed.DISTRIBUTION}{more}",
        )


@contextmanager
def chosen(source: str | None, ref: str | None, trust: bool) -> Iterator[TemplateVersion]:
    """Give the version that a new project is made from, for the time of the block.

    Args:
        source: Another template than dashgen's own.
        ref: A tag, a branch or a commit of that. Default: the newest release.
        trust: Let that run commands and load code.

    Raises:
        DashgenError: It is not available, or wants to run something without trust.
    """
    if source is None:
        tag, content = installed.own_tag(), installed.own_files()
        yield TemplateVersion(tag, installed.RECORDED_SOURCE, installed.own_template(), content)
        return
    with _fetched(source, trust, "read them, and pass --trust if you agree") as fetched:
        version = fetched.version(ref or fetched.newest)
    yield version


@contextmanager
def opened(source: str | None, recorded: str) -> Iterator[Source]:
    """Give the source of a project's template, for the time of the block.

    Args:
        source: Another template than dashgen's, as the user names it, or None.
        recorded: The record of the project.

    Raises:
        UnknownSourceError: The project names a source that the user does not.
        TemplateSourceError: The source has no template.
    """
    if source is None and not is_own(recorded):
        raise UnknownSourceError(recorded, installed.RECORDED_SOURCE)
    if source is None or is_own(source):
        yield OwnSource(installed.everything())
        return
    with _fetched(source, False, "read them, and use copier update --trust") as fetched:
        # Before anything is said about the project's version: it has no files outside the template.
        fetched.version(fetched.newest)
        yield fetched


@contextmanager
def _fetched(source: str, trust: bool, advice: str) -> Iterator[FetchedSource]:
    if not source or source.startswith("-"):
        raise ForeignTemplateError(source, "is no address", "name a folder or a git address")
    try:
        path = Path(source).expanduser()
    except RuntimeError as error:
        raise ForeignTemplateError(
            source, "there is no such home folder", "name another"
        ) from error
    there = path.exists()
    # A folder is recorded in a form that is found again from any current folder.
    name = str(path.absolute()) if there and not source.startswith("~") else source
    shown = PASSWORD.sub(r"\1", source)
    if path.is_dir() and not _is_repository(path):
        with _as_usage():
            yield FetchedSource(name, shown, path, trust, advice)
        return
    address = str(path) if there else _address(source)
    with _as_usage(), scratch.temporary() as folder:
        git.require()
        words = ("clone", "--quiet", "--no-checkout", "--", address, str(folder))
        try:
            git.output(None, *words, environment={"GIT_TERMINAL_PROMPT": "0"})
        except GitFailedError as error:
            reason = error.message.partition("failed: ")[2].replace(address, shown)
            raise TemplateSourceError(
                f"--template {shown}: {reason}", "is the address right, and may you read it?"
            ) from error
        yield FetchedSource(name, shown, folder, trust, advice)


@contextmanager
def _as_usage() -> Iterator[None]:
    """Take an error of a template that the user names for a wrong word of the command line."""
    try:
        yield
    except TemplateSourceError as error:
        error.exit_code = ExitCode.USAGE
        raise


def _is_repository(folder: Path) -> bool:
    return (folder / ".git").exists() or (folder / "HEAD").is_file()


def _address(source: str) -> str:
    for short, host in HOSTS.items():
        if source.startswith(short):
            return host + source.removeprefix(short)
    return source


def is_own(source: str) -> bool:
    """Say whether a source, as a project records it, is dashgen's own template."""
    if source == installed.RECORDED_SOURCE:
        return True
    try:
        return Path(source).expanduser() == installed.shared_bundle()
    except RuntimeError:
        return False


def _wanted(tags: list[str], stated: str, recorded: str) -> str:
    name = f"v{stated.removeprefix('v')}"
    found = [tag for tag in tags if name in {tag, tag.partition("+")[0]}]
    if not found:
        some = ", ".join(sorted(tags, key=Version)[-5:])
        raise UnknownVersionError(f"there is no template version {stated}", f"there are: {some}")
    return name if name in found else recorded if recorded in found else found[-1]


def is_newer(tag: str, other: str) -> bool:
    """Compare two versions by their numbers. The part behind a plus sign has no order."""
    one, two = _number(tag), _number(other)
    return one is not None and two is not None and one > two


def _number(tag: str) -> Version | None:
    try:
        return Version(Version(tag).public)
    except InvalidVersion:
        return None
