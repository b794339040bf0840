"""Takes the pictures of data pages and of the layouts that the documentation shows.

    python -m benchmarks.screenshots [FOLDER] [--look]

Writes an app of a file of sales and the demo in each layout, and photographs them in Chromium. With
`--look` there are also pictures to judge a change by: few and many columns, light and dark, wide
and narrow, nothing found.
"""

import argparse
import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from dashgen.data.describe import described
from tests.support.browser import Tab, alone
from tests.support.projects import Variant, choices, render, served

DOCS = Path(__file__).parents[1] / "docs/screenshots"
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
TOP = """() => {
    const section = document.querySelector(".shell-section:has(#explore-graph)");
    section ? section.scrollIntoView() : scrollTo(0, 0);
}"""
ROW = "#explore-table .ag-row:has-text('Australia') [col-id=country]"
REGIONS = {"North": 5, "South": 4, "East": 3, "West": 3, "Abroad": 1}
PRODUCTS = {"Lamp": 49, "Chair": 119, "Table": 399, "Shelf": 189, "Rug": 99, "Sofa": 899}
PRODUCTS |= {"Mirror": 79, "Bed": 649, "Desk": 329, "Clock": 39}


def sales() -> Iterator[list[object]]:
    """Yield the rows of a shop: seasons, growth, and products of different prices."""
    draw = random.Random(7)
    yield ["Order date", "Region", "Product", "Channel", "Revenue", "Units", "Discount", "Returned"]
    for _ in range(5000):
        day = int(730 * draw.random() ** 0.85)
        season = 1 + 0.25 * math.sin(2 * math.pi * (day - 80) / 365)
        product = draw.choices([*PRODUCTS], [9, 7, 3, 4, 5, 1, 4, 2, 3, 6])[0]
        units = 1 + int(draw.expovariate(0.9))
        discount = draw.choice([0, 0, 0, 5, 10, 15, 20])
        revenue = PRODUCTS[product] * units * (1 - discount / 100) * season
        yield [
            date(2024, 1, 1) + timedelta(day),
            draw.choices([*REGIONS], [*REGIONS.values()])[0],
            product,
            draw.choices(["Web", "Shop", "Phone"], [6, 3, 1])[0],
            f"€{revenue:.2f}",
            units,
            f"{discount}%",
            draw.choices(["no", "yes"], [19, 1])[0],
        ]


def narrow_file() -> Iterator[list[object]]:
    """Yield rows of three columns, with months that are missing."""
    draw = random.Random(1)
    yield ["day", "station", "temperature"]
    for place in range(12 * 30):
        if not 120 < place < 170:
            day = date(2024, 1, 1) + timedelta(place)
            yield [day, "ABC"[place % 3], round(9 - 9 * math.cos(place / 58) + draw.gauss(), 1)]


def wide_file() -> Iterator[list[object]]:
    """Yield rows of sixty columns."""
    draw = random.Random(2)
    yield [
        "Date of the delivery to the customer",
        *(f"Group {n}" for n in range(9)),
        *(f"A measure with a wordy name {n}" for n in range(50)),
    ]
    for place in range(900):
        groups = [f"{'abc'[n % 3]}{draw.randrange(2 + 3 * n)} of a long name" for n in range(9)]
        day = date(2023, 1, 1) + timedelta(place)
        yield [day, *groups, *(round(draw.lognormvariate(8, 1), 2) for _ in range(50))]


FILES = {"sales": sales, "weather": narrow_file, "wide": wide_file}


def project(folder: Path) -> Path:
    """Write an app with a page a file."""
    pages = []
    for name, rows in FILES.items():
        file = folder / f"{name}.csv"
        file.write_text("".join(f"{','.join(map(str, row))}\n" for row in rows()), encoding="utf-8")
        pages.append({"name": name, "kind": "data", **described(file).entry(str(file))})
    return render(folder, Variant(), pages=pages)


def shot(
    browser: Browser,
    url: str,
    file: Path,
    path: str,
    *,
    size: dict[str, int],
    scheme: str = "light",
    whole: bool = False,
    language: str = "en-GB",
    ready: str = ".dataset .ag-root",
    clicks: Sequence[str] = (),
    scale: float = 1,
) -> None:
    """Photograph a page once it is quiet, after some clicks."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=language,
        reduced_motion="reduce",
        device_scale_factor=scale,
    )
    tab = Tab(context, url)
    tab.go(path)
    tab.page.wait_for_selector(ready)
    tab.settle()
    for place in clicks:
        tab.page.click(place)
        tab.settle()
    if clicks:
        tab.page.mouse.move(0, 0)
        tab.page.evaluate(TOP)
    tab.page.wait_for_timeout(500)
    tab.photograph(file, whole=whole)
    context.close()


def layouts(browser: Browser, folder: Path, target: Path) -> None:
    """Take the pictures of the demo in each layout, and of the first one dark and on a phone."""
    for layout in choices("layout"):
        app = render(folder / layout, Variant(layout=layout))
        theme = app / "myapp/theme.py"
        theme.write_text(theme.read_text().replace('NAME = "myapp"', 'NAME = "Wealth and health"'))
        with served(app, log=folder / f"{layout}.log") as process:
            take = partial(shot, browser, process.url, path="/explore", ready=ROW, clicks=[ROW])
            wide = {"width": 1280, "height": 800}
            take(target / f"{layout}.png", size=wide, scale=0.75)
            if layout == choices("layout")[0]:
                take(target / "dark.png", size=wide, scale=0.75, scheme="dark")
                take(target / "small.png", size=NARROW)
                menu = [ROW, "#shell-menu"]
                take(target / "small-menu.png", size=NARROW, scheme="dark", clicks=menu)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=DOCS)
    parser.add_argument("--look", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, alone() as browser:
        folder = Path(name)
        layouts(browser, folder, given.folder)
        with served(project(folder), log=folder / "log") as process:
            filtered = "/sales?Region=North&Region=South"

            def take(file: str, path: str, **how: object) -> None:
                shot(browser, process.url, given.folder / f"{file}.png", path, **how)  # type: ignore[arg-type]

            take("data", "/sales", size=WIDE)
            take("data-dark", filtered, size=WIDE, scheme="dark")
            take("data-small", filtered, size=NARROW)
            if given.look:
                for page in FILES:
                    for size in (WIDE, NARROW):
                        for scheme in ("light", "dark"):
                            file = f"{page}-{size['width']}-{scheme}"
                            take(file, f"/{page}", size=size, scheme=scheme, whole=True)
                nothing = "/sales?Region=nowhere"
                take("nothing-1280", nothing, size=WIDE, whole=True)
                take("nothing-390", nothing, size=NARROW, whole=True, scheme="dark")
                take("german-1280", filtered, size=WIDE, whole=True, language="de-DE")
        print(
            (folder / "log").read_text()[-2000:]
            if "Traceback" in (folder / "log").read_text()
            else ""
        )


if __name__ == "__main__":
    main()
