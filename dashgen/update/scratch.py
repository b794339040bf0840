"""Objects that git can see beside those of a repository, without being put into it."""

import os
import zlib
from collections.abc import Mapping
from pathlib import Path

from dashgen.history import BLOB, FOLDER, KINDS, TREE, Files, object_id, tree_content


class Scratch:
    """A folder of git objects that borrows the rest from a repository.

    Args:
        folder: An empty folder.
        objects: The repository's own objects.
        algorithm: The repository's hash function.
    """

    def __init__(self, folder: Path, objects: Path, algorithm: str) -> None:
        self.folder = folder
        self.algorithm = algorithm
        self._objects = objects

    @property
    def environment(self) -> dict[str, str]:
        """Return what makes git see these objects."""
        # A list separated by colons, in which a path may stand in quotes.
        quoted = str(self._objects).replace("\\", "\\\\").replace('"', '\\"')
        return {
            "GIT_OBJECT_DIRECTORY": str(self.folder),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{quoted}"',
        }

    def put(self, content: bytes, kind: int = BLOB) -> str:
        """Write an object and return its hash."""
        name = object_id(KINDS[kind], content, self.algorithm)
        path = self.folder / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(b"%b %d\0" % (KINDS[kind], len(content)) + content, 1))
        return name

    def put_files(self, files: Files) -> dict[str, tuple[int, str]]:
        """Write files and return their modes and hashes."""
        return {path: (file.mode, self.put(file.content)) for path, file in files.items()}

    def put_tree(self, entries: Mapping[str, tuple[int, str]]) -> str:
        """Write folders of files with these modes and hashes; return the outermost one's hash."""
        here: dict[str, tuple[int, str]] = {}
        below: dict[str, dict[str, tuple[int, str]]] = {}
        for path, entry in entries.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            else:
                here[name] = entry
        for name, content in below.items():
            here[name] = (FOLDER, self.put_tree(content))
        return self.put(tree_content(here), TREE)


# What a user sets to reach other machines, or to look into git.
HARMLESS = (
    "GIT_CONFIG",
    "GIT_CEILING",
    "GIT_TRACE",
    "GIT_SSH",
    "GIT_SSL",
    "GIT_ASKPASS",
    "GIT_PROXY",
)


def neutral_environment() -> dict[str, str]:
    """Return this process's environment without what points git elsewhere or changes its output."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(HARMLESS)
    }
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
