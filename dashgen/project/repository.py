"""The git repository that a project is in. It is read, never changed."""

import os
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dashgen.errors import NoRepositoryError, RepositoryError, git_hint
from dashgen.files import FILE, PLAIN, File, Files
from dashgen.project import git
from dashgen.project.git import BLOB, KINDS, object_id
from dashgen.scratch import temporary
from dashgen.system import in_turn

COMMIT_FIRST = f"commit the project first: {in_turn('git add --all && git commit')}"
# A file of the template that was renamed is smaller, and data of users need not be read.
LARGEST = 1 << 20


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
        """Return the variables by which git sees these objects."""
        # A list separated by colons, in which a path may stand in quotes.
        quoted = str(self._objects).replace("\\", "\\\\").replace('"', '\\"')
        return {
            "GIT_OBJECT_DIRECTORY": str(self.folder),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{quoted}"',
        }

    def put(self, content: bytes, kind: int = BLOB) -> str:
        """Write an object and return its hash."""
        name = object_id(content, self.algorithm, kind)
        path = self.folder / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(b"%b %d\0" % (KINDS[kind], len(content)) + content, 1))
        return name

    def put_files(self, files: Files) -> dict[str, tuple[int, str]]:
        """Write files and return their modes and hashes."""
        return {path: (file.mode, self.put(file.content)) for path, file in files.items()}

    def put_tree(self, entries: Mapping[str, tuple[int, str]]) -> str:
        """Write folders of files with these modes and hashes. Return the outermost one's hash."""
        return git.put_tree(entries, self.put)


@dataclass(frozen=True)
class Entry:
    """A file as it is committed."""

    mode: int
    id: str
    hidden: bool
    """Whether git was told not to look at the file on disk."""
    left_out: bool = False
    """Whether a sparse checkout leaves it out, so that it is not on the disk."""

    @property
    def is_plain(self) -> bool:
        """Whether it is neither a link nor a submodule."""
        return self.mode in PLAIN


@dataclass(frozen=True)
class Repository:
    """A project's repository."""

    project: Path
    root: Path
    prefix: str
    """The project's folder below the root, empty or ending with a slash."""
    private: Path
    """A folder inside git's own, for files that are never committed."""
    objects: Path
    algorithm: str
    head: str

    @classmethod
    def find(cls, project: Path) -> "Repository":
        """Return the repository around a project.

        Raises:
            GitMissingError: There is no git.
            NoRepositoryError: There is no repository.
            RepositoryError: It has no commit, or git refuses it.
        """
        git.require()
        words = (
            "--show-toplevel --show-prefix --git-path dashgen --git-path objects "
            "--show-object-format HEAD"
        )
        done = git.run(project, "rev-parse", *words.split())
        lines = os.fsdecode(done.stdout).split("\n")
        problem = os.fsdecode(done.stderr).strip().splitlines()
        git.check_owner("".join(problem))
        if done.returncode and len(lines) < 5:
            if "not a git repository" in "".join(problem):
                raise NoRepositoryError(project)
            raise RepositoryError(
                f"git refuses {project}: {problem[0] if problem else 'no reason'}"
            )
        if done.returncode:
            raise RepositoryError(f"the repository of {project} has no commit", COMMIT_FIRST)
        top, prefix, private, objects, algorithm, head = lines[:6]
        place = (project / private).resolve()
        return cls(
            project, Path(top), prefix, place, (project / objects).resolve(), algorithm, head
        )

    @property
    def operation(self) -> str:
        """Return the name of git's unfinished operation, such as rebase. Empty if there is none."""
        marks = {
            "rebase-merge": "rebase",
            "rebase-apply": "rebase",
            "MERGE_HEAD": "merge",
            "CHERRY_PICK_HEAD": "cherry-pick",
            "REVERT_HEAD": "revert",
        }
        there = (word for mark, word in marks.items() if (self.private.parent / mark).exists())
        return next(there, "")

    def tree(self) -> str:
        """Return the hash of the project's folder in the last commit, empty if it is not there."""
        words = ("rev-parse", "--verify", "--quiet", "HEAD:./")
        return os.fsdecode(git.run(self.project, *words).stdout).strip()

    def changes(self) -> list[str]:
        """Return the project's files that differ from the last commit, without new ones."""
        words = "--untracked-files=no --ignore-submodules=all --no-renames -- ."
        output = self.git("status", "--porcelain=v1", "-z", *words.split())
        return [line[3:] for line in git.listed(output)]

    def tracked(self) -> dict[str, Entry]:
        """Return the project's files in the index."""
        entries = {}
        for line in git.listed(self.git("ls-files", "-v", "--stage", "-z")):
            facts, path = line.split("\t", 1)
            flag, mode, name, _ = facts.split()
            left_out = flag == "S" and not os.path.lexists(self.project / path)
            entries[path] = Entry(int(mode, 8), name, flag != "H" and not left_out, left_out)
        return entries

    def on_disk(self, scratch: Scratch, wanted: Collection[str]) -> dict[str, Entry]:
        """Return the project's files as they are now, without those that git ignores.

        Args:
            scratch: The place of files that git does not track.
            wanted: Paths of files. If git tracks them all, those that it does not are left out.
        """
        entries = {
            path: entry
            for path, entry in self.tracked().items()
            if entry.left_out or os.path.lexists(self.project / path)
        }
        if entries.keys() >= set(wanted):
            return entries
        for path in git.listed(self.git("ls-files", "--others", "--exclude-standard", "-z")):
            file = self.project / path
            if not file.is_file() or file.is_symlink():
                continue
            if path in wanted or file.stat().st_size <= LARGEST:
                entries[path] = Entry(FILE, scratch.put(file.read_bytes()), False)
        return entries

    def contents(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the content of objects by their hashes."""
        return git.contents(self.project, names)

    @contextmanager
    def scratch(self) -> Iterator[Scratch]:
        """Give a place for objects beside the repository's, for the time of the block."""
        with temporary() as folder:
            yield Scratch(folder, self.objects, self.algorithm)

    def renames(
        self,
        scratch: Scratch,
        gone: Mapping[str, tuple[int, str]],
        come: Mapping[str, tuple[int, str]],
        similarity: int,
    ) -> dict[str, str]:
        """Say which of the files that are gone have come back under another name.

        Args:
            scratch: The place of the trees.
            gone: Modes and hashes of files by their old paths.
            come: The same by new paths.
            similarity: Percentage of a file that must be the same.
        """
        if not gone or not come:
            return {}
        options = ("-r", "-z", f"-M{similarity}%", "-l0", "--diff-filter=R")
        trees = scratch.put_tree(gone), scratch.put_tree(come)
        output = self.git("diff-tree", *options, *trees, environment=scratch.environment)
        words = git.listed(output)
        return dict(zip(words[1::3], words[2::3], strict=False))

    def checked_out(self, scratch: Scratch, files: Files) -> dict[str, bytes]:
        """Return the content of files on the disk, with git's line endings and filters.

        Raises:
            RepositoryError: A filter failed.
        """
        if not files:
            return {}
        with temporary() as folder:
            lines = [
                b"%o %b\t%b\0" % (mode, item.encode(), os.fsencode(f"{self.prefix}{path}"))
                for path, (mode, item) in scratch.put_files(files).items()
            ]
            index = {"GIT_INDEX_FILE": str(folder / "index")}
            run = partial(self.git, environment=scratch.environment | index, top=True)
            run("update-index", "-z", "--index-info", given=b"".join(lines))
            run("checkout-index", "--all", f"--prefix={folder}/tree/")
            return {path: (folder / "tree" / self.prefix / path).read_bytes() for path in files}

    def diff(self, scratch: Scratch, files: Files, *, color: bool) -> str:
        """Return git's comparison of files with the project's files on the disk."""
        entries = {f"{self.prefix}{path}": e for path, e in scratch.put_files(files).items()}
        when = f"--color={'always' if color else 'never'}"
        options = (when, "--no-ext-diff", "--ignore-submodules=all", "--relative")
        words = (*options, scratch.put_tree(entries), "--", ".")
        output = self.git("diff", *words, environment=scratch.environment)
        return output.decode(errors="replace")

    def difference(
        self, scratch: Scratch, entries: Mapping[str, Entry], writes: Mapping[str, File | None]
    ) -> str:
        """Return the patch of a project that writing and removing files would make."""
        before = {p: (e.mode, e.id) for p, e in entries.items() if p in writes}
        after = scratch.put_files({path: file for path, file in writes.items() if file})
        trees = scratch.put_tree(before), scratch.put_tree(after)
        output = self.git(
            "diff", "--color=never", "--no-ext-diff", *trees, environment=scratch.environment
        )
        return output.decode(errors="replace")

    def git(
        self,
        *words: str,
        given: bytes = b"",
        environment: Mapping[str, str] | None = None,
        top: bool = False,
    ) -> bytes:
        """Run git in the project, or in the top folder of the repository. Return its output.

        Raises:
            RepositoryError: Git refuses, for instance because another git is at work.
        """
        folder = self.root if top else self.project
        done = git.run(folder, *words, given=given, environment=environment)
        if done.returncode:
            fault = git.reason(done)
            raise RepositoryError(f"git {words[0]} failed in {folder}: {fault}", git_hint(fault))
        return done.stdout
