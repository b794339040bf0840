"""The few things dashgen asks of git, apart from the user's hooks and the caller's repository."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dashgen.errors import GitFailedError, GitMissingError

# Set by git for its hooks; they would point the commands below at another repository.
REPOSITORY_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
# A user's configuration must neither stop the first commit nor leave files out of it.
NEUTRAL = {
    "commit.gpgSign": "false",
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.safecrlf": "false",
}
FALLBACK_IDENTITY = {"user.name": "dashgen", "user.email": "dashgen@localhost"}


def require() -> None:
    """Make sure that git can be run.

    Raises:
        GitMissingError: It is not on the PATH.
    """
    if shutil.which("git") is None:
        raise GitMissingError


def configured(key: str, folder: Path | None = None) -> str:
    """Return a value of the user's configuration, empty where there is none or no git."""
    if shutil.which("git") is None:
        return ""
    return _run(folder, "config", "--get", key).stdout.strip()


def commit_all(folder: Path, message: str) -> str:
    """Make the folder a repository with one commit on ``main`` that holds all of it.

    Returns:
        The commit's hash.

    Raises:
        GitFailedError: Git refused.
    """
    _checked(folder, "init", "--quiet", "--template=")
    # Older versions of git have no `init --initial-branch`.
    _checked(folder, "symbolic-ref", "HEAD", "refs/heads/main")
    options = _settings(folder)
    _checked(folder, *options, "add", "--all")
    _checked(folder, *options, "commit", "--quiet", "--message", message)
    return _checked(folder, "rev-parse", "HEAD")


def is_unused(repository: Path) -> bool:
    """Say whether a folder is the top of a repository that holds no file yet."""
    if _run(repository, "rev-parse", "--show-prefix").stdout != "\n":
        return False
    top = _run(repository, "rev-parse", "--show-toplevel").stdout.strip()
    return (
        bool(top)
        and Path(top) == Path(os.path.realpath(repository))
        and not _run(repository, "ls-tree", "HEAD").stdout
        and not _run(repository, "ls-files").stdout
    )


def commit_for(repository: Path, folder: Path, message: str) -> str:
    """Make a commit of a folder in a repository that does not see it yet.

    Neither the branch nor the index nor the files of the repository change; ``adopt`` does that.

    Returns:
        The commit's hash.

    Raises:
        GitFailedError: Git refused.
    """
    git_folder = _checked(repository, "rev-parse", "--absolute-git-dir")
    options = (*_settings(repository), f"--git-dir={git_folder}", f"--work-tree={folder}")
    with tempfile.TemporaryDirectory() as aside:
        index = {"GIT_INDEX_FILE": str(Path(aside) / "index")}
        _checked(folder, *options, "add", "--all", environment=index)
        tree = _checked(folder, *options, "write-tree", environment=index)
    head = _run(repository, "rev-parse", "--verify", "--quiet", "HEAD").stdout.strip()
    parent = ("-p", head) if head else ()
    return _checked(folder, *options, "commit-tree", tree, *parent, "-m", message)


def adopt(repository: Path, commit: str) -> None:
    """Put the present branch of a repository, and its index, to a commit of its files.

    Raises:
        GitFailedError: Git refused.
    """
    _checked(repository, *_settings(repository), "update-ref", "HEAD", commit)
    _checked(repository, *_settings(repository), "reset", "--quiet")


def _settings(folder: Path) -> tuple[str, ...]:
    settings = NEUTRAL | {
        key: value
        for key, value in FALLBACK_IDENTITY.items()
        if not configured(key, folder) and not (key == "user.email" and os.environ.get("EMAIL"))
    }
    return tuple(word for key, value in settings.items() for word in ("-c", f"{key}={value}"))


def _checked(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    done = _run(folder, *arguments, environment=environment)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit {done.returncode}"]
        settings = {place + 1 for place, word in enumerate(arguments) if word == "-c"}
        verb = next(
            word
            for place, word in enumerate(arguments)
            if place not in settings and not word.startswith("-")
        )
        raise GitFailedError(verb, lines[-1])
    return done.stdout.strip()


def _run(
    folder: Path | None, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in REPOSITORY_VARIABLES}
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=kept | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
