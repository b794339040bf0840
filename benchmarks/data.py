"""How long a filter of a data page takes, beside the page that one would write with pandas.

Makes a file of 20 columns, and serves its page by gunicorn with two processes of four threads.
Visitors change filters at once, each time to others. An interaction is what the browser asks for
then: the figures and charts, and the rows of the table. Afterwards each answer is compared with the
source. The other page keeps the filtered table in a `dcc.Store`, from which its charts are drawn.
"""

import gzip
import json
import random
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import duckdb
import psutil

from tests.support.process import Process, free_port, running
from tests.support.projects import Variant, environment, render, served

from .report import Plot, Table, seconds, size, start

COLUMNS: dict[str, tuple[str, str, str]] = {
    "sold": ("time", "datetime", "TIMESTAMP '2020-01-01' + to_seconds(h(1) % 157766400)"),
    "region": ("category", "text", "'Region ' || h(2) % 8"),
    "channel": ("category", "text", "'Channel ' || h(3) % 5"),
    "product": ("category", "text", "'Product ' || h(4) % 40"),
    "segment": ("category", "text", "'Segment ' || h(5) % 12"),
    "revenue": ("measure", "number", "round(exp((h(6) % 10000) / 2000.0) * 10, 2)"),
    "cost": ("measure", "number", "(h(7) % 100000) / 100.0"),
    "pieces": ("measure", "integer", "1 + h(8) % 20"),
    "tax": ("measure", "number", "(h(9) % 100000) / 1000.0"),
    "days": ("measure", "integer", "h(10) % 365"),
    "weight": ("measure", "number", "(h(11) % 1000000) / 100.0"),
    "score": ("measure", "integer", "h(12) % 5 + 1"),
    "distance": ("measure", "number", "(h(13) % 100000) / 10.0"),
    "returned": ("flag", "boolean", "h(14) % 10 = 0"),
    "gift": ("flag", "boolean", "h(15) % 3 = 0"),
    "customer": ("text", "text", "'Customer ' || h(16) % 100000"),
    "note": ("text", "text", "'note ' || substr(md5(i::VARCHAR), 1, 12)"),
    "order": ("identifier", "text", "printf('%08d', i)"),
    "city": ("text", "text", "'City ' || h(17) % 500"),
    "delivered": ("time", "date", "DATE '2020-01-01' + (h(18) % 1826)::INTEGER"),
}
KEYS = {name: f"c{place}" for place, name in enumerate(COLUMNS)}
MEASURES = [name for name, (role, _, _) in COLUMNS.items() if role == "measure"]
PAGE = "orders"
ROWS = 50
PATIENCE = 120
SIZES = (10**4, 10**5, 10**6, 2 * 10**6)
VISITORS = 4
EACH = 50
PAUSE = 1.0
"""Seconds that a visitor looks at an answer, on average."""

PANDAS = '''
"""The page that one writes first: the filtered table in a store, and the charts made of it."""

from io import StringIO

import pandas as pd
import plotly.express as px
from dash import Dash, Input, Output, callback, dcc, html

app = Dash(__name__)
server = app.server
TABLE = pd.read_csv("orders.csv", parse_dates=["sold"])
app.layout = html.Div(
    [dcc.Store(id="criteria"), dcc.Store(id="found"), html.Div(id="total")]
    + [dcc.Graph(id=name) for name in ("line", "region", "channel", "points")]
)


@callback(Output("found", "data"), Input("criteria", "data"))
def filtered(criteria):
    found = TABLE
    for name, wanted in criteria.items():
        if isinstance(wanted, list):
            found = found[found[name].isin(wanted)]
        elif isinstance(wanted, str):
            found = found[found[name].str.contains(wanted, case=False, regex=False)]
        else:
            values = found[name].dt.normalize() if name == "sold" else found[name]
            found = found[values.between(wanted["from"], wanted["to"])]
    return found.to_json(orient="split", date_format="iso")


@callback(
    Output("total", "children"),
    Output("line", "figure"),
    Output("region", "figure"),
    Output("channel", "figure"),
    Output("points", "figure"),
    Input("found", "data"),
)
def draw(data):
    found = pd.read_json(StringIO(data), orient="split", convert_dates=["sold"])
    found["sold"] = pd.to_datetime(found["sold"])  # texts where there are no rows
    months = found.set_index("sold").resample("MS")["revenue"].sum().reset_index()
    return (
        len(found),
        px.line(months, x="sold", y="revenue"),
        px.bar(found.groupby("region", as_index=False)["revenue"].sum(), x="revenue", y="region"),
        px.bar(found.groupby("channel", as_index=False)["revenue"].sum(), x="revenue", y="channel"),
        px.scatter(found.sample(min(len(found), 1500)), x="revenue", y="cost"),
    )


server.test_client().get("/")
'''

Criteria = dict[str, Any]


def make(file: Path, rows: int) -> None:
    """Write the file that the page is about."""
    own = duckdb.connect()
    own.execute("CREATE MACRO h(i, n) AS (hash(i * 101 + n) % 2147483647)::BIGINT")
    cells = ", ".join(
        f'{sql.replace("h(", "h(i, ")} AS "{name}"' for name, (_, _, sql) in COLUMNS.items()
    )
    own.execute(f"COPY (SELECT {cells} FROM range(1, {rows + 1}) r(i)) TO '{file}' (HEADER)")


def some_criteria(number: int) -> Criteria:
    """Return filters as a visitor combines them; each number has others."""
    draw = random.Random(number)
    found: Criteria = {}
    kinds = draw.sample(
        ["region", "product", "time", "revenue", "search"], draw.choice([1, 2, 2, 3])
    )
    if "region" in kinds:
        found["region"] = [f"Region {n}" for n in draw.sample(range(8), draw.choice([1, 2, 3]))]
    if "product" in kinds:
        found["product"] = [f"Product {n}" for n in draw.sample(range(40), draw.choice([1, 2, 4]))]
    if "time" in kinds:
        first, last = sorted(draw.sample(range(60), 2))
        months = [f"{2020 + n // 12}-{1 + n % 12:02}" for n in (first, last)]
        found["sold"] = {"from": f"{months[0]}-01", "to": f"{months[1]}-{draw.randint(1, 28):02}"}
    if "revenue" in kinds:
        low = draw.randint(10, 300)
        found["revenue"] = {"from": low, "to": low + draw.randint(50, 1200)}
    if "search" in kinds:
        found["customer"] = f"Customer {draw.randint(10, 999)}"
    return found


@dataclass
class Exchange:
    """What an interaction asked, and what came of it."""

    criteria: Criteria
    sort: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0
    bytes: int = 0
    answers: list[Any] = field(default_factory=list)
    failed: str = ""


def post(url: str, body: dict[str, Any]) -> tuple[Any, int]:
    """Ask a callback, and return its answer and the bytes of both ways."""
    sent = json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    request = urllib.request.Request(f"{url}/_dash-update-component", sent, headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        got = answer.read()
        plain = gzip.decompress(got) if answer.headers["Content-Encoding"] == "gzip" else got
        return json.loads(plain)["response"], len(sent) + len(got)


def pattern(kind: str, place: int) -> str:
    """Return the id of a chart or of its title, as answers have it."""
    return json.dumps({"place": place, "type": f"{PAGE}-{kind}"}, separators=(",", ":"))


def part(identity: Any, name: str, value: Any = None, *, output: bool = False) -> dict[str, Any]:
    """Return an input, a state or an output of a callback's request."""
    found = {"id": identity, "property": name}
    return found if output else {**found, "value": value}


class Generated:
    """The page of dashgen, asked as the browser asks it."""

    def __init__(self, url: str) -> None:
        """Read from the app which outputs its callbacks have."""
        self.url = url
        with urllib.request.urlopen(f"{url}/_dash-dependencies", timeout=PATIENCE) as answer:
            text = answer.read()
        names = [callback["output"] for callback in json.loads(text)]
        self.draw = next(name for name in names if f"{PAGE}-figures" in name)
        self.rows = next(name for name in names if "getRowsResponse" in name)
        self.charts = 4

    def outputs(self) -> list[Any]:
        """Return the outputs of `draw`, in its order."""
        found: list[Any] = []
        for name in self.draw.strip(".").split("..."):
            identity, _, prop = name.rpartition(".")
            if identity.startswith("{"):
                kind = json.loads(identity)["type"]
                ids = [{"place": n, "type": kind} for n in range(self.charts)]
                found.append([part(one, prop, output=True) for one in ids])
            else:
                found.append(part(identity, prop, output=True))
        return found

    def ask(self, exchange: Exchange, visitor: str, number: int) -> None:
        """Ask for the figures and the rows at once."""
        criteria = {KEYS[name]: wanted for name, wanted in exchange.criteria.items()}
        turn = part(f"{PAGE}-turn-store", "data", {"by": visitor, "number": number})
        wanted = part(f"{PAGE}-criteria-store", "data", criteria)
        sort = [{"colId": KEYS[one["colId"]], "sort": one["sort"]} for one in exchange.sort]
        request = {"startRow": 0, "endRow": ROWS, "sortModel": sort, "filterModel": {}}
        bodies = [
            {
                "output": self.draw,
                "outputs": self.outputs(),
                "inputs": [wanted],
                "state": [turn],
                "changedPropIds": [f"{PAGE}-criteria-store.data"],
            },
            {
                "output": self.rows,
                "outputs": part(f"{PAGE}-table", "getRowsResponse", output=True),
                "inputs": [part(f"{PAGE}-table", "getRowsRequest", request)],
                "state": [wanted, turn],
                "changedPropIds": [f"{PAGE}-table.getRowsRequest"],
            },
        ]
        with ThreadPoolExecutor(2) as pool:
            for answer, size in pool.map(lambda body: post(self.url, body), bodies):
                exchange.answers.append(answer)
                exchange.bytes += size

    def wrong(self, exchange: Exchange, source: duckdb.DuckDBPyConnection) -> str:
        """Return what is not as the source has it, or nothing."""
        drawn, table = exchange.answers
        where, values = condition(exchange.criteria)
        count = source.execute(f"SELECT count(*) FROM t WHERE {where}", values).fetchall()[0][0]
        found = table[f"{PAGE}-table"]["getRowsResponse"]
        order = "".join(f'"{one["colId"]}" {one["sort"]}, ' for one in exchange.sort)
        names = ", ".join(f't."{name}"' for name in MEASURES)
        rows = source.execute(
            f"SELECT row, {names} FROM t WHERE {where} ORDER BY {order} row LIMIT {ROWS}", values
        ).fetchall()
        got = [
            (int(row["row"]), *(row[KEYS[name]] for name in MEASURES)) for row in found["rowData"]
        ]
        if found["rowCount"] != count or not equal(got, rows):
            return f"rows of {exchange.criteria}"
        if not count:
            return ""
        sums = ", ".join(f'sum("{name}")' for name in MEASURES)
        expected = source.execute(f"SELECT {sums} FROM t WHERE {where}", values).fetchall()
        (change,) = drawn[f"{PAGE}-table"]["dashGridOptions"]["operations"]
        (pinned,) = change["params"]["value"]
        if not equal([tuple(pinned[KEYS[name]] for name in MEASURES)], expected):
            return f"totals of {exchange.criteria}"
        step = drawn[pattern("title", 0)]["children"].partition(",")[0].rpartition(" ")[2]
        return next(
            (
                f"{what} of {exchange.criteria}"
                for place, (what, sql) in enumerate(
                    {
                        "steps": f"date_trunc('{step}', sold)::DATE::VARCHAR",
                        "regions": "region",
                        "channels": "channel",
                    }.items()
                )
                if not self.agrees(drawn, place, what, sql, exchange.criteria, source)
            ),
            "",
        )

    def agrees(
        self,
        drawn: Any,
        place: int,
        what: str,
        sql: str,
        criteria: Criteria,
        source: duckdb.DuckDBPyConnection,
    ) -> bool:
        """Say whether a chart has the values of the source."""
        traces = drawn[pattern("chart", place)]["figure"]["data"]
        own = {"regions": "region", "channels": "channel"}.get(what)
        where, values = condition({key: one for key, one in criteria.items() if key != own})
        expected = source.execute(
            f"SELECT {sql}, sum(revenue) FROM t WHERE {where} GROUP BY 1", values
        ).fetchall()
        across, along = ("x", "y") if what == "steps" else ("customdata", "x")
        # The dotted line of an incomplete step has a point of the other one.
        pairs = {pair for one in traces for pair in zip(one[across], one[along], strict=True)}
        given = [(name, value) for name, value in pairs if value is not None and name]
        return equal(sorted(given), sorted(expected))


class Pandas:
    """The page with pandas and a store, asked as the browser asks it."""

    def __init__(self, url: str) -> None:
        """Keep the address."""
        self.url = url

    def ask(self, exchange: Exchange, _visitor: str, _number: int) -> None:
        """Ask for the filtered table, and send it back for the charts."""
        filtered = {
            "output": "found.data",
            "outputs": part("found", "data", output=True),
            "inputs": [part("criteria", "data", exchange.criteria)],
            "changedPropIds": ["criteria.data"],
        }
        answer, size = post(self.url, filtered)
        charts = ["line", "region", "channel", "points"]
        outputs = [part("total", "children", output=True)]
        outputs += [part(name, "figure", output=True) for name in charts]
        draw = {
            "output": f"..total.children...{'...'.join(f'{name}.figure' for name in charts)}..",
            "outputs": outputs,
            "inputs": [part("found", "data", answer["found"]["data"])],
            "changedPropIds": ["found.data"],
        }
        drawn, more = post(self.url, draw)
        exchange.answers.append(drawn["total"]["children"])
        exchange.bytes = size + more

    def wrong(self, exchange: Exchange, source: duckdb.DuckDBPyConnection) -> str:
        """Return what is not as the source has it, or nothing."""
        where, values = condition(exchange.criteria)
        count = source.execute(f"SELECT count(*) FROM t WHERE {where}", values).fetchall()[0][0]
        return "" if exchange.answers == [count] else f"number of {exchange.criteria}"


def condition(criteria: Criteria) -> tuple[str, list[Any]]:
    """Return the criteria as SQL of the source, written without what the app has for it."""
    parts: list[str] = ["true"]
    values: list[Any] = []
    for name, wanted in criteria.items():
        if isinstance(wanted, list):
            parts.append(f'list_contains(?::VARCHAR[], "{name}")')
            values.append(wanted)
        elif isinstance(wanted, str):
            parts.append(f'"{name}" ILIKE ?')
            values.append(f"%{wanted}%")
        else:
            cast = f'"{name}"::DATE' if name == "sold" else f'"{name}"'
            parts.append(f"{cast} BETWEEN ? AND ?")
            values += [wanted["from"], wanted["to"]]
    return " AND ".join(parts), values


def equal(given: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Say whether rows are equal, but for the last digits of sums."""
    return len(given) == len(expected) and all(
        one == other or (isinstance(one, float) and abs(one - other) <= 1e-9 * abs(other))
        for left, right in zip(given, expected, strict=True)
        for one, other in zip(left, right, strict=True)
    )


def drive(
    page: Generated | Pandas, visitors: int, each: int, pause: float, start: int
) -> list[Exchange]:
    """Let visitors change filters, each `each` times, and return the interactions."""
    found: list[Exchange] = []
    lock = threading.Lock()

    def visit(visitor: int) -> None:
        draw = random.Random(visitor)
        for number in range(each):
            time.sleep(draw.uniform(0, 2 * pause))
            exchange = Exchange(some_criteria(start + visitor * each + number))
            if draw.random() < 0.2:
                exchange.sort = [{"colId": draw.choice(["cost", "customer"]), "sort": "desc"}]
            begun = time.perf_counter()
            try:
                page.ask(exchange, f"visitor {start} {visitor}", number + 1)
            except (OSError, ValueError) as error:
                exchange.failed = str(error) or type(error).__name__
            exchange.seconds = time.perf_counter() - begun
            with lock:
                found.append(exchange)

    threads = [threading.Thread(target=visit, args=[number]) for number in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def memory(process: Process) -> int:
    """Return the megabytes of a web process that are its own, on average."""
    found = []
    for worker in psutil.Process(process.pid).children():
        with suppress(psutil.NoSuchProcess):
            found.append(worker.memory_full_info().uss)
    return int(statistics.mean(sorted(found)[-2:]) / 1e6)


def row_of(
    name: str,
    rows: int,
    exchanges: list[Exchange],
    process: Process,
    check: Callable[[Exchange], str],
) -> tuple[str, ...]:
    """Return a row of the table, and print the answers that are wrong."""
    used = memory(process)
    answered = [exchange for exchange in exchanges if not exchange.failed]
    wrong = [text for exchange in answered if (text := check(exchange))]
    cells = ["-"] * 4
    if len(answered) > 1:
        times = sorted(exchange.seconds for exchange in answered)
        within = sum(time < 0.3 for time in times) / len(exchanges)
        cells = [
            seconds(statistics.median(times)),
            seconds(statistics.quantiles(times, n=20)[-1]),
            f"{100 * within:.0f} %",
            size(max(exchange.bytes for exchange in answered)),
        ]
    for text in [*wrong[:3], *{one.failed for one in exchanges if one.failed}]:
        print(f"  {text}", file=sys.stderr)
    state = f"{len(exchanges) - len(answered)} failed, {len(wrong)} wrong"
    return (name, f"{rows:,}", *cells, f"{used} MB", state)


def measure(small: bool = False, sizes: Sequence[int] = SIZES) -> Table:
    """Let visitors filter both pages, with more and more rows."""
    found = []
    for rows in (1000,) if small else sizes:
        with tempfile.TemporaryDirectory() as name:
            found += both(Path(name), rows, small)
    columns = ("Page", "Rows", "Median", "95 of 100", "Under 300 ms", "Most bytes", "Memory")
    note = (
        f"{VISITORS} visitors change filters of a page with 20 columns. Each looks at an answer "
        f"for {PAUSE:g} s on average. *Memory* is that of one process. *Answers* were compared "
        "with the file."
    )
    plot = Plot((("median", 2), ("95 of 100", 3)), over=1)
    return Table("Filters of a data page", (*columns, "Answers"), tuple(found), note, plot)


def both(folder: Path, rows: int, small: bool) -> list[tuple[str, ...]]:
    """Measure both pages with a number of rows."""
    each, pause = (2, 0) if small else (EACH, PAUSE)
    file = folder / "orders.csv"
    make(file, rows)
    columns: list[dict[str, Any]] = [
        {"name": name, "role": role, "type": kind} for name, (role, kind, _) in COLUMNS.items()
    ]
    for column in columns:
        if column["name"] in ("customer", "order"):
            column["filter"] = column["name"] == "customer"
    pages = [{"name": PAGE, "kind": "data", "source": {"path": str(file)}, "columns": columns}]
    project = render(folder, Variant(), pages=pages)
    source = duckdb.connect()
    source.execute(
        "CREATE TABLE t AS SELECT row_number() OVER () AS row, * FROM read_csv(?, types=?)",
        [str(file), {"order": "VARCHAR"}],
    )
    with served(project, log=folder / "app.log") as process:
        begun = time.perf_counter()
        with suppress(OSError):
            urllib.request.urlopen(f"{process.url}/{PAGE}", timeout=PATIENCE).read()
        page = Generated(process.url)
        wait_until_it_answers(page)
        print(f"  ready after {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        # Each process reads the ends of the columns once.
        drive(page, 8, 2, 0, start=10**6)
        found = drive(page, VISITORS, each, pause, start=0)
        ours = row_of("dashgen", rows, found, process, lambda one: page.wrong(one, source))
    (folder / "pandas").mkdir()
    (folder / "pandas/orders.csv").symlink_to(file)
    (folder / "pandas/app.py").write_text(PANDAS)
    port = free_port()
    flags = ["-w", "2", "--threads", "4", "--timeout", str(PATIENCE), "--no-control-socket"]
    with running(
        [sys.executable, "-m", "gunicorn", *flags, "-b", f"127.0.0.1:{port}", "app:server"],
        log=folder / "pandas.log",
        cwd=folder / "pandas",
        env=environment(port),
        port=port,
        health="/",
    ) as process:
        other = Pandas(process.url)
        found = drive(other, VISITORS, each if rows <= 10**5 else 2, pause, start=0)
        peer = row_of("pandas", rows, found, process, lambda one: other.wrong(one, source))
    return [ours, peer]


def wait_until_it_answers(page: Generated) -> None:
    """Wait for the conversion of the file. An answer 500 is a failure that will not go away."""
    end = time.monotonic() + 10 * PATIENCE
    while True:
        exchange = Exchange({})
        try:
            page.ask(exchange, "first", 1)
        except (OSError, ValueError) as error:
            failed = isinstance(error, HTTPError) and error.code == 500
            if failed or time.monotonic() > end:
                raise
            time.sleep(1)
        else:
            return


if __name__ == "__main__":
    start(measure)
