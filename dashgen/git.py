"""The few things dashgen asks of git, apart from the user's hooks and the caller's repository."""

import os
import shutil
import subprocess
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
    settings = NEUTRAL | {
        key: value
        for key, value in FALLBACK_IDENTITY.items()
        if not configured(key, folder) and not (key == "user.email" and os.environ.get("EMAIL"))
    }
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    _checked(folder, *options, "add", "--all")
    _checked(folder, *options, "commit", "--quiet", "--message", message)
    return _checked(folder, "rev-parse", "HEAD")


def _checked(folder: Path, *arguments: str) -> str:
    done = _run(folder, *arguments)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit {done.returncode}"]
        verb = next(word for word in arguments if word in {"init", "add", "commit"})
        raise GitFailedError(verb, lines[-1])
    return done.stdout.strip()


def _run(folder: Path | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in REPOSITORY_VARIABLES}
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
