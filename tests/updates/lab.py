"""Projects to update, made without a process for each step."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from dashgen.files import File, Files
from dashgen.releases import installed
from dashgen.releases.bundle import Bundle
from dashgen.releases.sources import TemplateVersion
from dashgen.template.answers import Answer, Stated, resolve
from dashgen.template.questions import read
from tests.cli.helpers import git

Tree = dict[str, File]


def own_version() -> TemplateVersion:
    """Return the version that this dashgen makes projects of."""
    source = installed.RECORDED_SOURCE
    template, files = installed.own_template(), installed.own_files()
    return TemplateVersion(installed.own_tag(), source, template, files)


def fresh(version: TemplateVersion, **answers: Answer) -> Tree:
    """Return what a new project has."""
    stated = {key: Stated(value, key) for key, value in answers.items()}
    offered = {"name": Stated("shop", ""), "author": Stated("", "")}
    return version.rendered("shop", resolve(version.template, stated, offered).answers)


def write(folder: Path, files: Files) -> None:
    """Make a folder hold these files and, apart from git's own, no others."""
    folder.mkdir(exist_ok=True)
    for entry in folder.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
        target.chmod(file.mode & 0o777)


def commit(folder: Path, message: str = "work") -> None:
    """Commit everything, what is ignored too."""
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)


def project(folder: Path, files: Files) -> Path:
    """Make a committed project of these files."""
    write(folder, files)
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


def files_of(folder: Path) -> Tree:
    """Return the files of a project as git would see their modes."""
    return {
        path.relative_to(folder).as_posix(): File(
            path.read_bytes(), 0o100755 if path.stat().st_mode & 0o100 else 0o100644
        )
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


class Template:
    """A template of a test's own: a bundle whose versions are this template with other files.

    Args:
        folder: Where the bundle is written.
        releases: By tag, what differs from dashgen's own template.
    """

    def __init__(self, folder: Path, releases: Mapping[str, Mapping[str, str]]) -> None:
        own = installed.own_files()
        bundle = Bundle()
        for tag, changes in releases.items():
            files = dict(own)
            for path, text in changes.items():
                files[path] = File(text.encode())
            bundle.add(tag, files)
        self._write(folder, bundle)

    @classmethod
    def of(cls, folder: Path, bundle: Bundle) -> "Template":
        """Return a template with the versions of a bundle."""
        template = cls.__new__(cls)
        template._write(folder, bundle)
        return template

    def _write(self, folder: Path, bundle: Bundle) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._fresh: dict[tuple[object, ...], Tree] = {}
        self.bundle = bundle
        self.path = folder / "own.bundle"
        self.path.write_bytes(bundle.to_bytes())

    def fresh(self, tag: str, **answers: Answer) -> Tree:
        """Return what a new project of this version has."""
        key = (tag, *sorted(answers.items()))
        if key not in self._fresh:
            files = self.bundle.files(tag)
            version = TemplateVersion(tag, str(self.path), read(files), files)
            self._fresh[key] = fresh(version, **answers)
        return dict(self._fresh[key])
