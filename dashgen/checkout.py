"""The template in a checkout or an unpacked source distribution: its files now, and as released.

The build hook imports this module where nothing but the standard library is installed.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from dashgen.history import EXECUTABLE, FILE, File, History, tree_of

# Where the packed history is below the import package.
PACKED = "_history/template.bundle"
RELEASE = re.compile(r"v?\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?")
# As in git's own output for a `+`, which PEP 440 has for what is not a release.
CONTENT = "+t"


def template_files(root: Path) -> dict[str, File]:
    """Return what Copier needs of a checkout, by path: ``copier.yml`` and ``template/``."""
    paths = [root / "copier.yml", *sorted((root / "template").rglob("*"))]
    return {
        path.relative_to(root).as_posix(): File(
            path.read_bytes(), EXECUTABLE if path.stat().st_mode & 0o100 else FILE
        )
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts
    }


def content_tag(version: str, tree: str) -> str:
    """Return the tag of what is not a release: the version and the content's own hash."""
    return f"v{version}{CONTENT}{tree[:10]}"


def packed_tag(version: str, tree: str, released: History) -> str:
    """Return the tag under which a build with this version packs this content."""
    tag = f"v{version}"
    if not RELEASE.fullmatch(version) or (tag in released.tags and released.tree(tag) != tree):
        return content_tag(version, tree)
    return tag


def build(root: Path, version: str) -> History:
    """Return the history that a build packs: what was released, and the content as it is now.

    Args:
        root: A checkout, or an unpacked source distribution, which has the history at ``PACKED``.
        version: The version being built.
    """
    history = History()
    packed = root / "dashgen" / PACKED
    if packed.is_file():
        history.take(History.read(packed))
    # Not those of later releases: a build of an older one gives the same again.
    history.take(released(root, "--merged=HEAD"))
    files = template_files(root)
    history.add(packed_tag(version, tree_of(files), history), files)
    return history


def of_checkout(root: Path, version: str) -> History:
    """Return the history of a checkout that dashgen runs from."""
    history = released(root)
    now = of_content(root, version)
    history.take(now)
    history.current = now.current
    return history


def of_content(root: Path, version: str) -> History:
    """Return a checkout's content as it is now, without asking git for anything."""
    history = History()
    files = template_files(root)
    history.add(content_tag(version, tree_of(files)), files)
    return history


def released(repository: Path, *options: str) -> History:
    """Return the versions that a repository has tags for; none where there is no git.

    Args:
        repository: A checkout's root, or a bare repository.
        options: Those of ``git tag --list`` that choose among the tags.
    """
    history = History()
    for tag in _tags(repository, *options):
        with tempfile.TemporaryDirectory() as folder:
            if files := _files_at(repository, tag, Path(folder)):
                history.add(tag, files)
    return history


def _tags(repository: Path, *options: str) -> list[str]:
    try:
        place = _git(repository, "rev-parse", "--show-cdup", "--is-bare-repository").split("\n")
        tags = _git(repository, "tag", "--list", "v*", *options).split()
    except (FileNotFoundError, subprocess.CalledProcessError):
        return []
    # A folder in somebody else's repository has none of its tags.
    own = place[0] in {"", "true"}
    return [tag for tag in tags if own and RELEASE.fullmatch(tag)]


def _files_at(repository: Path, tag: str, folder: Path) -> dict[str, File]:
    # Checked out rather than read object by object: from a partial clone, as pip makes them, git
    # then fetches all files at once.
    environment = {"GIT_INDEX_FILE": str(folder / "index"), "GIT_WORK_TREE": str(folder / "tree")}
    (folder / "tree").mkdir()
    git_dir = _git(repository, "rev-parse", "--absolute-git-dir").strip()
    plain = ("-c", "core.autocrlf=false", "-c", "core.bare=false")
    _git(folder, *plain, f"--git-dir={git_dir}", "read-tree", "--reset", "-u", tag, **environment)
    return template_files(folder / "tree") if (folder / "tree/copier.yml").is_file() else {}


def _git(folder: Path, *arguments: str, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
