"""The lab's table: kinds of projects, updated by dashgen and by Copier in turns.

Run ``python -m benchmarks.lab [STEP…]``; a step is an axis or ``release``, and all are the default.
Prints a row a kind: how many apps start, places in conflict, lines of the user that are lost, and
the mean of the seconds; Copier's figures behind dashgen's.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dashgen.releases import installed
from tests.updates.kinds import KINDS, STEPS, Outcome, both
from tests.updates.lab import Template
from tests.updates.releases import RELEASES


def main(steps: Sequence[str]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ["HOME"] = name
        words = "[user]\n\tname = Ada\n\temail = ada@example.org\n"
        (home / ".gitconfig").write_text(words, encoding="utf-8")
        problem = installed.share()
        assert not problem, problem
        template = Template(home / "template", RELEASES)
        print("| Project | Boots | Conflict places | Lost lines | Seconds |", flush=True)
        print("|---|---|---|---|---|", flush=True)
        for number, kind in enumerate(KINDS):
            pairs = []
            for step in steps:
                (home / f"{number}-{step}").mkdir()
                pairs.append(both(home / f"{number}-{step}", kind, step, template))
            print(row(kind, [p[0] for p in pairs], [p[1] for p in pairs]), flush=True)


def row(kind: str, ours: list[Outcome], copiers: list[Outcome]) -> str:
    """Return a row of the table, Copier's figures behind dashgen's."""
    cells = [
        f"{sum(o.boots for o in ours)} · {sum(o.boots for o in copiers)} of {len(ours)}",
        f"{sum(o.places for o in ours)} · {sum(o.places for o in copiers)}",
        f"{sum(o.lost for o in ours)} · {sum(o.lost for o in copiers)}",
        f"{mean(ours):.1f} · {mean(copiers):.1f}",
    ]
    return f"| {kind} | {' | '.join(cells)} |"


def mean(outcomes: list[Outcome]) -> float:
    """Return the mean of the seconds."""
    return sum(o.seconds for o in outcomes) / len(outcomes)


if __name__ == "__main__":
    main(sys.argv[1:] or STEPS)
