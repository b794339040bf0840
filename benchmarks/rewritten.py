"""From which share of a file on it counts as rewritten: decisions that are wrong, by threshold.

Run ``python -m benchmarks.rewritten``. The files are those that three releases and a switch on
every axis change. Each is edited by random runs of lines, more and more of it, and each is replaced
by other files of its kind. The rule is asked where a merge has conflicts. A decision to merge is
right if most of the template's changes go in without a conflict, and otherwise to leave the file to
its owner.
"""

import os
import random
import tempfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path, PurePosixPath

from dashgen.files import Files
from dashgen.update import own
from dashgen.update.content import Labels, Style, is_binary, merge_code, merge_text
from tests.support.projects import AXES
from tests.updates.lab import Template
from tests.updates.releases import real_releases
from tests.updates.walks import LAST, SWITCHES

LABELS = Labels("yours", "base", "template")
THRESHOLDS = [number / 10 for number in range(1, 10)]
SHARES = THRESHOLDS
OTHERS = 3


def main() -> None:
    """Measure and print."""
    random.seed(0)
    with tempfile.TemporaryDirectory() as name:
        os.environ["HOME"] = name
        template = Template.of(Path(name) / "template", real_releases())
        cases = [case for pair in pairs(template) for case in asked(*pair)]
    helps = sum(merging for _, merging in cases)
    print(f"{len(cases)} merges with conflicts; in {helps} most of the template's changes go in")
    print("| Less than … left | left alone, but a merge helps | merged, but it helps not | wrong |")
    print("|---|---|---|---|")
    for threshold in THRESHOLDS:
        alone = sum(merging for left, merging in cases if left < threshold)
        merged = sum(not merging for left, merging in cases if left >= threshold)
        print(f"| {threshold:.0%} | {alone} | {merged} | {(alone + merged) / len(cases):.0%} |")


def pairs(template: Template) -> Iterator[tuple[Files, Files]]:
    """Yield what the template gives before and after an update."""
    releases = [template.fresh(tag) for tag in SWITCHES]
    yield from pairwise(releases)
    for axis in AXES:
        yield releases[-1], template.fresh(LAST, **{axis: SWITCHES[LAST][axis]})


def asked(base: Files, theirs: Files) -> Iterator[tuple[float, bool]]:
    """Yield for each merge with conflicts which share of the file is left, and whether it helps."""
    for path, file in base.items():
        old, new = file.content, theirs[path].content if path in theirs else file.content
        if old == new or is_binary(old) or old.count(b"\n") < own.FEWEST_LINES:
            continue
        changes = len(hunks(old, new))
        for mine in (*(edited(old, share) for share in SHARES), *replaced(path, base)):
            conflicts = merge_text(mine, old, new, Style.INLINE, LABELS)[1]
            if conflicts and path.endswith(".py"):
                code = merge_code(mine, old, new, LABELS, lambda _, text: text)
                conflicts = min(conflicts, code[1]) if code else conflicts
            if conflicts:
                yield own.left(path, mine, old), 2 * conflicts < changes


def hunks(one: bytes, other: bytes) -> list[object]:
    """Return where two texts differ."""
    lines, others = one.splitlines(), other.splitlines()
    codes = SequenceMatcher(None, lines, others, autojunk=False).get_opcodes()
    return [code for code in codes if code[0] != "equal"]


def edited(text: bytes, share: float) -> bytes:
    """Return a text of which a share was replaced by lines of a user's, in runs."""
    lines = text.splitlines(keepends=True)
    wanted = round(share * len(lines))
    left = set(range(len(lines)))
    while len(lines) - len(left) < wanted:
        start = random.choice(sorted(left))
        left -= set(range(start, start + random.randint(1, 8)))
    own_lines = (b"own line %d\n" % number for number in range(len(lines)))
    return b"".join(line if n in left else next(own_lines) for n, line in enumerate(lines))


def replaced(path: str, files: Files) -> list[bytes]:
    """Return other files of the same kind: what somebody else writes for the same purpose."""
    suffix = PurePosixPath(path).suffix
    others = [p for p in files if PurePosixPath(p).suffix == suffix and p != path]
    others = [p for p in others if files[p].content.count(b"\n") >= own.FEWEST_LINES]
    return [files[p].content for p in random.sample(others, min(OTHERS, len(others)))]


if __name__ == "__main__":
    main()
