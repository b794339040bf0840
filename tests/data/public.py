"""What the rules make of public data sets.

python -m tests.data.public [FILE OR FOLDER ...]

Without arguments, it looks for the files in the packages plotly, vega_datasets, scikit-learn and
statsmodels, as far as they are installed. A line a file: what is asked, or each column's role.
"""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from dashgen.data.describe import Description, described
from dashgen.errors import DashgenError

PACKAGES = {
    "plotly": "package_data/datasets",
    "vega_datasets": "_data",
    "sklearn": "datasets/data",
    "statsmodels": "datasets",
}
ENDINGS = (".csv", ".csv.gz", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx")


def main() -> None:
    """Print what is found."""
    outcomes = {"sure": 0, "asked": 0, "refused": 0}
    for file in files():
        try:
            outcome, words = judged(described(file))
        except DashgenError as error:
            outcome, words = "refused", str(error).removeprefix(f"{file}: ")
        outcomes[outcome] += 1
        print(f"{outcome:<8} {file.name:<28} {words}")
    print(", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()))


def files() -> Iterator[Path]:
    """Yield the files that are named, or those of the packages."""
    places = [Path(word) for word in sys.argv[1:]]
    for name, folder in PACKAGES.items() if not places else ():
        spec = find_spec(name)
        places += (
            [Path(place) / folder for place in spec.submodule_search_locations or ()]
            if spec
            else []
        )
    for place in places:
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (file for file in found if file.name.endswith(ENDINGS))


def judged(found: Description) -> tuple[str, str]:
    """Return whether a file is sure, and in words what it holds or what is asked."""
    if doubts := found.open_doubts:
        column, doubt = doubts[0]
        return "asked", f"{column} {doubt.text}".strip()
    columns = ", ".join(f"{one.name} ({one.role})" for one in found.columns[:6])
    return "sure", f"{found.rows:,} rows: {columns}"


if __name__ == "__main__":
    main()
