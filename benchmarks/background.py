"""How long ordinary callbacks take while two jobs run, as a ratio to their idle time."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.background.stack import quick_answers, stack
from tests.support.projects import choices

from .report import Table, median, start

WORK = {"long": "two jobs wait", "burn": "two jobs keep the processors busy"}
ROUNDS = 3


def measure(small: bool = False) -> Table:
    """Ask each manager's app while it is idle and while it has work."""
    rows = []
    for manager in ("diskcache",) if small else choices("background"):
        with TemporaryDirectory() as folder, stack(manager, Path(folder)) as app:
            for kind, words in WORK.items():
                if (small or manager == "none") and kind == "burn":
                    continue  # work that keeps the processor busy is what the other two are for
                ratios = []
                for _ in range(1 if small else ROUNDS):
                    idle, busy = map(median, quick_answers(app, kind))
                    ratios.append(busy / idle)
                rows.append((f"`{manager}`", words, f"{median(ratios):.1f} times idle"))
    columns = ("Manager", "Meanwhile", "An ordinary callback takes")
    return Table("Callbacks beside jobs", columns, tuple(rows))


if __name__ == "__main__":
    start(measure)
