"""A table of a real PostgreSQL: described, and asked by a page as if it were a file."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from time import monotonic
from types import ModuleType
from typing import Any

import psycopg
import pytest

from dashgen.cli import main
from dashgen.commands.data import name_of
from dashgen.data import postgresql
from dashgen.data.address import place
from dashgen.data.describe import described
from dashgen.data.sniff import Given
from dashgen.errors import DataError
from tests.cli.helpers import own_check
from tests.support.servers import postgresql_server

from .conftest import in_app

PASSWORD = "p@ss w0rd"
COLUMNS = {
    "id": "bigint PRIMARY KEY",
    "day": "date",
    "at": "timestamptz",
    "shop": "text",
    "amount": "numeric(10, 2)",
    "weight": "double precision",
    "paid": "boolean",
    "big": "bigint",
    'Odd "name" %': "smallint",
    "opens": "time",
    "note": "varchar(40)",
}


def row_of(number: int) -> list[Any]:
    """Return a row of the table."""
    return [
        number * 3,
        date(2024, 1, 1) + timedelta(number % 100),
        datetime(2024, 1, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        None if number % 11 == 0 else f"Shop 'A%' {number % 5}",
        number * 1.25,
        number / 4 if number % 7 else None,
        number % 3 == 0,
        2**60 + number,
        number % 13,
        time(number % 24, 30),
        ["it's", "100 %", "1,5", "", "N/A"][number % 5],
    ]


ROWS = [row_of(number) for number in range(400)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Return the address of a table on a server, with a password."""
    with postgresql_server(database="shop", password=PASSWORD) as server:
        url = server.url
        with psycopg.connect(url, autocommit=True) as connection:
            columns = ", ".join(
                '"' + name.replace('"', '""') + f'" {kind}' for name, kind in COLUMNS.items()
            )
            connection.execute(
                f"CREATE SCHEMA sales; CREATE TABLE sales.orders ({columns})".encode()
            )
            with connection.cursor() as cursor:
                places = ", ".join(["%s"] * len(COLUMNS))
                cursor.executemany(f"INSERT INTO sales.orders VALUES ({places})".encode(), ROWS)
                cursor.execute("UPDATE sales.orders SET weight = 'NaN' WHERE weight IS NULL")
                cursor.execute("CREATE TABLE keyless AS SELECT * FROM sales.orders")
                cursor.execute("CREATE VIEW seen AS SELECT * FROM keyless")
        yield f"{url}#sales.orders"


@pytest.fixture
def own_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the password as an app has it."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


def test_a_table_is_described(address: str) -> None:
    found = described(place(address))
    assert found.rows == len(ROWS)
    assert {column.name: (column.role, column.type) for column in found.columns} == {
        "id": ("identifier", "integer"),
        "day": ("time", "date"),
        "at": ("time", "datetime"),
        "shop": ("category", "text"),
        "amount": ("measure", "number"),
        "weight": ("measure", "number"),
        "paid": ("flag", "boolean"),
        "big": ("identifier", "text"),
        'Odd "name" %': ("measure", "integer"),
        "opens": ("text", "time"),
        "note": ("category", "text"),
    }
    assert described(place(address.replace("postgresql:", "postgres+psycopg:"))).rows == len(ROWS)
    path, content = found.placed(Path())
    assert content is None
    assert path.startswith("postgresql://app@127.0.0.1:")
    assert path.endswith("/shop#sales.orders")
    assert "PGPASSWORD" in " ".join(doubt.text for doubt in found.doubts)
    assert name_of(place(address)) == "orders"


@pytest.mark.parametrize("table", ["sales.orders", "keyless", "seen"])
def test_a_table_answers_like_a_file_of_its_rows(
    address: str, table: str, tmp_path: Path, datasets: ModuleType, own_password: None
) -> None:
    entry = described(place(address)).entry(f"{address.replace(':p%40ss%20w0rd', '')}")
    entry["source"]["path"] = f"{entry['source']['path'].partition('#')[0]}#{table}"
    there = in_app(datasets, tmp_path / "there", entry, opened=True)
    file = tmp_path / "orders.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerows([list(COLUMNS), *([as_cell(value) for value in row] for row in ROWS)])
    entry["source"] = {"path": str(file)}
    here = in_app(datasets, tmp_path / "here", entry)
    keys = {column.name: column.key for column in here.columns}
    # DuckDB only estimates how many values are distinct.
    for key, facts in here.facts().items():
        assert there.facts()[key] | {"distinct": 0} == facts | {"distinct": 0}
    assert there.decimals() == here.decimals()
    for name in ("shop", "paid", "note"):
        column = here.column(keys[name])
        assert there.choices(column) == here.choices(column)
    asked: list[dict[str, Any]] = [
        {},
        {keys["shop"]: ["Shop 'A%' 1", "Shop 'A%' 2"], keys["paid"]: ["true"]},
        {keys["amount"]: {"from": 10.5, "to": 99}, keys["note"]: "It'S"},
        {keys["day"]: {"from": "2024-01-05", "to": "2024-02-01"}},
        {keys["at"]: {"from": "2024-01-05", "to": "2024-01-06"}},
        {keys["note"]: "%"},
        {keys["day"]: {"from": "2024-02-31", "to": "2024-02-01"}, keys["id"]: "3"},
        {keys["shop"]: ["none"]},
    ]
    for criteria in asked:
        assert there.count(criteria) == here.count(criteria)
        assert len(there.rows(criteria).fetchall()) == len(here.rows(criteria).fetchall())
        sums = [datasets.FunctionExpression("sum", here.column(keys["amount"]).value)]
        assert (
            there.rows(criteria).aggregate(sums).fetchall()
            == here.rows(criteria).aggregate(sums).fetchall()
        )
        for sort in ([], [{"colId": keys["weight"], "sort": "desc"}]):
            order = [*sort, {"colId": keys["id"], "sort": "asc"}]
            pages = [data.page(criteria, 3, 20, order) for data in (there, here)]
            assert [without_row(page) for page in pages[:1]] == [without_row(pages[1])]
    assert len({row["row"] for row in there.page({}, 0, 400)}) == 400


def as_cell(value: Any) -> Any:
    """Return a value as a file has it."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return str(value).lower() if isinstance(value, bool) else value


def without_row(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without what tells them apart."""
    return [{key: value for key, value in row.items() if key != "row"} for row in page]


def test_what_is_wrong_is_said_in_one_line(
    address: str, tmp_path: Path, datasets: ModuleType, own_password: None
) -> None:
    url = address.partition("#")[0]
    for wrong, words in (
        (url, "names no table"),
        (f"{url}#nothing", "cannot be read"),
        (address.replace("/shop#", "/nothing#"), "cannot be reached.* is the server running"),
        (f"{url}?ssl=require#orders", "not as libpq expects it; correct the address"),
        (address.replace("app:", "nobody:"), "cannot be reached"),
        (f"{url}?password=x#orders", "PGPASSWORD"),
    ):
        with pytest.raises(DataError, match=words) as refused:
            described(place(wrong)).placed(tmp_path)
        assert "\n" not in str(refused.value)
        assert "w0rd" not in str(refused.value)
    for given in (Given(header=0), Given(footer=1), Given(unpivot=True)):
        with pytest.raises(DataError, match="is not for such a file"):
            described(place(address), given)
    entry = described(place(address)).entry(address)
    entry["columns"].append({"name": "gone", "role": "text", "type": "text"})
    with pytest.raises(datasets.DataError, match="no column 'gone'"):
        in_app(datasets, tmp_path / "gone", entry, opened=True).count()


def test_a_table_that_cannot_be_counted_is_said_in_one_line(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = address.partition("#")[0]
    with psycopg.connect(url, autocommit=True) as connection:
        numbers = "SELECT n FROM generate_series(1, 100) n WHERE 1 / (50 - n) IS NOT NULL"
        connection.execute(f"CREATE VIEW broken AS {numbers}".encode())
    monkeypatch.setattr(postgresql, "LOOKED_AT", 10)
    with pytest.raises(DataError, match="cannot be counted: division by zero"):
        described(place(f"{url}#broken"))


@pytest.mark.parametrize(
    ("longest", "later"), [(1, 1), (60, -9)], ids=["the server ends it", "the app hangs up"]
)
def test_a_query_that_takes_too_long_ends(
    longest: int,
    later: int,
    address: str,
    tmp_path: Path,
    datasets: ModuleType,
    own_password: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = import_module(f"{datasets.__package__}.database")
    entry = described(place(address)).entry(f"{address.replace(':p%40ss%20w0rd', '')}")
    data = in_app(datasets, tmp_path / "slow", entry, opened=True)
    engine = import_module(f"{datasets.__package__}.engine")
    engine.close()
    monkeypatch.setattr(database, "LONGEST", longest)
    with engine.idle(data):
        pass
    monkeypatch.setattr(database, "LONGEST", later)
    with psycopg.connect(address.partition("#")[0]) as other:
        other.execute("LOCK TABLE sales.orders")
        begun = monotonic()
        with pytest.raises(datasets.DataError):
            data.count()
        assert monotonic() - begun < 5


def test_an_app_of_a_table_passes_its_own_checks(
    address: str, work: Path, own_password: None
) -> None:
    assert main(["new", "shop", "--from", address, "-y", "-q"]) == 0
    shop = work / "shop"
    said = (shop / "shop/pages/orders/dataset.toml").read_text()
    assert 'format = "postgresql"' in said
    for file in shop.rglob("*"):
        assert not (file.is_file() and b"w0rd" in file.read_bytes())
    assert own_check(shop, "ruff", "format", "--check", ".") == ""
    assert own_check(shop, "ruff", "check", ".") == ""
    assert own_check(shop, "mypy") == ""
    assert own_check(shop, "pytest", "-q", "-p", "no:cacheprovider", "tests/pages") == ""
