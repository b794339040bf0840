"""Template versions in one file that Copier takes as a repository: a git bundle.

Written and read without git. Each version is a tag on a commit without a parent. Everything in a
commit follows from the tag's name and the files. So the same version has the same hash from each
build. Objects are stored whole, never as deltas.

The build hook imports this module where nothing but the standard library is installed.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dashgen.errors import UnsafePathError
from dashgen.files import PLAIN, File, Files, checked
from dashgen.project.git import BLOB, COMMIT, FOLDER, KINDS, object_id, put_tree

# The place of the bundle in a build, below the import package.
PACKED = "_history/template.bundle"
SIGNATURE = b"# v2 git bundle\n"
TAGS = "refs/tags/"
# It is never read, but must be the same everywhere.
AUTHOR = b"dashgen <dashgen@localhost> 946684800 +0000"
CHUNK = 4096
# Between a version and the hash of a content that is no release. PEP 440 has the plus sign for it.
CONTENT = "+t"


class DamagedBundleError(ValueError):
    """A file is not a bundle as this module writes it."""


@dataclass
class Bundle:
    """Template versions by tag."""

    tags: dict[str, str] = field(default_factory=dict)
    current: str = ""
    """The tag that a clone begins with."""
    _objects: dict[str, tuple[int, bytes]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, path: Path) -> "Bundle":
        """Read a bundle.

        Raises:
            OSError: It cannot be read.
            DamagedBundleError: It is cut off, changed, or not a bundle.
        """
        data = path.read_bytes()
        bundle = cls(*_read_header(data))
        pack = data[data.index(b"\n\n") + 2 :]
        try:
            for kind, content in _unpacked(pack):
                bundle._put(content, kind)
            for tag in bundle.tags:
                bundle.files(tag)
        except (LookupError, ValueError, UnsafePathError, struct.error, zlib.error) as error:
            raise DamagedBundleError(f"its objects are damaged: {error}") from error
        return bundle

    def to_bytes(self) -> bytes:
        """Return the bundle, the same for the same versions."""
        head = self.tags[self.current]
        references = {"refs/heads/main": head, "HEAD": head}
        references |= {f"{TAGS}{tag}": commit for tag, commit in sorted(self.tags.items())}
        lines = "".join(f"{commit} {name}\n" for name, commit in references.items())
        return SIGNATURE + lines.encode() + b"\n" + _packed(self._reachable())

    def add(self, tag: str, files: Files) -> None:
        """Add a version, or replace the one with this tag, and make it the current one."""
        entries = {path: (file.mode, self._put(file.content)) for path, file in files.items()}
        tree = put_tree(entries, self._put)
        text = f"tree {tree}\n".encode()
        text += b"author %b\ncommitter %b\n\n%b\n" % (AUTHOR, AUTHOR, tag.encode())
        self.tags[tag] = self._put(text, COMMIT)
        self.current = tag

    def include(self, other: "Bundle") -> None:
        """Add another bundle's versions. If both have a tag, the other's counts."""
        self._objects |= other._objects
        self.tags |= other.tags

    def files(self, tag: str) -> dict[str, File]:
        """Return a version's files.

        Raises:
            KeyError: There is no such tag.
        """
        return dict(self._walk(self.tree(tag), ""))

    def tree(self, tag: str) -> str:
        """Return the hash of a version's content."""
        return self._objects[self.tags[tag]][1].split(b"\n", 1)[0].split()[1].decode()

    def _put(self, content: bytes, kind: int = BLOB) -> str:
        name = object_id(content, kind=kind)
        self._objects[name] = (kind, content)
        return name

    def _walk(self, tree: str, prefix: str) -> Iterator[tuple[str, File]]:
        for name, (mode, item) in _tree_entries(self._objects[tree][1]):
            if mode == FOLDER:
                yield from self._walk(item, f"{prefix}{name}/")
            elif mode in PLAIN:
                yield checked(f"{prefix}{name}"), File(self._objects[item][1], mode)
            else:
                # A link leads to any place that its author chose, and a submodule to another
                # server.
                raise ValueError(f"{prefix}{name} is not a plain file")

    def _reachable(self) -> dict[str, tuple[int, bytes]]:
        """Return the objects that the tags need, in a fixed order."""
        needed: set[str] = set()

        def visit(tree: str) -> None:
            if tree in needed:
                return
            needed.add(tree)
            for _, (mode, item) in _tree_entries(self._objects[tree][1]):
                if mode == FOLDER:
                    visit(item)
                else:
                    needed.add(item)

        for tag, commit in self.tags.items():
            needed.add(commit)
            visit(self.tree(tag))
        return {name: self._objects[name] for name in sorted(needed)}


def read_tags(path: Path) -> Bundle:
    """Read a bundle's versions without their content, for which it need not be read whole.

    Raises:
        OSError: It cannot be read.
        DamagedBundleError: It is not a bundle.
    """
    with path.open("rb") as file:
        header = SIGNATURE if file.read(len(SIGNATURE)) == SIGNATURE else b""
        for line in file if header else ():
            header += line
            if line == b"\n":
                break
    return Bundle(*_read_header(header))


def tree_of(files: Files) -> str:
    """Return the hash that git gives to a folder with these files."""
    bundle = Bundle()
    bundle.add("", files)
    return bundle.tree("")


def _tree_entries(content: bytes) -> Iterator[tuple[str, tuple[int, str]]]:
    position = 0
    while position < len(content):
        end = content.index(b"\0", position)
        mode, name = content[position:end].split(b" ", 1)
        position = end + 21
        yield name.decode(), (int(mode, 8), content[end + 1 : position].hex())


def _read_header(data: bytes) -> tuple[dict[str, str], str]:
    """Return a bundle's tags, and the one that is current."""
    head, separator, _ = data.partition(b"\n\n")
    if not head.startswith(SIGNATURE) or not separator:
        raise DamagedBundleError("it is not a git bundle")
    try:
        lines = head.decode().splitlines()[1:]
        references = {name: commit for commit, name in (line.split(" ", 1) for line in lines)}
    except ValueError as error:
        raise DamagedBundleError("it is not a git bundle") from error
    tags = {
        name.removeprefix(TAGS): commit
        for name, commit in references.items()
        if name.startswith(TAGS)
    }
    current = [tag for tag, commit in tags.items() if commit == references.get("HEAD")]
    if not current:
        raise DamagedBundleError("it has no current version")
    return tags, current[0]


def _packed(objects: Mapping[str, tuple[int, bytes]]) -> bytes:
    parts = [struct.pack(">4sLL", b"PACK", 2, len(objects))]
    for kind, content in objects.values():
        parts += [_object_header(kind, len(content)), zlib.compress(content, 9)]
    data = b"".join(parts)
    return data + hashlib.sha1(data).digest()


def _object_header(kind: int, size: int) -> bytes:
    # Four bits of the size, and seven more with each byte. The highest bit tells that one follows.
    header = bytearray()
    byte, size = kind << 4 | size & 15, size >> 4
    while size:
        header.append(byte | 128)
        byte, size = size & 127, size >> 7
    header.append(byte)
    return bytes(header)


def _unpacked(pack: bytes) -> Iterator[tuple[int, bytes]]:
    signature, version, count = struct.unpack_from(">4sLL", pack)
    if (signature, version) != (b"PACK", 2) or hashlib.sha1(pack[:-20]).digest() != pack[-20:]:
        raise ValueError("the check sum is wrong")
    position = 12
    for _ in range(count):
        byte = pack[position]
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 128:
            position += 1
            byte = pack[position]
            size |= (byte & 127) << shift
            shift += 7
        position += 1
        if kind not in KINDS:
            raise ValueError("it holds deltas")
        # In pieces, because the rest after each would be copied otherwise.
        stream, content = zlib.decompressobj(), bytearray()
        while not stream.eof:
            piece = pack[position : position + CHUNK]
            if not piece:
                raise ValueError("it is cut off")
            content += stream.decompress(piece)
            position += len(piece) - len(stream.unused_data)
        if len(content) != size:
            raise ValueError("a size is wrong")
        yield kind, bytes(content)
