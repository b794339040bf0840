"""The contract of `storage.py`: the same tests for each of the strategies."""

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from .apps import App, RefusedError, Visitor
from .conftest import IN_BROWSER, ON_SERVER, Start
from .stores import inside, mongodb, sql

on_server = pytest.mark.parametrize("choice", ON_SERVER)
in_browser = pytest.mark.parametrize("choice", IN_BROWSER)

VALUES: dict[str, Any] = {
    "null": None,
    "empty": ["", [], {}, False, 0],
    "unicode": "Zoë · 東京 · 🚀 · \u2028 · \ud800",
    "control": "a\x00b\x1f\x7f\n",
    "quotes": "'; DROP TABLE x; -- \" \\ $fields {$literal: 1}",
    "nested": {"a": [{"b.c": {"$d": [1, [2, [3]]]}}], "": {"": 0}},
    "numbers": [2**63, -(2**70), 2**53 + 1, 0.1, 1e308, 5e-324, -0.0, 10**100],
    "with space": 1,
    "dots.and$dollars": 2,
}


def test_a_record_is_empty_at_first(visitor: Visitor) -> None:
    assert visitor.load() == {}
    assert visitor.load(["name"]) == {}
    visitor.data = None
    assert visitor.load() == {}


def test_save_replaces_update_adds_and_empty_clears(visitor: Visitor) -> None:
    visitor.update({"first": 1, "second": 2})
    visitor.update({"second": 3, "third": 4})
    assert visitor.load() == {"first": 1, "second": 3, "third": 4}
    visitor.save({"third": 5, "fourth": 6})
    assert visitor.load() == {"third": 5, "fourth": 6}
    visitor.update({})
    assert visitor.load() == {"third": 5, "fourth": 6}
    visitor.save({})
    assert visitor.load() == {}
    visitor.update({"first": None})
    assert visitor.load() == {"first": None}


def test_some_fields_can_be_loaded(visitor: Visitor) -> None:
    visitor.save({"first": 1, "second": None, "third": 3})
    assert visitor.load(["second", "third", "other"]) == {"second": None, "third": 3}
    assert visitor.load([]) == {}


def test_any_json_comes_back_as_it_was(visitor: Visitor) -> None:
    visitor.update(VALUES)
    assert visitor.load() == VALUES
    assert str(visitor.load(["numbers"])) == str({"numbers": VALUES["numbers"]})
    visitor.save(VALUES)
    assert visitor.load(list(VALUES)) == VALUES


@pytest.mark.parametrize("how", ["save", "update"])
def test_what_is_not_json_is_named(visitor: Visitor, how: str) -> None:
    visitor.update({"fine": 0})
    with pytest.raises(RefusedError, match=r"TypeError: 'languages' .*\bset\b") as caught:
        visitor.app.call("write_not_json", owner=visitor.owner, how=how)
    assert not caught.value.for_user
    assert visitor.load() == {"fine": 0}


def test_records_have_an_id_of_their_app(app: App, choice: str) -> None:
    kept = choice if choice in IN_BROWSER else "memory"
    assert app.call("component") == ["myapp-profile-store", {}, kept]


def test_too_much_is_refused(visitor: Visitor) -> None:
    visitor.update({"kept": "x" * 900_000})
    with pytest.raises(RefusedError, match=r"1,000,001 bytes.*1,000,000") as caught:
        visitor.update({"big": "x" * 999_999})
    assert caught.value.for_user
    with pytest.raises(RefusedError, match="RecordTooLargeError"):
        visitor.save({"one": "x" * 500_000, "two": "x" * 500_000})
    assert list(visitor.load()) == ["kept"]


def test_the_limit_is_a_setting(start: Start) -> None:
    visitor = Visitor(start(APP_STORAGE_LIMIT="100"))
    visitor.update({"fine": "x" * 98})
    with pytest.raises(RefusedError, match="101 bytes"):
        visitor.update({"big": "x" * 99})


@in_browser
@pytest.mark.parametrize("data", [["list"], "text", 7])
def test_what_is_no_record_is_treated_as_empty(visitor: Visitor, data: Any) -> None:
    visitor.data = data
    assert visitor.load() == {}
    assert visitor.app.log == [
        "WARNING myapp-profile-store holds no record and is treated as empty"
    ]


@on_server
def test_the_browser_holds_an_identifier_and_a_revision(visitor: Visitor) -> None:
    visitor.update({"secret": "value"})
    first = dict(visitor.data)
    assert first.keys() == {"id", "revision"}
    assert len(first["id"]) == 64
    visitor.save({"secret": "other"})
    assert visitor.data == {"id": first["id"], "revision": first["revision"] + 1}


@on_server
def test_another_session_finds_nothing(app: App) -> None:
    owner, thief = Visitor(app), Visitor(app)
    owner.save({"secret": 1})
    thief.data = owner.data
    assert thief.load() == {}
    assert thief.load(["secret"]) == {}
    thief.update({"secret": 2})
    assert thief.data["id"] != owner.data["id"]
    assert owner.load() == {"secret": 1}


@on_server
@pytest.mark.parametrize("data", [{"id": "0" * 64}, {"id": None}, {"a": 1}, ["list"], "text", 7])
def test_a_forged_identifier_finds_nothing(visitor: Visitor, data: Any) -> None:
    visitor.save({"secret": 1})
    visitor.data = data
    assert visitor.load() == {}


@on_server
def test_other_tabs_and_processes_see_the_record(visitor: Visitor, pair: list[App]) -> None:
    visitor.save({"name": "Ada"})
    assert Visitor(visitor.app, visitor.owner).load() == {"name": "Ada"}
    other = Visitor(pair[0], visitor.owner)
    assert other.load() == {"name": "Ada"}
    other.update({"name": "Grace"})
    assert visitor.load() == {"name": "Grace"}


@on_server
def test_the_cookie(app: App, start: Start) -> None:
    (cookie,) = app.call("cookies")
    name, *attributes = cookie.split("; ")
    assert name.startswith("myapp_session=")
    assert name.count(".") == 2  # payload, time and signature
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert "Secure" not in attributes
    (cookie,) = start(
        APP_ENVIRONMENT="production", APP_SECRET_KEY="long-enough-for-production"
    ).call("cookies")
    assert {"HttpOnly", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))


@on_server
def test_outside_a_request_there_is_no_record(app: App) -> None:
    with pytest.raises(RefusedError, match="RuntimeError: a record belongs to a session"):
        app.call("outside_request")


@on_server
def test_a_late_request_does_not_win(app: App) -> None:
    page = Visitor(app, page="one")
    page.update({"a": "new", "b": "new"}, 5)
    page.update({"a": "old", "c": "first"}, 4)
    assert page.load() == {"a": "new", "b": "new", "c": "first"}
    page.update({"a": "same request"}, 5)
    page.update({"b": "newer"}, 6)
    assert page.load(["a", "b"]) == {"a": "same request", "b": "newer"}
    other = Visitor(app, page.owner, page="two")
    other.update({"a": "other"}, 1)
    page.update({"b": "no page"})
    assert page.load() == {"a": "other", "b": "no page", "c": "first"}


@on_server
def test_a_late_request_does_not_win_over_a_save(app: App) -> None:
    page = Visitor(app, page="one")
    page.update({"late": 1, "soon": 1}, 1)
    page.update({"after": 9}, 9)
    page.save({"kept": 5}, 5)
    assert page.load() == {"kept": 5, "after": 9}
    page.update({"late": 2, "kept": 2}, 2)
    page.save({"late": 3}, 3)
    assert page.load() == {"kept": 5, "after": 9}
    page.update({"late": 6}, 6)
    assert page.load() == {"kept": 5, "after": 9, "late": 6}
    Visitor(app, page.owner, page="two").save({}, 1)
    assert page.load() == {}


@on_server
@pytest.mark.parametrize(
    "sent", [None, [], ["x"], ["x" * 65, 1], ["x", -1], ["x", 2**64], "x", [1, 1]]
)
def test_an_odd_order_is_no_order(visitor: Visitor, sent: Any) -> None:
    for value in (1, 2):
        visitor.app.call(
            "write", owner=visitor.owner, how="update", fields={"a": value}, data={}, sent=sent
        )
    assert visitor.load() == {"a": 2}


@pytest.mark.parametrize("name", ["a\0b", "x" * 201, "\ud800"], ids=["NUL", "long", "surrogate"])
def test_what_is_no_name_of_a_field_is_no_outage(visitor: Visitor, name: str) -> None:
    visitor.update({"kept": 1, "x" * 200: 2})
    for how in (visitor.update, visitor.save):
        with pytest.raises(RefusedError, match=r"TypeError: .* is no name of a field"):
            how({name: 1})
    assert visitor.load(["kept", name]) == {"kept": 1}
    assert visitor.app.log == []


@on_server
def test_many_fields_take_little_more_than_few(
    visitor: Visitor, said: Callable[[str], None], choice: str
) -> None:
    seconds = []
    for count in (300, 3000):
        fields = {f"field{number}": number for number in range(count)}
        visitor.save({})
        visitor.update(fields)
        seconds.append(visitor.app.seconds)
        assert visitor.load() == fields
    said(f"{choice}: 300 fields in {seconds[0]:.2f} s, 3,000 in {seconds[1]:.2f} s")
    assert seconds[1] < max(1, 20 * seconds[0])


@pytest.mark.parametrize("choice", ["sqlite"])
@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_another_file_is_noticed_and_opened(start: Start, tmp_path: Path, how: str) -> None:
    file = tmp_path / "folder" / "own.db"
    app, other = (start(APP_STORAGE_URL=f"sqlite:///{file}") for _ in range(2))
    visitor = Visitor(app)
    visitor.update({"kept": "in the backup"})
    with sqlite3.connect(file) as source, sqlite3.connect(tmp_path / "backup.db") as backup:
        source.backup(backup)
    for process in (app, other):  # fills the pools
        process.call("hammer", owner=visitor.owner, process=0, threads=4, updates=2)
    if how == "deleted":
        file.unlink()
    else:
        (tmp_path / "backup.db").replace(file)
    expected = {} if how == "deleted" else {"kept": "in the backup"}
    for process in (app, other):
        assert Visitor(process, visitor.owner).load() == expected
        assert process.call("hammer", owner="another", process=1, threads=4, updates=2) == 0
        assert process.log == [f"WARNING {file} was replaced or deleted, and is opened again"]
    visitor.update({"new": 1})
    assert Visitor(other, visitor.owner).load() == {**expected, "new": 1}
    assert file.stat().st_mode & 0o077 == 0 or how == "replaced"
    with sqlite3.connect(file) as whole:
        assert whole.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@on_server
def test_large_values_come_back(start: Start, said: Callable[[str], None], choice: str) -> None:
    visitor = Visitor(start(APP_STORAGE_LIMIT="60000000"))
    ten = {f"field{number}": str(number) * 5_000_000 for number in range(10)}
    visitor.update(ten)
    written = visitor.app.seconds
    assert visitor.load() == ten
    said(f"{choice}: ten of 5 MB: written in {written:.2f} s, read in {visitor.app.seconds:.2f} s")
    one = {"field": "0123456789" * 5_000_000}
    visitor.save(one)
    written = visitor.app.seconds
    assert visitor.load() == one
    said(f"{choice}: one of 50 MB: written in {written:.2f} s, read in {visitor.app.seconds:.2f} s")
    visitor.update({"small": 1})
    assert visitor.app.seconds < 0.5
    assert visitor.load(["small"]) == {"small": 1}
    assert visitor.app.seconds < 0.5
    visitor.save({})


@pytest.mark.parametrize("choice", ["sqlite"])
def test_the_file_shrinks_when_records_have_expired(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "own.db"
    app = start(APP_STORAGE_URL=f"sqlite:///{file}", APP_STORAGE_TTL="2")
    for _ in range(30):  # visitors who do not come back
        Visitor(app).save({"field": "x" * 999_000})

    def size() -> int:
        return sum(part.stat().st_size for part in tmp_path.glob("own.db*"))

    assert size() > 30_000_000
    time.sleep(2.1)
    for _ in range(2):  # the journal gets shorter with the next write
        Visitor(app).save({"field": 1})
    assert size() < 12_000_000  # most of it is the journal, which has a limit


@on_server
def test_parallel_updates_lose_nothing(
    app: App, pair: list[App], said: Callable[[str], None], choice: str
) -> None:
    visitor = Visitor(app)
    for number, process in enumerate(pair):
        process.send("hammer", owner=visitor.owner, process=number, threads=4, updates=100)
    failed = sum(process.receive() for process in pair)
    found = len(visitor.load())
    seconds = max(process.seconds for process in pair)
    said(f"{choice}: {found} of 800 updates kept, {failed} failed, in {seconds:.2f} s")
    assert (found, failed) == (800, 0), [process.log for process in pair]


@on_server
def test_the_last_request_wins_a_race(
    app: App, pair: list[App], said: Callable[[str], None], choice: str
) -> None:
    visitor = Visitor(app)
    numbers = random.Random(7).sample(range(400), 400)
    for process, mine in zip(pair, (numbers[::2], numbers[1::2]), strict=True):
        process.send("race", owner=visitor.owner, page="one", numbers=mine, threads=4)
    for process in pair:
        process.receive()
    said(f"{choice}: {visitor.load()['field']} won of 0 to 399 in {pair[0].seconds:.2f} s")
    assert visitor.load() == {"field": 399}


@on_server
def test_nobody_reads_half_of_a_value(start: Start) -> None:
    app, writer, size = (
        start(APP_STORAGE_LIMIT="60000000"),
        start(APP_STORAGE_LIMIT="60000000"),
        17_000_000,
    )
    visitor = Visitor(app)
    visitor.update({"field": "a" * size})
    writer.send("write_letters", owner=visitor.owner, size=size, letters="bcabca")
    seen = app.call("read_while_written", owner=visitor.owner, seconds=1)
    writer.receive()
    assert set(seen) <= {f"{size} {letter}" for letter in "abc"}
    visitor.save({})


@on_server
def test_a_fork_uses_the_store_too(start: Start) -> None:
    visitor = Visitor(start())
    visitor.update({"parent": 1})
    assert visitor.app.call("fork", owner=visitor.owner) == 0
    visitor.update({"again": 1})
    assert visitor.load() == {"parent": 1, "child": 1, "again": 1}


@on_server
def test_records_expire_and_vanish(start: Start, url: str, choice: str) -> None:
    visitor = Visitor(start(APP_STORAGE_TTL="3"))
    count = inside(url).count
    expired = Visitor(visitor.app)
    visitor.save({})
    before = count(url)
    expired.update({"old": 1})
    visitor.update({"early": 1, "other": 2})
    time.sleep(1.6)
    visitor.update({"late": 3})
    time.sleep(1.6)
    assert visitor.load().keys() == {"early", "other", "late"}  # each update prolongs all
    revision = visitor.data["revision"]
    assert count(url) > before
    time.sleep(3)
    assert visitor.load() == {}
    expired.update({"new": 2})
    assert expired.load() == {"new": 2}
    expired.save({})  # where the server does not remove them, a new record does
    deadline = time.monotonic() + 5
    while count(url) > before:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    visitor.update({"again": 1})
    assert visitor.load() == {"again": 1}
    assert visitor.data["revision"] > revision


@on_server
def test_a_damaged_entry_is_treated_as_absent(visitor: Visitor, url: str, choice: str) -> None:
    visitor.update({"a": 1, "b": 2})
    inside(url).damage(url, visitor.data["id"], "a")
    assert visitor.load() == {"b": 2}
    (line,) = visitor.app.log
    assert line.endswith(".a is damaged and treated as absent")
    visitor.update({"a": 3})
    assert visitor.load() == {"a": 3, "b": 2}


@pytest.mark.parametrize("choice", ["redis"])
@pytest.mark.parametrize("first", ["load", "update"])
def test_a_key_of_another_type_is_treated_as_absent(visitor: Visitor, url: str, first: str) -> None:
    visitor.update({"a": 1})
    key = f"myapp:record:{visitor.data['id']}"
    with redis.Redis.from_url(url) as client:
        client.delete(key)
        client.set(key, "foreign")
    if first == "load":
        assert visitor.load() == {}
    visitor.update({"b": 2})
    assert visitor.load() == {"b": 2}
    assert visitor.app.log == [f"WARNING Key {key} is damaged and treated as absent"]


@pytest.mark.parametrize("choice", ["mongodb"])
@pytest.mark.parametrize("fields", ["text", None, {"a": "text"}, {"a": {"version": 1, "parts": 1}}])
def test_a_foreign_document_is_treated_as_absent(visitor: Visitor, url: str, fields: Any) -> None:
    visitor.update({"a": 1})
    with mongodb(url) as database:
        database.myapp_records.update_one(
            {"_id": visitor.data["id"]}, {"$set": {"fields": fields, "revision": "text"}}
        )
    assert visitor.load() == {}
    assert all("damaged" in line for line in visitor.app.log)
    assert visitor.app.log
    visitor.update({"a": 2})
    assert visitor.load() == {"a": 2}


@pytest.mark.parametrize("choice", ["sqlite", "postgresql"])
def test_missing_tables_are_made_again(visitor: Visitor, url: str) -> None:
    visitor.update({"a": 1})
    with sql(url) as connection:
        connection.execute("DROP TABLE myapp_record_fields")
        connection.execute("DROP TABLE myapp_records")
    assert visitor.load() == {}
    visitor.update({"a": 2})
    assert visitor.load() == {"a": 2}


@pytest.mark.parametrize(
    ("choice", "driver"),
    [("sqlite", "pysqlite"), ("postgresql", "psycopg"), ("postgresql", "psycopg2")],
)
def test_an_address_may_name_a_driver_as_sqlalchemys_do(
    start: Start, url: str, driver: str
) -> None:
    visitor = Visitor(start(APP_STORAGE_URL=url.replace(":", f"+{driver}:", 1)))
    visitor.update({"a": 1})
    assert visitor.load() == {"a": 1}
