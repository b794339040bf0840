"""Projects to update, made without a process for each step."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from dashgen import versions
from dashgen.answers import Answer
from dashgen.history import File, Files, History
from dashgen.source import template_root
from dashgen.update.pristine import Version, unpacked
from tests.cli.helpers import git

Tree = dict[str, File]


def own_version() -> Version:
    """Return the version that this dashgen makes projects of."""
    return Version(versions.template_version(), template_root(), versions.RECORDED_SOURCE)


def fresh(version: Version, **answers: Answer) -> Tree:
    """Return what a new project has."""
    return version.render(version.answers("shop", {"author": ""}, answers))


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
        own = versions.history().files(versions.template_version())
        folder.mkdir(exist_ok=True)
        self._fresh: dict[tuple[object, ...], Tree] = {}
        self.history = History()
        self.path = folder / "own.bundle"
        for tag, changes in releases.items():
            files = dict(own)
            for path, text in changes.items():
                files[path] = File(text.encode())
            self.history.add(tag, files)
        self.path.write_bytes(self.history.to_bytes())

    def fresh(self, tag: str, **answers: Answer) -> Tree:
        """Return what a new project of this version has."""
        key = (tag, *sorted(answers.items()))
        if key not in self._fresh:
            with unpacked(self.history, tag, str(self.path)) as version:
                self._fresh[key] = fresh(version, **answers)
        return dict(self._fresh[key])
