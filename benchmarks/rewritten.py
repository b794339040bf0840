"""From which share of a file on it counts as rewritten: decisions that are wrong, by threshold.

Run ``python -m benchmarks.rewritten``. The files are those that the template changes by any switch,
or between its releases. Each is edited by random runs of lines, more and more of it, and each is
replaced by other files of its kind. The rule is asked where one of the merges has conflicts. To
merge is right if most of the new lines of all of these changes go in without a conflict, and
otherwise to leave the file to its owner.
"""

import os
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from dashgen.files import Files
from dashgen.update import own
from dashgen.update.content import Labels, Style, is_binary, merge_code, merge_text
from tests.support.projects import AXES, choices
from tests.updates.lab import Template
from tests.updates.releases import real_releases
from tests.updates.walks import LAST, SWITCHES

CONFLICT = re.compile(rb"^<{7} .*?^>{7} [^\n]*\n", re.MULTILINE | re.DOTALL)
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
        cases = [*asked(template.fresh(LAST), [*others(template)])]
    helps = sum(merging for _, merging in cases)
    print(f"{len(cases)} files with conflicts; a merge helps with {helps} of them")
    print("| Less than … left | left alone, but a merge helps | merged, but it helps not | wrong |")
    print("|---|---|---|---|")
    for threshold in THRESHOLDS:
        alone = sum(merging for left, merging in cases if left < threshold)
        merged = sum(not merging for left, merging in cases if left >= threshold)
        print(f"| {threshold:.0%} | {alone} | {merged} | {(alone + merged) / len(cases):.0%} |")


def others(template: Template) -> Iterator[Files]:
    """Yield what the template gives by other choices and in other releases."""
    yield from (template.fresh(tag) for tag in SWITCHES if tag != LAST)
    for axis in AXES:
        yield from (template.fresh(LAST, **{axis: choice}) for choice in choices(axis)[1:])


def asked(base: Files, changed: Sequence[Files]) -> Iterator[tuple[float, bool]]:
    """Yield for each file with conflicts which share of it is left, and whether a merge helps."""
    for path, file in base.items():
        old = file.content
        given = {files[path].content for files in changed if path in files} - {old}
        if not given or is_binary(old) or old.count(b"\n") < own.FEWEST_LINES:
            continue
        for mine in (*(edited(old, share) for share in SHARES), *replaced(path, base)):
            found = [merged(path, mine, old, new) for new in sorted(given)]
            if any(conflicts for conflicts, _, _ in found):
                clean, come = sum(f[1] for f in found), sum(f[2] for f in found)
                yield own.left(path, mine, old), 2 * clean > come


def merged(path: str, mine: bytes, old: bytes, new: bytes) -> tuple[int, int, int]:
    """Return the conflicts of a merge, and how many of the new lines go in, of how many."""
    text, conflicts = merge_text(mine, old, new, Style.INLINE, LABELS)
    if conflicts and path.endswith(".py"):
        code = merge_code(mine, old, new, LABELS, lambda _, text: text)
        text, conflicts = code if code and code[1] < conflicts else (text, conflicts)
    come = Counter(new.splitlines()) - Counter(old.splitlines())
    clean = come & Counter(CONFLICT.sub(b"", text).splitlines())
    return conflicts, clean.total(), come.total()


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
