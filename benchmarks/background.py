"""How long ordinary callbacks take while two jobs run, as a ratio to their idle time.

python -m benchmarks.background
"""

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.background.stack import quick_answers, stack
from tests.support.projects import choices

WORK = {"long": "two jobs wait", "burn": "two jobs keep the processors busy"}
ROUNDS = 3


def main() -> None:
    """Print a table of medians; for each manager and kind of work one of several rounds."""
    print("| Manager | Meanwhile | An ordinary callback took |")
    print("|---|---|---|")
    for manager in choices("background"):
        with TemporaryDirectory() as folder, stack(manager, Path(folder)) as app:
            for kind, words in WORK.items():
                if manager == "none" and kind == "burn":
                    continue  # work that keeps the processor busy is what the other two are for
                ratios = []
                for _ in range(ROUNDS):
                    idle, busy = map(statistics.median, quick_answers(app, kind))
                    ratios.append(busy / idle)
                print(f"| {manager} | {words} | {statistics.median(ratios):.1f} times idle |")


if __name__ == "__main__":
    main()
