"""Pages of data: filters and the address, the visitor's language, a phone, and a changed file."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Route

from dashgen.data.describe import described
from tests.support.browser import Tab, closed
from tests.support.projects import Variant, render, served

from .accessibility import check_nothing_is_seriously_inaccessible
from .conftest import Visitors
from .datasets import Served, chips, line_of, number_of_rows, opened, row_of, shop

CALLBACKS = "**/_dash-update-component*"


SLOW = """
    const send = window.fetch;
    window.fetch = async (url, options) => {
        const rows = options?.body?.includes?.("getRowsRequest");
        if (rows) await new Promise((resume) => setTimeout(resume, 600));
        return send(url, options);
    };"""


# React renders before the timers that are due at once, as on a busy machine.
LATE = """
    const later = window.setTimeout;
    window.setTimeout = (run, wait, ...rest) => later(run, wait || 50, ...rest);"""


@pytest.fixture(scope="module", params=["sidebar", "tabs"])
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Serve an app whose two pages have columns of the same names."""
    folder = tmp_path_factory.mktemp("data")
    pages = []
    for name, prices in (("orders", 10), ("returns", 1000)):
        file = folder / f"{name}.csv"
        file.write_text(shop(prices), encoding="utf-8")
        pages.append({"name": name, "kind": "data", **described(file).entry(str(file))})
    project = render(folder, Variant(layout=request.param), pages=pages)
    shutil.copy(Path(__file__).parent / "parts" / "table.py", project / "myapp" / "pages")
    with served(project, log=folder / "log") as process:
        yield Served(process.url, folder, folder / "log")


def disturbed(visitors: Visitors, app: Served, script: str) -> Tab:
    """Open the orders with a script that runs before the app's own."""
    tab = visitors.tab(app.url)
    tab.page.add_init_script(script)
    tab.go("/orders")
    return tab


def choose(tab: Tab, page: str, column: str, value: str) -> None:
    """Choose a value of a filter, and wait for the answer."""
    tab.page.locator(f"#{page}-filters").get_by_label(column, exact=True).first.click()
    tab.page.get_by_role("option", name=re.compile(f"^{value}")).click()
    tab.page.keyboard.press("Escape")
    tab.until(lambda: f"{column}: {value}" in chips(tab, page))
    tab.settle()


def query(tab: Tab) -> dict[str, list[str]]:
    """Return what stands in the address."""
    return parse_qs(urlsplit(tab.page.url).query)


PLAIN = """
from dash import html, register_page

register_page(__name__)


def layout():
    return html.H1("Plain")
"""


@pytest.mark.parametrize("layout", ["sidebar", "tabs", "single"])
def test_filters_in_the_address_do_not_disturb_other_pages(
    visitors: Visitors, tmp_path: Path, layout: str
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(shop(10), encoding="utf-8")
    page = {"name": "orders", "kind": "data", **described(file).entry(str(file))}
    project = render(tmp_path, Variant(layout=layout), pages=[page])
    (project / "myapp/pages/plain.py").write_text(PLAIN)
    start = "/orders" if layout == "sidebar" else "/#orders"
    with served(project, log=tmp_path / "log") as process:
        app = Served(process.url, tmp_path, tmp_path / "log")
        tab = opened(visitors, app, start)
        tab.page.reload()
        tab.until(lambda: number_of_rows(tab, "orders") == "240")
        choose(tab, "orders", "Region", "North")
        tab.until(lambda: number_of_rows(tab, "orders") == "80")
        tab.page.evaluate("window.same = true")
        for name, content in (("plain", "h1:has-text('Plain')"), ("home", ".app-page-card")):
            tab.page.click(f"#shell-nav-{name}")
            tab.page.wait_for_selector(f"#shell-nav-{name}[aria-current=page]")
            tab.page.wait_for_selector(content)
        tab.page.click("#shell-nav-orders")
        tab.page.wait_for_selector("#shell-nav-orders[aria-current=page]")
        tab.page.wait_for_selector("#orders-figures .dataset-figure")
        assert tab.page.evaluate("window.same"), "the document was loaded anew"
        if layout != "sidebar":
            assert number_of_rows(tab, "orders") == "80"
        tab.go("/plain?utm_source=letter")
        tab.page.wait_for_selector("h1:has-text('Plain')")
        closed(tab)


def test_a_view_is_in_the_address(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, "/orders")
    assert number_of_rows(tab, "orders") == "240"
    choose(tab, "orders", "Region", "North")
    first = tab.page.url
    tab.until(lambda: number_of_rows(tab, "orders") == "80")
    choose(tab, "orders", "Kind", "A")
    tab.until(lambda: number_of_rows(tab, "orders") == "40")
    second = tab.page.url
    assert first != second
    tab.page.go_back()
    tab.until(lambda: number_of_rows(tab, "orders") == "80")
    assert tab.page.url == first
    tab.page.go_back()
    tab.until(lambda: number_of_rows(tab, "orders") == "240")
    assert query(tab) == {}
    tab.page.go_forward()
    tab.page.go_forward()
    tab.until(lambda: number_of_rows(tab, "orders") == "40")
    tab.page.reload()
    tab.until(lambda: number_of_rows(tab, "orders") == "40")
    other = opened(visitors, app, second.removeprefix(app.url))
    assert number_of_rows(other, "orders") == "40"
    assert chips(other, "orders") == chips(tab, "orders")
    closed(other)
    tab.page.get_by_role("button", name="Clear all").click()
    tab.until(lambda: number_of_rows(tab, "orders") == "240")
    assert query(tab) == {}
    closed(tab)


def test_each_page_has_its_own_filters(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, "/orders")
    choose(tab, "orders", "Region", "North")
    tab.page.click("#shell-nav-returns")
    tab.page.wait_for_selector("#returns-figures .dataset-figure")
    tab.settle()
    assert number_of_rows(tab, "returns") == "240"
    choose(tab, "returns", "Kind", "B")
    tab.until(lambda: number_of_rows(tab, "returns") == "120")
    both = tab.page.url
    tab.page.click("#shell-nav-orders")
    tab.page.wait_for_selector("#orders-figures .dataset-figure >> visible=true")
    tab.settle()
    together = "orders.Region" in both
    expected = "80" if together else "240"
    tab.until(lambda: number_of_rows(tab, "orders") == expected)
    if together:
        # What is filtered on both stands in the address, on whichever page one is.
        assert query(tab) == {"orders.Region": ["North"], "returns.Kind": ["B"]}
        other = opened(visitors, app, tab.page.url.removeprefix(app.url))
        assert number_of_rows(other, "orders") == "80"
        closed(other)
    tab.page.go_back()
    tab.until(lambda: tab.page.locator("#returns-figures").is_visible())
    tab.until(lambda: number_of_rows(tab, "returns") == "120")
    assert tab.page.url == both
    closed(tab)


def test_the_link_to_the_page_itself_keeps_view_and_address_together(
    visitors: Visitors, app: Served
) -> None:
    tab = opened(visitors, app, "/orders")
    choose(tab, "orders", "Region", "North")
    tab.page.click("#shell-nav-orders")
    tab.settle()
    filtered = number_of_rows(tab, "orders") == "80"
    assert filtered == bool(query(tab))
    closed(tab)


def test_a_click_on_a_bar_filters(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, "/orders")
    chart = tab.page.locator(".js-plotly-plot:has(.bars)").first
    bar = chart.locator(".bars .point path").last
    bar.click(force=True)
    tab.until(lambda: "Region: " in chips(tab, "orders"))
    tab.until(lambda: number_of_rows(tab, "orders") == "80")
    tab.settle()
    assert chart.locator(".bars .point path").count() == 3, "the others can still be clicked"
    chart.locator(".bars .point path").last.click(force=True)
    tab.until(lambda: number_of_rows(tab, "orders") == "240")
    closed(tab)


def test_a_download_begins_with_one_mark(visitors: Visitors, app: Served) -> None:
    prefix = "" if query_key(app) == "Region" else "orders."
    tab = opened(visitors, app, f"/orders?{prefix}Region=North")
    with tab.page.expect_download() as download:
        tab.page.locator("#orders-export").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert lines[0] == "\ufeffDay,Region,Kind,Amount,Pieces,Paid,Note"
    assert len(lines) == 81
    closed(tab)


def query_key(app: Served) -> str:
    """Return what the region is called in addresses."""
    return (
        "Region"
        if "sidebar" in (app.folder / "myapp/.copier-answers.yml").read_text()
        else "orders.Region"
    )


def test_figures_are_in_the_visitors_language(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, "/orders", locale="de-DE")
    tab.until(lambda: "01.01.2024" in tab.text("#orders-table"))
    tab.until(lambda: "31,2k\u00a0€" in tab.text("#orders-figures"))
    table = tab.text("#orders-table")
    assert "10,50\u00a0€" in table
    axes = tab.page.locator(".xtick text")
    tab.until(lambda: any("Mai" in text for text in axes.all_text_contents()))
    closed(tab)
    tab = opened(visitors, app, "/orders", locale="en-US")
    tab.until(lambda: "01/01/2024" in tab.text("#orders-table"))
    tab.until(lambda: "€31.2k" in tab.text("#orders-figures"))
    closed(tab)


def test_a_day_is_written_in_one_way(visitors: Visitors, app: Served) -> None:
    query = f"{query_key(app).replace('Region', 'Day')}=2024-01-01..2024-01-31"
    tab = opened(visitors, app, f"/orders?{query}", locale="en-US")
    tab.until(lambda: "01/01/2024" in tab.text("#orders-table"))
    assert "01/01/2024 \N{EN DASH} 01/31/2024" in chips(tab, "orders")
    tab.until(lambda: "01/01/2024 \N{EN DASH} 01/31/2024" in tab.text("#orders-filters"))
    closed(tab)


UNREADABLE = {
    "Day=2024-02-31..2024-03-05": "240",
    "Day=1..2": "240",
    "Day=2024-01-05": "240",
    "Day=2024-01-05..2024-01-01": "240",
    "Day=0000-01-01..2024-01-01": "240",
    "Day=2024-01-01..2024-01-31..x": "240",
    "Pieces=..5": "240",
    "Pieces=a..b": "240",
    "Pieces=1e999..2": "240",
    "Unknown=1": "240",
    "Note=%FF%FE": "0",
}


def test_a_link_that_cannot_be_read_shows_the_page(visitors: Visitors, app: Served) -> None:
    prefix = query_key(app).removesuffix("Region")
    tab = opened(visitors, app, "/orders")
    for words, rows in UNREADABLE.items():
        tab.go(f"/orders?{prefix}{words}")
        tab.page.wait_for_selector(".dataset .dataset-figure")
        tab.settle()
        assert number_of_rows(tab, "orders") == rows, words
        if rows != "0":
            tab.until(lambda: row_of(tab, "orders", 0))
        assert tab.page.locator("[role=alert] >> visible=true").count() == 0, words
    closed(tab)


def test_the_numbers_of_a_column_have_the_same_decimals(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, "/orders", locale="en-US")
    tab.until(lambda: row_of(tab, "orders", 0))
    shown = tab.page.evaluate(
        """([...values]) => values.map((value) => dashAgGridFunctions.datasetCell({
            value,
            colDef: { context: { type: "number", unit: "kg", decimals: 2 } },
            column: { getActualWidth: () => 300 },
        }))""",
        [4383.7, 2, 0.125, -1],
    )
    assert shown == [
        f"{text}\N{NO-BREAK SPACE}kg" for text in ("4,383.70", "2.00", "0.125", "-1.00")
    ]
    column = """async () => (await dash_ag_grid.getApiAsync("orders-table"))
        .getColumnDefs().find(({ headerName }) => headerName === "Amount").context.decimals"""
    assert tab.page.evaluate(column) == 2
    closed(tab)


def focused(tab: Tab) -> str:
    """Return the name of what has the focus."""
    return str(
        tab.page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.slice(0, 9)"
        )
    )


def test_a_range_is_in_words_beside_its_slider(visitors: Visitors, app: Served) -> None:
    asked = urlencode({query_key(app).replace("Region", "Amount"): "50..100"})
    tab = opened(visitors, app, f"/orders?{asked}", locale="de-DE")

    def words() -> list[str]:
        found = tab.page.locator("#orders-filters .mantine-InputWrapper-description")
        return [
            text.replace("\u00a0", " ").replace("\u2013", "to")
            for text in found.all_text_contents()
        ]

    tab.until(lambda: words() == ["50 € to 100 €", "0 to 6"])
    tab.page.click("#orders-clear")
    tab.until(lambda: words() == ["10,50 € to 249,50 €", "0 to 6"])
    closed(tab)


def test_the_focus_stays_where_filters_are_taken_away(visitors: Visitors, app: Served) -> None:
    key = query_key(app)
    words = "&".join(
        key.replace("Region", name) for name in ("Region=North", "Kind=A", "Paid=true")
    )
    tab = opened(visitors, app, f"/orders?{words}")
    buttons = tab.page.locator("#orders-chips button")
    tab.until(lambda: buttons.count() == 3)
    buttons.nth(1).press("Enter")
    tab.until(lambda: buttons.count() == 2)
    tab.until(lambda: focused(tab).startswith("Paid: Yes"))
    tab.page.keyboard.press("Enter")
    tab.until(lambda: focused(tab).startswith("Region: N"))
    tab.page.keyboard.press("Enter")
    tab.until(lambda: focused(tab) == "Region")
    choose(tab, "orders", "Kind", "A")
    tab.page.get_by_role("button", name="Clear all").press("Enter")
    tab.until(lambda: focused(tab) == "Kind")
    closed(tab)
    tab = opened(visitors, app, f"/orders?{words}", viewport={"width": 390, "height": 844})
    fold = tab.page.locator("#orders-fold")
    assert fold.get_attribute("aria-expanded") == "false"
    tab.page.get_by_role("button", name="Clear all").press("Enter")
    tab.until(lambda: tab.page.evaluate("document.activeElement.id") == "orders-fold")
    fold.press("Enter")
    tab.until(lambda: fold.get_attribute("aria-expanded") == "true")
    assert tab.page.locator("#orders-filters").is_visible()
    closed(tab)


def test_enter_shows_a_row_in_full(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, "/orders")
    tab.until(lambda: row_of(tab, "orders", 1))
    row = tab.page.locator("#orders-table .ag-center-cols-container [row-index='1']")
    row.locator(".ag-cell").first.focus()
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("[role=dialog] >> text=note 1")
    closed(tab)


def test_nothing_moves_when_the_charts_come(visitors: Visitors, app: Served) -> None:
    tab = visitors.tab(app.url)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    tab.page.route("**/*plotly*.js", hold)
    tab.page.goto(f"{app.url}/orders")
    table = tab.page.locator("#orders-table")
    tab.page.wait_for_selector("#orders-figures .dataset-figure")
    tab.until(lambda: held)
    before = table.bounding_box()
    for route in held:
        route.continue_()
    tab.page.unroute("**/*plotly*.js")
    tab.page.wait_for_selector(".js-plotly-plot .bars")
    assert table.bounding_box() == before
    closed(tab)


@pytest.mark.parametrize("width", [390, 767, 768, 1280])
def test_one_gets_to_the_filters_at_every_width(
    visitors: Visitors, app: Served, width: int
) -> None:
    tab = opened(visitors, app, "/orders", viewport={"width": width, "height": 844})
    button = tab.page.get_by_role("button", name="Filters")
    assert button.is_visible() is (width < 768)
    if width < 768:
        button.click()
    tab.page.locator("#orders-filters").wait_for()
    closed(tab)


def test_a_line_has_a_gap_where_there_are_no_rows(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, "/orders")
    assert None in line_of(tab, "y")
    closed(tab)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_period_is_chosen_at_once_and_the_line_shows_its_days(
    visitors: Visitors, app: Served, width: int
) -> None:
    tab = opened(visitors, app, "/orders", locale="en-US", viewport={"width": width, "height": 844})
    title = tab.page.locator("#orders-charts p").first
    tab.until(lambda: title.text_content() == "Amount by week")
    if width == 390:
        tab.page.get_by_role("button", name="Filters").click()
    tab.page.locator("#orders-filters").get_by_label("Day", exact=True).first.click()
    week = tab.page.get_by_role("button", name="Last 7 days")
    week.wait_for()
    box = tab.page.locator("[role=dialog]:has-text('Last 7 days')").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    week.click()
    tab.until(lambda: "05/22/2024 \N{EN DASH} 05/28/2024" in chips(tab, "orders"))
    tab.until(lambda: title.text_content() == "Amount by day")
    days = ["24", "25", "26", "27", "28"]
    tab.until(lambda: [at[8:10] for at in line_of(tab, "x")] == days)
    closed(tab)


def test_a_phone_shows_the_columns_that_fit(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, "/orders", viewport={"width": 390, "height": 844})
    heads = tab.page.locator("#orders-table .ag-header-cell")
    tab.until(lambda: heads.count() == 3)
    assert heads.all_inner_texts() == ["Day", "Region", "Amount"]
    table = tab.page.locator("#orders-table").bounding_box()
    last = heads.last.bounding_box()
    assert table is not None
    assert last is not None
    assert last["x"] + last["width"] <= table["x"] + table["width"] + 1
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    row = tab.page.locator("#orders-table .ag-center-cols-container .ag-row").first
    for _ in range(2):
        row.click()
        tab.page.wait_for_selector("[role=dialog] >> text=Note")
        tab.settle()
        tab.page.get_by_role("button", name="Close").click()
        tab.page.wait_for_selector("[role=dialog]", state="detached")
        tab.settle()
    row.click()
    tab.page.wait_for_selector("[role=dialog] >> text=Note")
    check_nothing_is_seriously_inaccessible(tab)
    closed(tab)


def test_nothing_found_says_so(visitors: Visitors, app: Served) -> None:
    tab = opened(visitors, app, f"/orders?{query_key(app)}=Nowhere")
    assert number_of_rows(tab, "orders") == "0"
    tab.until(lambda: "No rows match the filters" in tab.text("#orders-charts"))
    tab.until(lambda: "No rows match the filters" in tab.text("#orders-table"))
    check_nothing_is_seriously_inaccessible(tab)
    tab.page.get_by_role("button", name="Clear all").click()
    tab.until(lambda: number_of_rows(tab, "orders") == "240")
    closed(tab)


def scroll(tab: Tab, page: str, row: int) -> None:
    """Scroll the table to a row."""
    viewport = tab.page.locator(f"#{page}-table .ag-body-viewport")
    viewport.evaluate(f"viewport => viewport.scrollTop = {row} * 42")
    tab.page.wait_for_selector(f"#{page}-table [row-index='{row}'] >> nth=0", state="attached")


def test_a_visitor_in_haste_gets_all_rows(visitors: Visitors, app: Served) -> None:
    tab = disturbed(visitors, app, SLOW)
    search = tab.page.locator("#orders-filters input[placeholder=Search]")
    for text in ("note 1", "no such note", "note 23", "note 2", ""):
        search.fill(text)
        tab.page.wait_for_timeout(400)  # longer than the debounce, and shorter than the answer
    tab.until(lambda: number_of_rows(tab, "orders") == "240")
    tab.until(lambda: row_of(tab, "orders", 0).endswith("note 0"))
    for row in (60, 110, 160):
        scroll(tab, "orders", row)
        tab.page.wait_for_timeout(100)
    tab.until(lambda: row_of(tab, "orders", 160).endswith("note 160"))
    scroll(tab, "orders", 60)
    tab.until(lambda: row_of(tab, "orders", 60).endswith("note 60"))
    closed(tab)


def test_a_visitor_may_leave_before_the_rows_come(visitors: Visitors, app: Served) -> None:
    tab = disturbed(visitors, app, SLOW)
    tab.until(lambda: row_of(tab, "orders", 0).endswith("note 0"))
    scroll(tab, "orders", 110)
    tab.page.click("#shell-nav-returns")
    tab.until(lambda: row_of(tab, "returns", 0).endswith("note 0"))
    tab.settle()
    closed(tab)


def test_an_answer_that_the_table_loses_is_asked_for_again(visitors: Visitors, app: Served) -> None:
    tab = disturbed(visitors, app, LATE)
    tab.until(lambda: row_of(tab, "orders", 0).endswith("note 0"))
    search = tab.page.locator("#orders-filters input[placeholder=Search]")
    for text, first in (("note 23", "note 23"), ("", "note 0")):
        search.fill("no such note")
        tab.until(lambda: "No rows" in tab.text("#orders-table"))
        search.fill(text)
        tab.until(lambda first=first: row_of(tab, "orders", 0).endswith(first))  # type: ignore[misc]
    scroll(tab, "orders", 160)
    tab.until(lambda: row_of(tab, "orders", 160).endswith("note 160"))
    closed(tab)


# The second text comes before the table has asked again.
@pytest.mark.parametrize(("lost", "texts"), [(1, ["note 23", "note 42"]), (2, ["note 23"])])
def test_lost_answers_do_not_keep_the_tables_place_for_a_request(
    visitors: Visitors, app: Served, lost: int, texts: list[str]
) -> None:
    tab = opened(visitors, app, "/orders")
    tab.page.evaluate(
        """async (lost) => {
            const table = await dash_ag_grid.getApiAsync("orders-table");
            const source = table.getGridOption("datasource");
            const ask = source.getRows;
            const deaf = { successCallback() {} };
            source.getRows = (request) => ask(lost-- > 0 ? { ...request, ...deaf } : request);
        }""",
        lost,
    )
    for text in texts:
        tab.page.locator("#orders-filters input[placeholder=Search]").fill(text)
        tab.until(lambda text=text: text in chips(tab, "orders"))  # type: ignore[misc]
    tab.until(lambda: row_of(tab, "orders", 0).endswith(texts[-1]))
    closed(tab)


@pytest.mark.parametrize("cause", ["there is no column 'Amount'", "The server does not answer"])
def test_rows_that_do_not_come_are_told_and_others_come(
    visitors: Visitors, app: Served, cause: str
) -> None:
    tab = opened(visitors, app, "/returns")
    tab.until(lambda: row_of(tab, "returns", 0))
    file = csv_of(app, "returns")
    before = file.read_text("utf-8")
    if "server" in cause:
        tab.page.route(CALLBACKS, lambda route: route.abort("connectionreset"))
    else:
        file.write_text(before.replace("Amount", "Price"), encoding="utf-8")
    for row in (60, 110):
        scroll(tab, "returns", row)
        tab.settle()
    note = tab.page.locator("[role=alert]")
    tab.until(lambda: note.count() == 1)
    assert cause in note.inner_text()
    assert row_of(tab, "returns", 110) == ""
    assert "No rows" not in tab.text("#returns-table")
    tab.page.unroute(CALLBACKS)
    file.write_text(before, encoding="utf-8")
    scroll(tab, "returns", 160)
    tab.until(lambda: row_of(tab, "returns", 160).endswith("note 160"))


def test_a_callback_with_more_outputs_than_the_rows_does_not_stop_the_table(
    visitors: Visitors, app: Served
) -> None:
    tab = visitors.tab(app.url)
    tab.go("/table")
    tab.until(lambda: row_of(tab, "mine", 0).endswith("note 0"))
    scroll(tab, "mine", 60)
    note = tab.page.locator("[role=alert]")
    tab.until(lambda: "Something went wrong" in note.inner_text())
    tab.page.route(CALLBACKS, lambda route: route.abort("connectionreset"))
    scroll(tab, "mine", 110)
    tab.until(lambda: note.filter(has_text="The server does not answer").count())
    tab.page.unroute(CALLBACKS)
    scroll(tab, "mine", 160)
    tab.until(lambda: row_of(tab, "mine", 160).endswith("note 160"))
    assert tab.text("#mine-blocks") == "from 150"


def csv_of(app: Served, page: str) -> Path:
    """Return the file of a page."""
    (entry,) = (app.folder / "myapp/myapp/pages" / page).glob("dataset.toml")
    path = json.loads(re.findall(r'path = (".*")', entry.read_text())[0])
    return app.folder / "myapp" / str(path)


def test_a_column_that_has_gone_is_named_on_the_page_and_in_the_log(
    visitors: Visitors, app: Served
) -> None:
    path = csv_of(app, "returns")
    before = path.read_text("utf-8")
    for after, words in (
        (before.replace("Amount", "Price"), "there is no column 'Amount'"),
        (before.replace("€1000.50", "soon"), "line 2: 'soon' in column 'Amount' is no number"),
    ):
        path.write_text(after, encoding="utf-8")
        tab = visitors.tab(app.url)
        tab.go("/returns")
        tab.page.wait_for_selector(f"text={words}")
        tab.page.close()
        assert words in app.log.read_text()
    path.write_text(before, encoding="utf-8")
    tab = opened(visitors, app, "/returns")
    assert number_of_rows(tab, "returns") == "240"
    closed(tab)
