"""Which template version a project has, and which one it moves to."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from dashgen import checkout, git, home, versions
from dashgen.errors import TemplateSourceError, UnknownSourceError, VersionError
from dashgen.history import DamagedHistoryError, History
from dashgen.source import DISTRIBUTION, version
from dashgen.update.record import Record
from dashgen.update.scratch import neutral_environment


@dataclass(frozen=True)
class Versions:
    """The versions of one template."""

    history: History
    source: str
    """As a project records it."""

    @property
    def newest(self) -> str:
        """Return the tag that an update leads to."""
        return self.history.current

    def recorded(self, project: Path, record: Record) -> str:
        """Return the tag of the version that a project was made from.

        Raises:
            VersionError: It is not among these.
        """
        tags = self.history.tags
        if record.tag in tags:
            return record.tag
        # The same content under another name, such as a build of the checkout that wrote it.
        _, mark, content = record.tag.partition(checkout.CONTENT)
        for tag in tags if mark else ():
            if self.history.tree(tag).startswith(content):
                return tag
        if is_newer(record.tag, self.newest):
            raise VersionError(
                f"{project} has template {record.tag}, newer than this dashgen's {self.newest}",
                f"install a newer {DISTRIBUTION}",
            )
        raise VersionError(
            f"{project} has template {record.tag}, which dashgen {version()} does not know",
            f"install a {DISTRIBUTION} that was built with its tag",
        )

    def target(self, project: Path, recorded: str, wanted: str | None) -> str:
        """Return the tag to move to: the one that is wanted, or the newest.

        Raises:
            VersionError: It is not among these, or the project is beyond it.
        """
        if wanted is None:
            if is_newer(recorded, self.newest):
                raise VersionError(
                    f"{project} has template {recorded}, newer than this dashgen's {self.newest}",
                    f"install a newer {DISTRIBUTION}, or pass --to",
                )
            return self.newest
        name = f"v{wanted.removeprefix('v')}"
        found = [tag for tag in self.history.tags if name in {tag, tag.partition("+")[0]}]
        if not found:
            known = ", ".join(sorted(self.history.tags, key=Version)[-5:])
            raise VersionError(f"there is no template version {wanted}", f"there are: {known}")
        return name if name in found else recorded if recorded in found else found[-1]


def known(project: Path, record: Record, template: str | None) -> Versions:
    """Return the versions that a project may move between.

    Args:
        project: The project's folder.
        record: Its answers file.
        template: A bundle, a repository or its address, where dashgen's own template is not meant.

    Raises:
        UnknownSourceError: The project names a source that the user does not.
        TemplateSourceError: The source does not have versions of a template.
    """
    if template is not None and not _is_own(template):
        return Versions(_read(template), template)
    if template is None and not _is_own(record.source):
        raise UnknownSourceError(project, record.source, versions.RECORDED_SOURCE)
    return Versions(home.history(), versions.RECORDED_SOURCE)


def _is_own(source: str) -> bool:
    if source == versions.RECORDED_SOURCE:
        return True
    try:
        return Path(source).expanduser() == home.bundle()
    except RuntimeError:
        return False


def _read(template: str) -> History:
    try:
        path = Path(template).expanduser()
        if path.is_file():
            return History.read(path)
        git.require()
        with tempfile.TemporaryDirectory(prefix="dashgen-template-") as folder:
            subprocess.run(
                [
                    "git",
                    "clone",
                    "--quiet",
                    "--bare",
                    "--",
                    str(path) if path.exists() else template,
                    folder,
                ],
                env=neutral_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
            )
            history = checkout.released(Path(folder))
    except (OSError, RuntimeError, DamagedHistoryError) as error:
        raise TemplateSourceError(f"--template {template}: {error}") from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["no reason"])[-1]
        raise TemplateSourceError(f"--template {template}: {reason}") from error
    if not history.tags:
        raise TemplateSourceError(
            f"--template {template}: no release of a template there",
            "it needs tags such as v1.0.0, each with copier.yml and template/",
        )
    history.current = max(history.tags, key=Version)
    return history


def is_newer(tag: str, other: str) -> bool:
    """Compare two versions by their numbers; what is behind a plus sign has no order."""
    try:
        return _number(tag) > _number(other)
    except InvalidVersion:
        return False


def _number(tag: str) -> Version:
    return Version(Version(tag).public)
