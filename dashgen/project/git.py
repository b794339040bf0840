"""Git: one way to run it, the needs of ``dashgen new``, and its objects."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from dashgen import scratch
from dashgen.errors import DubiousOwnerError, GitFailedError, GitMissingError, RepositoryError

# Git's own variables may point a command at another repository, or change its output. Git sets them
# for its hooks. These do neither: who commits, how other machines are reached, traces.
HARMLESS = (
    "GIT_ASKPASS",
    "GIT_AUTHOR",
    "GIT_CEILING",
    "GIT_COMMITTER",
    "GIT_CONFIG",
    "GIT_PROXY",
    "GIT_SSH",
    "GIT_SSL",
    "GIT_TERMINAL_PROMPT",
    "GIT_TRACE",
)
NOWHERE = "/dev/null"  # git knows this name on Windows, too
# Hooks and monitors of the user have no part in dashgen's work.
# Paths may be longer than the old limit of Windows.
QUIET = {"core.hooksPath": NOWHERE, "core.fsmonitor": "false", "core.longPaths": "true"}
# A user's configuration must neither stop the first commit nor leave files out of it.
COMMITTING = {
    "commit.gpgSign": "false",
    "core.excludesFile": NOWHERE,
    "core.safecrlf": "false",
}
# Git's kinds of objects as a pack numbers them, and its mode of a folder.
COMMIT, TREE, BLOB = 1, 2, 3
KINDS = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob"}
FOLDER = 0o040000
UNREACHED = "Could not read from remote"  # git's words for a server that does not answer
FALLBACK_IDENTITY = {"user.name": "dashgen", "user.email": "dashgen@localhost"}


def run(
    folder: Path | None,
    *arguments: str,
    given: bytes = b"",
    config: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, in English, without the caller's repository and without a prompt.

    Args:
        folder: The folder in which it runs. None is the current folder.
        arguments: The command and its arguments.
        given: Its standard input.
        config: Settings that go before the user's.
        environment: Variables that it gets beside those that are harmless.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(HARMLESS)
    }
    settings = [f"{key}={value}" for key, value in {**QUIET, **(config or {})}.items()]
    return subprocess.run(
        [
            program() or "git",
            *(word for setting in settings for word in ("-c", setting)),
            *arguments,
        ],
        cwd=folder,
        env=kept | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"} | dict(environment or {}),
        input=given,
        capture_output=True,
        check=False,
    )


def output(
    folder: Path | None,
    *arguments: str,
    config: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run git and return its output, without the space around it.

    Raises:
        GitFailedError: It refused.
    """
    done = run(folder, *arguments, config=config, environment=environment)
    if done.returncode:
        verb = next(word for word in arguments if not word.startswith("-"))
        raise GitFailedError(verb, reason(done))
    return os.fsdecode(done.stdout).strip()


def reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the line of git's output that names the fault. Advice may stand below it."""
    said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
    for place, line in enumerate(said):
        mark, _, fault = line.partition(": ")
        if mark in ("fatal", "error"):
            # If another program reaches the server, that one knows why it could not.
            return said[place - 1] if place and fault.startswith(UNREACHED) else fault
    return (said or [f"exit {done.returncode}"])[-1]


def listed(output: bytes) -> list[str]:
    """Return the items of git's output, of which each ends with a zero byte."""
    return [item for item in os.fsdecode(output).split("\0") if item]


def contents(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return the content of a repository's objects by their names.

    Raises:
        RepositoryError: One is not there.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    given = "\n".join(wanted).encode()
    said = run(folder, "cat-file", "--batch", given=given).stdout
    found = {}
    position = 0
    for name in wanted:
        end = said.find(b"\n", position)
        words = said[position:end].split()
        if len(words) != 3:
            raise RepositoryError(f"git has lost the object {name}", "run git fsck")
        position = end + 1 + int(words[2]) + 1
        found[name] = said[end + 1 : position - 1]
    return found


def require() -> None:
    """Make sure that git can be run.

    Raises:
        GitMissingError: It is not on the PATH.
    """
    if not is_there():
        raise GitMissingError


def is_there() -> bool:
    """Say whether git is on the PATH."""
    return program() is not None


def program() -> str | None:
    """Return the path of git: `git.exe` or `git.cmd` on Windows, which a bare name may miss."""
    return shutil.which("git")


def configured(key: str, folder: Path | None = None) -> str:
    """Return a value of the user's configuration, or nothing if there is none or no git."""
    if not is_there():
        return ""
    return os.fsdecode(run(folder, "config", "--get", key).stdout).strip()


def commit_all(folder: Path, message: str) -> str:
    """Make the folder a repository with one commit on ``main`` that holds all of it.

    Returns:
        The commit's hash.

    Raises:
        GitFailedError: Git refused.
    """
    output(folder, "init", "--quiet", "--template=")
    # Older versions of git have no `init --initial-branch`.
    output(folder, "symbolic-ref", "HEAD", "refs/heads/main")
    settings = _committing(folder)
    output(folder, "add", "--all", config=settings)
    output(folder, "commit", "--quiet", "--message", message, config=settings)
    return output(folder, "rev-parse", "HEAD")


def around(folder: Path) -> Path | None:
    """Return the top of the repository in which a folder is or would be, or None.

    Raises:
        RepositoryError: Git does not trust it, or it is none although it looks like one.
        GitFailedError: Git refused.
    """
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    done = run(there, "rev-parse", "--show-toplevel")
    said = os.fsdecode(done.stderr)
    top = None
    if not done.returncode:
        top = Path(os.path.realpath(os.fsdecode(done.stdout).rstrip("\n")))
    check_owner(said)
    # Git passes by a folder of this name that is empty, and goes on to the next repository above.
    if os.path.lexists(folder / ".git") and top != folder:
        raise RepositoryError(
            f"{folder / '.git'} is there, but it is no repository",
            "remove it and try again",
        )
    if top is None and "not a git repository (or any" not in said:
        raise GitFailedError("rev-parse", reason(done))
    return top


def check_owner(said: str) -> None:
    """Raise an error if git has said that a repository belongs to another user.

    Raises:
        DubiousOwnerError: It has.
    """
    if found := re.search(r"dubious ownership in repository at '(.*)'", said):
        raise DubiousOwnerError(found[1])


def ignored(repository: Path, paths: Iterable[str]) -> list[str]:
    """Return the paths that a repository ignores. The path of a folder ends with a slash."""
    given = b"".join(os.fsencode(path) + b"\0" for path in paths)
    return listed(run(repository, "check-ignore", "-z", "--stdin", given=given).stdout)


def is_unused(repository: Path) -> bool:
    """Say whether a repository holds no file yet."""
    return not run(repository, "ls-tree", "HEAD").stdout and not run(repository, "ls-files").stdout


def committed(repository: Path, commit: str) -> set[str]:
    """Return the paths of the files in a commit."""
    return set(listed(run(repository, "ls-tree", "-r", "-z", "--name-only", commit).stdout))


def commit_for(repository: Path, folder: Path, message: str) -> str:
    """Make a commit of a folder in a repository that does not see it yet.

    The branch, the index and the files of the repository do not change. ``adopt`` does that.

    Returns:
        The commit's hash.

    Raises:
        GitFailedError: Git refused.
    """
    git_folder = output(repository, "rev-parse", "--absolute-git-dir")
    there = {"GIT_DIR": git_folder, "GIT_WORK_TREE": str(folder)}
    settings = _committing(repository)
    with scratch.temporary() as aside:
        index = there | {"GIT_INDEX_FILE": str(aside / "index")}
        output(folder, "add", "--all", config=settings, environment=index)
        tree = output(folder, "write-tree", config=settings, environment=index)
    head = os.fsdecode(run(repository, "rev-parse", "--verify", "--quiet", "HEAD").stdout).strip()
    parent = ("-p", head) if head else ()
    words = ("commit-tree", tree, *parent, "-m", message)
    return output(folder, *words, config=settings, environment=there)


def adopt(repository: Path, commit: str) -> None:
    """Put the present branch of a repository, and its index, to a commit of its files.

    Raises:
        GitFailedError: Git refused.
    """
    settings = _committing(repository)
    output(repository, "update-ref", "HEAD", commit, config=settings)
    output(repository, "reset", "--quiet", config=settings)


def _committing(folder: Path) -> dict[str, str]:
    return COMMITTING | {
        key: value
        for key, value in FALLBACK_IDENTITY.items()
        if not configured(key, folder) and not (key == "user.email" and os.environ.get("EMAIL"))
    }


def object_id(content: bytes, algorithm: str = "sha1", kind: int = BLOB) -> str:
    """Return the hash by which git knows an object."""
    return hashlib.new(algorithm, b"%b %d\0" % (KINDS[kind], len(content)) + content).hexdigest()


def put_tree(files: Mapping[str, tuple[int, str]], put: Callable[[bytes, int], str]) -> str:
    """Write folders of files, and return the hash of the outermost one.

    Args:
        files: Modes and hashes of the files, by path.
        put: Writes an object of a kind, and returns its hash.
    """
    entries: dict[str, tuple[int, str]] = {}
    below: dict[str, dict[str, tuple[int, str]]] = {}
    for path, file in files.items():
        name, _, rest = path.partition("/")
        if rest:
            below.setdefault(name, {})[rest] = file
        else:
            entries[name] = file
    entries |= {name: (FOLDER, put_tree(content, put)) for name, content in below.items()}
    # Git sorts a folder as if its name ended with a slash.
    ordered = sorted(
        entries, key=lambda name: os.fsencode(f"{name}{'/' * (entries[name][0] == FOLDER)}")
    )
    return put(
        b"".join(
            b"%o %b\0" % (entries[name][0], os.fsencode(name)) + bytes.fromhex(entries[name][1])
            for name in ordered
        ),
        TREE,
    )
