"""Pages of data: what charts, key figures and cells show of files of many kinds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from dashgen.data.describe import described
from tests.support.browser import closed
from tests.support.projects import Variant, render, served

from .conftest import Visitors
from .datasets import Served, chips, line_of, number_of_rows, opened, row_of


def ledger() -> str:
    """Return a file of moments over a change of clocks, large costs, and huge volumes."""
    begin = datetime(2024, 3, 30, 22)
    lines = [
        f"{begin + timedelta(minutes=30 * n)},{f'Cost {n % 12:02}' if n % 12 else 'Salary'},"
        f"€{-250.5 * (n % 12) if n % 12 else 1100.25},{316_227_766_017 + n * 10**9},"
        f"{900_000 + n * 7919 % 99_991},{0.000004 + n / 10**9:.9f}"
        for n in range(240)
    ]
    return "\n".join(["When,Reason,Amount,Volume,Ticket ID,Drift", *lines, ""])


SITES = """Site,Revenue
Organic,216000.5
Paid,93800.5
Direct,72300.5
Email,14500.5
"""


def passengers() -> str:
    """Return a file without times, with few and many different numbers, and mostly empty cells."""
    lines = [
        f"{'B28' if n % 5 == 0 else ''},{'male' if n % 3 else 'female'},{1 + n * 7 % 3},"
        f"{n % 4 % 3},{n * 37 % 97}.25,{n * 17 % 80},EUR"
        for n in range(300)
    ]
    return "\n".join(["Cabin,Sex,Pclass,SibSp,Fare,Age,Currency", *lines, ""])


def survey() -> str:
    """Return a file of ratings, of which one group gave few."""
    lines = [
        f"{2023 + n // 12 % 2}-{1 + n % 12:02}-{1 + n % 28:02},{'Phone' if n % 40 else 'Letter'},"
        f"{2 + n * 7 // 12 % 3}"
        for n in range(2000)
    ]
    return "\n".join(["Day,Way,Rating", *lines, ""])


def census() -> str:
    """Return a file of each fifth year, with a column of the same year, and many countries."""
    lines = [
        f"2024,{1990 + n // 12 * 5},Country {n % 12:02},C{n % 12:02}{n // 12},{1000 + n % 12},{n}.5"
        for n in range(60)
    ]
    return "\n".join(["Issue year,Year,Land name,Code,Population,lifeExp", *lines, ""])


def opening() -> str:
    """Return a file of days without weekends, in which each row has a code and a note."""
    days = [datetime(2024, 3, 1) + timedelta(n) for n in range(50)]
    lines = [
        f"2024,{day:%Y-%m-%d},N{n:03},note {n},{n}"
        for n, day in enumerate(days)
        if day.weekday() < 5
    ]
    return "\n".join(["Year,Day,Code,Note,Visits", *lines, ""])


BRACKETS = "<b>new</b> Forschung & Entwicklung der Gesellschaft"


LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"


def names() -> str:
    """Return a file of words that fit no line, and of brackets that a chart has to escape."""
    groups = (BRACKETS, "East", "West", "North", "South", "Donaudampfschifffahrtsgesellschaft" * 2)
    lines = [f"{groups[n % 6]},{n}.5" for n in range(60)]
    return "\n".join([f"{LONG},{LONG[:40]}kosten (€)", *lines, ""])


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve an app of large numbers, ratings, sites, names and people, and a demo."""
    folder = tmp_path_factory.mktemp("books")
    pages: list[dict[str, Any]] = [{"name": "explore", "kind": "data"}]
    texts = {"ledger": ledger(), "survey": survey(), "sites": SITES}
    texts |= {"names": names(), "people": passengers()}
    texts |= {"census": census(), "opening": opening()}
    for name, text in texts.items():
        file = folder / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        pages.append({"name": name, "kind": "data", **described(file).entry(str(file))})
    with served(render(folder, Variant(), pages=pages), log=folder / "log") as process:
        yield Served(process.url, folder, folder / "log")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles"])
def test_a_moment_is_the_same_in_every_time_zone(
    visitors: Visitors, books: Served, zone: str
) -> None:
    tab = opened(visitors, books, "/ledger", locale="en-GB", timezone_id=zone)
    tab.until(lambda: row_of(tab, "ledger", 8))
    cells = [row_of(tab, "ledger", row).split("\n")[0] for row in range(8, 11)]
    assert cells == ["31/03/2024 02:00", "31/03/2024 02:30", "31/03/2024 03:00"]
    tab.page.locator("#ledger-table .ag-center-cols-container [row-index='8']").click()
    tab.page.wait_for_selector("[role=dialog] >> text=31/03/2024 02:00")
    closed(tab)


def test_a_large_cost_has_a_bar_and_its_text_has_room(visitors: Visitors, books: Served) -> None:
    tab = opened(visitors, books, "/ledger", viewport={"width": 390, "height": 844})
    chart = tab.page.locator(".js-plotly-plot:has(.bars)").first
    chart.locator(".ytick text").nth(8).wait_for()
    names = chart.locator(".ytick text").all_text_contents()
    assert names == ["Others", *(f"Cost {n:02}" for n in range(11, 4, -1)), "Salary"]
    outer = chart.bounding_box()
    assert outer is not None
    for text in chart.locator(".bartext").all():
        inner = text.bounding_box()
        assert inner is not None
        assert outer["x"] <= inner["x"], text.text_content()
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"], text.text_content()
    closed(tab)


@pytest.mark.parametrize(
    ("locale", "amount", "volume"),
    [("en-US", "-€308.7k", "104.6T"), ("de-DE", "-308,7k\u00a0€", "104,6T")],
)
def test_large_figures_are_written_in_one_way(
    visitors: Visitors, books: Served, locale: str, amount: str, volume: str
) -> None:
    tab = opened(visitors, books, "/ledger", locale=locale, viewport={"width": 390, "height": 844})
    tab.until(lambda: row_of(tab, "ledger", 0))
    figures = tab.page.locator(".dataset-figure")
    tab.until(lambda: {"240", amount, volume} <= set(figures.all_text_contents()))
    ticks = tab.page.locator(".ytick text")
    costs = "-€20k" if locale == "en-US" else "-20k\u00a0€"
    tab.until(lambda: {"300B", "400B", costs} <= set(ticks.all_text_contents()))
    # Widths come late on a phone.
    cells = tab.page.locator(".dataset-figure, #ledger-table .ag-right-aligned-cell")
    cut = "all => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.innerText)"
    tab.until(lambda: cells.evaluate_all(cut) == [], timeout=20)
    closed(tab)


def test_the_digits_of_a_cell_grow_with_its_column(visitors: Visitors, books: Served) -> None:
    tab = opened(visitors, books, "/ledger", viewport={"width": 1280, "height": 800})
    tab.until(lambda: "316,227,766,017" in row_of(tab, "ledger", 0))
    tab.page.evaluate(
        """async () => {
            const api = await dash_ag_grid.getApiAsync("ledger-table");
            api.setColumnWidths([{ key: "c3", newWidth: 120 }]);
        }"""
    )
    tab.until(lambda: "316.2B" in row_of(tab, "ledger", 0))
    closed(tab)


def test_an_identifier_of_digits_is_searched(visitors: Visitors, books: Served) -> None:
    tab = opened(visitors, books, "/ledger")
    tab.page.locator("#ledger-filters").get_by_label("Ticket ID").fill("907919")
    tab.until(lambda: number_of_rows(tab, "ledger") == "1")
    tab.page.reload()
    tab.until(lambda: "Ticket ID: 907919" in chips(tab, "ledger"))
    closed(tab)


# How far the page's parts have moved, as the browser measures it.
SHIFTS = """
    window.shifts = 0;
    const add = (list) => list.getEntries().forEach(({ value }) => (window.shifts += value));
    new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/ledger", "/sites", "/explore"])
def test_nothing_moves_while_a_page_loads(
    visitors: Visitors, books: Served, path: str, width: int
) -> None:
    tab = visitors.tab(books.url, viewport={"width": width, "height": 800})
    tab.page.add_init_script(SHIFTS)
    tab.go(path)
    tab.page.wait_for_selector(".js-plotly-plot .main-svg", state="attached")
    tab.page.wait_for_selector(".ag-row .ag-cell", state="attached")
    tab.settle()
    assert tab.page.evaluate("shifts") < 0.01
    closed(tab)


# Texts that reach out of their cards, and filters that have a line too many.
CUT = """() => [...document.querySelectorAll(".dataset p, .dataset button, .mantine-Pill-root")]
    .filter((one) => one.offsetParent && !one.closest(".ag-root-wrapper"))
    .filter((one) => one.getBoundingClientRect().right > innerWidth - 10)
    .map((one) => one.innerText)"""


ROOM = """() => [...document.querySelectorAll(".dataset-filters .mantine-MultiSelect-input")]
    .map((one) => {
        const pills = [...one.querySelectorAll(".mantine-Pill-root")];
        const bottom = (place) => place.getBoundingClientRect().bottom;
        return bottom(one) - Math.max(...pills.map(bottom));
    })"""


@pytest.mark.parametrize("width", [390, 1280])
def test_long_names_are_read_in_full(visitors: Visitors, books: Served, width: int) -> None:
    chosen = [BRACKETS, "East", "West", "North", "South"]
    address = f"/names?{urlencode({LONG: chosen}, doseq=True)}"
    tab = opened(visitors, books, address, viewport={"width": width, "height": 844})
    tab.until(lambda: "<b>new</b> Forschung & Entwicklung" in chips(tab, "names"))
    if width == 390:
        tab.page.get_by_role("button", name="Filters").click()
    assert tab.page.evaluate(CUT) == []
    assert max(tab.page.evaluate(ROOM)) < 12
    tab.page.locator("#names-filters .mantine-MultiSelect-input").click()
    tab.page.get_by_role("option").get_by_text(BRACKETS, exact=True).wait_for()
    closed(tab)


def test_few_rows_have_a_low_table(visitors: Visitors, books: Served) -> None:
    tab = opened(visitors, books, "/sites")
    tab.until(lambda: row_of(tab, "sites", 3))
    box = tab.page.locator("#sites-table").bounding_box()
    assert box
    assert box["height"] < 300
    over = "document.querySelector('.ag-body-viewport')"
    assert tab.page.evaluate(f"{over}.scrollHeight <= {over}.clientHeight")
    closed(tab)


def test_a_line_is_dotted_where_its_time_is_incomplete(visitors: Visitors, books: Served) -> None:
    tab = opened(visitors, books, "/ledger", locale="en-GB")
    assert tab.text("#ledger-charts p >> nth=0").endswith("by day, dotted where incomplete")
    whole = line_of(tab, "y")
    assert whole[0] is None
    assert whole[-1] is None
    assert None not in whole[1:-1]
    chart = tab.page.locator(".js-plotly-plot").first
    chart.evaluate("chart => Plotly.Fx.hover(chart, [{ curveNumber: 1, pointNumber: 0 }])")
    hover = chart.locator(".hoverlayer text").first
    assert (hover.text_content() or "").startswith("30/03/2024")
    closed(tab)


def test_charts_of_ratings_show_whole_ratings_and_exact_means(
    visitors: Visitors, books: Served
) -> None:
    tab = opened(visitors, books, "/survey", locale="en-GB")
    charts = tab.page.locator(".js-plotly-plot")
    charts.nth(2).locator(".bars path").nth(2).wait_for()
    assert charts.nth(0).locator(".ytick text").count() > 2
    # A bar stands at the rating itself, not at the middle of a cell.
    places = "document.querySelectorAll('.js-plotly-plot')[2].data[0].x"
    assert tab.page.evaluate(f"Array.from({places})") == [2, 3, 4]
    # A row of key figures has no gap.
    inner, outer = (
        tab.page.locator(place).bounding_box()
        for place in ("#survey-figures > :last-child", "#survey-figures")
    )
    assert inner is not None
    assert outer is not None
    assert inner["x"] + inner["width"] == pytest.approx(outer["x"] + outer["width"], abs=2)
    # A point of a line names its month, and no day.
    charts.nth(0).evaluate("chart => Plotly.Fx.hover(chart, [{ curveNumber: 0, pointNumber: 3 }])")
    hover = charts.nth(0).locator(".hoverlayer text").first
    assert (hover.text_content() or "").startswith("Apr 2023")
    closed(tab)


def test_charts_show_what_tells_most(visitors: Visitors, books: Served) -> None:
    tab = opened(visitors, books, "/people", viewport={"width": 1280, "height": 800})
    titles = tab.page.locator("#people-charts p").all_text_contents()
    # The values of Cabin are mostly missing, and SibSp has few values.
    assert titles == ["Fare by Sex", "Fare by Pclass", "Age over Fare"]
    assert "Currency" not in tab.text("#people-filters")
    assert tab.page.locator(".dataset-spark").count() == 0
    chart = tab.page.locator(".js-plotly-plot").nth(1)
    tab.until(lambda: chart.locator(".ytick text").all_text_contents() == ["3", "2", "1"])
    # Three bars are no thick blocks.
    for bar in chart.locator(".bars path").all():
        box = bar.bounding_box()
        assert box is not None
        assert box["height"] < 50
    closed(tab)


def test_a_line_has_no_gaps_of_a_rhythm_and_years_are_plain(
    visitors: Visitors, books: Served
) -> None:
    tab = opened(visitors, books, "/census", locale="en-US")
    assert line_of(tab, "x") == ["1990", "1995", "2000", "2005", "2010"]
    assert line_of(tab, "mode") == "lines"
    ticks = tab.page.locator(".js-plotly-plot .xtick text")
    tab.until(lambda: {"1990", "2010"} <= set(ticks.all_text_contents()))
    tab.until(lambda: "1990 \u2013 2010" in tab.text("#census-filters"))
    # The others together are more than any, but their bar would make all other ones short.
    bars = tab.page.locator(".js-plotly-plot").nth(1)
    assert "Others" in bars.locator(".ytick text").all_text_contents()
    assert bars.locator(".bars text").first.text_content() == "20k"
    widths = [
        box["width"] for bar in bars.locator(".bars path").all() if (box := bar.bounding_box())
    ]
    assert max(widths) < 1.2 * sorted(widths)[1]
    closed(tab)


def test_the_time_is_a_day_rather_than_a_year_and_one_searches_words(
    visitors: Visitors, books: Served
) -> None:
    tab = opened(visitors, books, "/opening")
    titles = tab.page.locator("#opening-charts p").all_text_contents()
    assert titles[0] == "Visits by day"
    assert len(line_of(tab, "x")) == 36  # no weekends
    assert line_of(tab, "mode") == "lines"
    filters = tab.text("#opening-filters")
    assert "Day" in filters
    assert "Note" in filters
    assert "Code" not in filters
    closed(tab)


def test_texts_of_bars_lie(visitors: Visitors, books: Served) -> None:
    tab = opened(visitors, books, "/sites", viewport={"width": 1280, "height": 800})
    text = tab.page.locator(".bartext")
    text.first.wait_for()
    turned = [one.get_attribute("transform") or "" for one in text.all()]
    assert not [one for one in turned if "rotate" in one]
    closed(tab)
