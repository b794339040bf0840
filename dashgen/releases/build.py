"""The template in a checkout or an unpacked source distribution: its files now, and as released.

The build hook imports this module where nothing but the standard library is installed.
"""

import re
from pathlib import Path

from dashgen.errors import GitFailedError
from dashgen.files import File, read
from dashgen.project import git
from dashgen.releases.bundle import CONTENT, PACKED, Bundle, tree_of
from dashgen.scratch import temporary

RELEASE = re.compile(r"v?\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?")


def template_files(root: Path) -> dict[str, File]:
    """Return the files of a checkout that Copier needs, by path: ``copier.yml`` and ``template/``.

    Raises:
        UnsafePathError: A file of it, or a folder, is a link.
    """
    content = read(root / "template")
    return {"copier.yml": File((root / "copier.yml").read_bytes())} | {
        f"template/{path}": file for path, file in content.items()
    }


def content_tag(version: str, tree: str) -> str:
    """Return the tag of content that is not a release: the version and the content's hash."""
    return f"v{version}{CONTENT}{tree[:10]}"


def packed_tag(version: str, tree: str, released: Bundle) -> str:
    """Return the tag under which a build with this version packs this content."""
    tag = f"v{version}"
    if not RELEASE.fullmatch(version) or (tag in released.tags and released.tree(tag) != tree):
        return content_tag(version, tree)
    return tag


def build(root: Path, version: str) -> Bundle:
    """Return the bundle that a build packs: the released versions and the content as it is now.

    Args:
        root: A checkout, or an unpacked source distribution, which has the bundle at ``PACKED``.
        version: The version being built.
    """
    bundle = Bundle()
    packed = root / "dashgen" / PACKED
    if packed.is_file():
        bundle.include(Bundle.read(packed))
    # Not those of later releases: a build of an older one gives the same again.
    bundle.include(released(root, "--merged=HEAD"))
    files = template_files(root)
    bundle.add(packed_tag(version, tree_of(files), bundle), files)
    return bundle


def of_checkout(root: Path, version: str) -> Bundle:
    """Return the bundle of a checkout that dashgen runs from."""
    bundle = released(root)
    now = of_content(root, version)
    bundle.include(now)
    bundle.current = now.current
    return bundle


def of_content(root: Path, version: str) -> Bundle:
    """Return a checkout's content as it is now, without asking git for anything."""
    bundle = Bundle()
    files = template_files(root)
    bundle.add(content_tag(version, tree_of(files)), files)
    return bundle


def released(repository: Path, *options: str) -> Bundle:
    """Return the versions that a repository has tags for, or none without git.

    Args:
        repository: A checkout's root, or a bare repository.
        options: Those of ``git tag --list`` that choose among the tags.
    """
    bundle = Bundle()
    for tag in _tags(repository, *options):
        with temporary() as folder:
            if files := _files_at(repository, tag, folder):
                bundle.add(tag, files)
    return bundle


def _tags(repository: Path, *options: str) -> list[str]:
    try:
        place = git.output(repository, "rev-parse", "--show-cdup", "--is-bare-repository")
        tags = git.output(repository, "tag", "--list", "v*", *options).split()
    except (FileNotFoundError, GitFailedError):
        return []
    # A folder in somebody else's repository has none of its tags.
    own = place.splitlines()[0] in {"false", "true"}
    return [tag for tag in tags if own and RELEASE.fullmatch(tag)]


def _files_at(repository: Path, tag: str, folder: Path) -> dict[str, File]:
    # From a partial clone, as pip makes them, a checkout fetches all files at once.
    tree = folder / "tree"
    tree.mkdir()
    environment = {
        "GIT_DIR": git.output(repository, "rev-parse", "--absolute-git-dir"),
        "GIT_INDEX_FILE": str(folder / "index"),
        "GIT_WORK_TREE": str(tree),
    }
    # Symbolic links become files with the name that they lead to, as on Windows: none is followed.
    plain = {"core.autocrlf": "false", "core.bare": "false", "core.symlinks": "false"}
    git.output(tree, "read-tree", "--reset", "-u", tag, config=plain, environment=environment)
    return template_files(tree) if (tree / "copier.yml").is_file() else {}
