"""Git's index: the sides of a conflict, the files that are not checked out, and restoring both."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from dashgen.files import File
from dashgen.project import git
from dashgen.project.repository import Repository

Stages = Mapping[int, File]
"""A file's versions: 1 is the common one, 2 the user's, 3 the template's. A single one is 0."""
Kept = dict[str, Any]
"""A path's entry as a journal holds it."""


def read(repository: Repository, paths: Iterable[str]) -> dict[str, Kept]:
    """Return the entries of the index for paths. A path without an entry has no stages."""
    found: dict[str, Kept] = {path: {"left_out": False, "stages": []} for path in paths}
    for line in git.listed(repository.git("ls-files", "-t", "--stage", "-z")):
        facts, path = line.split("\t", 1)
        flag, mode, item, stage = facts.split()
        if entry := found.get(path):
            entry["left_out"] = flag == "S"
            entry["stages"].append([int(mode, 8), item, int(stage)])
    return found


def put(repository: Repository, entries: Mapping[str, Kept]) -> None:
    """Make the index have these entries for their paths, and leave the others alone.

    Raises:
        RepositoryError: Git refuses, for instance because another git is at work.
    """
    if not entries:
        return
    nothing = "0" * (64 if repository.algorithm == "sha256" else 40)
    lines = []
    for path, entry in entries.items():
        name = os.fsencode(f"{repository.prefix}{path}")
        lines.append(b"0 %b\t%b" % (nothing.encode(), name))
        lines += [b"%o %b %d\t%b" % (m, i.encode(), s, name) for m, i, s in entry["stages"]]
    given = b"\0".join([*lines, b""])
    repository.git("update-index", "-z", "--index-info", given=given, top=True)
    left_out = [os.fsencode(path) for path, entry in entries.items() if entry["left_out"]]
    if left_out:
        given = b"\0".join([*left_out, b""])
        repository.git("update-index", "--skip-worktree", "-z", "--stdin", given=given)
    # Without this, tools that do not refresh by themselves take the entries for changed files.
    git.run(repository.project, "update-index", "-q", "--unmerged", "--refresh")


def stored(repository: Repository, stages: Stages) -> Kept:
    """Write versions into the repository's objects and return the entry that has them."""
    words = ("hash-object", "-w", "--stdin")
    return {
        "left_out": set(stages) == {0},
        "stages": [
            [file.mode, repository.git(*words, given=file.content).decode().strip(), stage]
            for stage, file in sorted(stages.items())
        ],
    }
