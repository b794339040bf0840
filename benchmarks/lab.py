"""The lab's table: kinds of projects over three releases and every axis, by dashgen and by Copier.

Run ``python -m benchmarks.lab [--last] [KIND…]``; a kind is a part of its name, and all are the
default. With ``--last`` the switches are tried in the last release only, else in each of the three.
Prints a row a kind: how many apps start, how many projects' own tests are green, places in
conflict, lines of the user that are lost, and the mean of the seconds; Copier's figures behind
dashgen's. Ends with 1 if a step is worse than Copier's.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from dashgen.releases import installed
from tests.updates.judge import judge
from tests.updates.kinds import KINDS
from tests.updates.lab import Template
from tests.updates.releases import real_releases
from tests.updates.walks import ALL, LAST, Outcome, Pair, Walk, by_command

HEAD = ("Project", "Boots", "Tests green", "Conflict places", "Lost lines", "Seconds")


def main(words: Sequence[str]) -> int:
    """Measure and print."""
    wanted = [word for word in words if word != "--last"]
    # Where a choice needs no server, and after each release, the project's tests are run.
    steps = {step: not step.axis or step.release == LAST for step in ALL}
    if "--last" in words:
        steps = {step: tests for step, tests in steps.items() if tests}
    kinds = [kind for kind in KINDS if not wanted or any(word in kind for word in wanted)]
    worse = []
    with tempfile.TemporaryDirectory() as name, judge() as judged:
        home = Path(name)
        os.environ["HOME"] = name
        identity = "[user]\n\tname = Ada\n\temail = ada@example.org\n"
        (home / ".gitconfig").write_text(identity, encoding="utf-8")
        problem = installed.share()
        assert not problem, problem
        template = Template.of(home / "template", real_releases())
        print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
        for number, kind in enumerate(kinds):
            walk = Walk(home / str(number), kind, template, judged, by_command, always=True)
            pairs = [*walk.pairs(steps)]
            print(row(kind, pairs), flush=True)
            worse += [f"{kind}, {p.step}: {p.worse}" for p in pairs if p.worse]
    print(*worse, sep="\n")
    return 1 if worse else 0


def row(kind: str, pairs: list[Pair]) -> str:
    """Return a row of the table, Copier's figures behind dashgen's."""
    ours, copiers = [p.ours for p in pairs], [p.copiers for p in pairs]
    tested = sum(o.red is not None for o in ours)
    cells = [
        f"{both(ours, copiers, lambda o: o.boots)} of {len(pairs)}",
        f"{both(ours, copiers, lambda o: o.red == '')} of {tested}" if tested else "-",
        both(ours, copiers, lambda o: o.places),
        both(ours, copiers, lambda o: o.lost),
        f"{mean(ours):.1f} · {mean(copiers):.1f}",
    ]
    return f"| {kind} | {' | '.join(cells)} |"


def both(
    ours: Iterable[Outcome], copiers: Iterable[Outcome], count: Callable[[Outcome], int]
) -> str:
    """Return two sums."""
    return f"{sum(map(count, ours))} · {sum(map(count, copiers))}"


def mean(outcomes: list[Outcome]) -> float:
    """Return the mean of the seconds."""
    return sum(o.seconds for o in outcomes) / len(outcomes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
