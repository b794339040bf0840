"""Questions to the data of a page: which are asked, which are kept, and how answers are written."""

import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import duckdb
import pytest

from dashgen.data import reading
from dashgen.data.describe import described
from tests.support.process import ROOT

from .conftest import in_app


@pytest.fixture
def answers(datasets: ModuleType) -> Any:
    """Return the module that keeps answers."""
    return sys.modules[f"{datasets.__package__}.answers"]


@pytest.fixture
def language(datasets: ModuleType) -> Any:
    """Return the module that writes numbers."""
    return import_module(f"{datasets.__package__}.language")


@pytest.fixture
def connection(datasets: ModuleType) -> Any:
    """Return the module that opens DuckDB."""
    return import_module(f"{datasets.__package__}.connection")


@pytest.fixture
def rows(tmp_path: Path, datasets: ModuleType) -> Any:
    """Return data whose order in the file is none of their columns'."""
    file = tmp_path / "file.csv"
    lines = [
        f"2024-01-{1 + n % 28:02} {n % 24:02}:30:00,g{n % 7},{n * 7919 % 1000},word {n % 50}"
        for n in range(1000)
    ]
    file.write_text("\n".join(["at,group,size,note", *lines, ""]))
    name = f"rows{abs(hash(tmp_path))}"
    entry = described(file).entry(str(file))
    entry["columns"][3]["role"] = "text"
    return in_app(datasets, tmp_path / name, entry)


def test_a_later_question_of_a_page_ends_an_earlier_one(answers: Any) -> None:
    first, second = {"by": "a page", "number": 1}, {"by": "a page", "number": 2}
    with answers.turn(first):
        answers.check()
        with answers.turn({"by": "another page", "number": 9}):
            answers.check()
        answers.check()
        # The second question comes to another process, which maps the file anew.
        here = answers.slots()
        answers.slots.cache_clear()
        with answers.turn(second):
            answers.check()
        answers.slots.cache_clear()
        assert answers.slots() is not here
        with pytest.raises(answers.Superseded):
            answers.check()
    with pytest.raises(answers.Superseded), answers.turn(first):
        pass
    with answers.turn(second), answers.turn(None):
        answers.check()


def test_a_query_of_an_earlier_question_is_not_begun(answers: Any, rows: Any) -> None:
    with answers.turn({"by": "tab", "number": 1}):
        assert rows.count({"c1": ["g1"]}) == 143
        with answers.turn({"by": "tab", "number": 2}):
            assert rows.count({"c1": ["g2"]}) == 143
        with pytest.raises(answers.Superseded):
            rows.count({"c1": ["g3"]})
    assert rows.count({"c1": ["g3"]}) == 143


def test_equal_questions_at_once_are_asked_once(answers: Any) -> None:
    kept = answers.Answers(10_000)
    asked: list[int] = []
    begun = threading.Event()

    def ask() -> int:
        asked.append(1)
        begun.wait(5)
        return 7

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(kept.get, "question", ask) for _ in range(4)]
        begun.set()
        assert [one.result() for one in waiting] == [7] * 4
    assert len(asked) == 1


def test_answers_that_are_kept_have_a_limit(answers: Any) -> None:
    kept = answers.Answers(10_000)
    for number in range(100):
        kept.get(str(number), lambda: [1, 2, 3])
    assert 0 < kept.bytes <= 10_000
    assert kept.bytes == sum(size for _, size in kept.kept.values())
    kept.keep("99", [1, 2, 3])  # another thread has asked the same
    assert kept.bytes == sum(size for _, size in kept.kept.values())
    assert kept.get("99", list) == [1, 2, 3]
    assert kept.get("0", list) == []
    assert kept.asked == {}


@pytest.mark.parametrize("sort", [[], ["c2", "asc"], ["c2", "desc"], ["c3", "asc"]])
@pytest.mark.parametrize("criteria", [{}, {"c1": ["g1", "g4"]}, {"c3": "word 1"}])
def test_each_part_of_the_table_is_in_its_order(
    rows: Any, sort: list[str], criteria: dict[str, Any]
) -> None:
    model = [{"colId": sort[0], "sort": sort[1]}] if sort else []
    everything = rows.page({}, 0, 1000)
    passing = [
        row
        for row in everything
        if row["c1"] in criteria.get("c1", [row["c1"]]) and criteria.get("c3", "") in row["c3"]
    ]
    if sort:
        passing.sort(key=lambda row: row[sort[0]], reverse=sort[1] == "desc")
    assert len(passing) == rows.count(criteria) > 100
    found = [
        row for start in range(0, 300, 50) for row in rows.page(criteria, start, start + 50, model)
    ]
    assert found == passing[:300]


def test_a_search_that_finds_too_much_to_keep_finds_the_same(
    rows: Any, datasets: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(rows.found(rows.column("c3"), "WORD 1")) == 220
    few = rows.page({"c3": "WORD 1", "c1": ["g1"]}, 0, 99)
    monkeypatch.setattr(datasets, "FOUND", 10)
    rows.answers.kept.clear()
    assert rows.found(rows.column("c3"), "WORD 1") is None
    assert rows.page({"c3": "WORD 1", "c1": ["g1"]}, 0, 99) == few


@pytest.mark.parametrize("few", [1, 10**6], ids=["indexed", "plain"])
def test_a_search_is_the_same_with_an_index(
    rows: Any,
    datasets: ModuleType,
    connection: Any,
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(datasets.searching, "FEW", few)
    place = connection.alias(rows.converted())
    indexes = datasets.searching.indexes(connection.cursor(rows.converted()), place)
    assert indexes == ({"c3"} if few == 1 else set())
    numbers = rows.found(rows.column("c3"), "ORD 4")["row"]
    assert sorted(numbers) == [n for n in range(1, 1001) if str((n - 1) % 50).startswith("4")]
    assert rows.count({"c3": "ord 49", "c1": ["g1"]}) == sum(
        n % 50 == 49 and n % 7 == 1 for n in range(1000)
    )


@pytest.mark.parametrize("processes", [1, 2, 1000])
def test_the_processes_of_the_server_share_the_processors(
    processes: int, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = "SELECT current_setting('threads')"
    ((processors,),) = duckdb.connect().execute(setting).fetchall()
    monkeypatch.setattr(connection, "settings", SimpleNamespace(web_workers=processes))
    own = connection.cursor()
    connection.share(own)
    part = own.execute(setting).fetchall()
    assert part == [(max(1, processors // processes),)]
    with connection.plenty():
        assert own.execute(setting).fetchall() == [(processors,)], "a conversion takes all"
    assert own.execute(setting).fetchall() == part


def test_a_conversion_keeps_its_memory_when_another_one_ends(connection: Any) -> None:
    def limit() -> str:
        ((found,),) = (
            connection.cursor().execute("SELECT current_setting('memory_limit')").fetchall()
        )
        return str(found)

    def convert() -> str:
        with connection.plenty():
            time.sleep(0.5)
            return limit()

    usual = limit()
    with ThreadPoolExecutor() as pool, connection.plenty():
        most = limit()
        other = pool.submit(convert)
        time.sleep(0.2)  # for which the other one may have begun
    assert other.result() == most != usual
    assert limit() == usual


@pytest.mark.parametrize(
    ("texts", "memory", "found"),
    [(40_000, "200MB", {"note"}), (150_000, "200MB", set()), (40_000, "10MB", set())],
    ids=["repeated", "unique", "no memory"],
)
def test_an_index_is_made_where_it_is_of_use(
    texts: int, memory: str, found: set[str], datasets: ModuleType, tmp_path: Path
) -> None:
    own = duckdb.connect(config={"threads": 1, "temp_directory": ""})
    own.execute("ATTACH ? AS made", [str(tmp_path / "made.duckdb")])
    own.execute(
        "CREATE TABLE made.main.data AS "
        "SELECT i AS row, 'a note of some length ' || i % ? AS note FROM range(200000) r(i)",
        [texts],
    )
    own.execute(f"SET memory_limit = '{memory}'")
    datasets.searching.write(own, "made", ["note"])
    assert datasets.searching.indexes(own, "made") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("straße", ["Straße 50% ab"]),
        ("STRAẞE", ["Straße 50% ab"]),
        ("écl", ["ÉCLAIR a_b"]),
        ("0% A", ["Straße 50% ab"]),
        ("a_b", ["ÉCLAIR a_b"]),
        ("A\\B", ["a\\b c"]),
        ("'", ["it's"]),
        ("İ_", ["İ_stanbul"]),
    ],
)
def test_a_search_finds_a_text_in_any_case_and_no_pattern(
    text: str, found: list[str], tmp_path: Path, datasets: ModuleType
) -> None:
    notes = ["Straße 50% ab", "ÉCLAIR a_b", "a\\b c", "it's", "İ_stanbul"]
    file = tmp_path / "notes.csv"
    file.write_text("\n".join(["note,n", *(f"{note},{n}" for n, note in enumerate(notes))]))
    data = in_app(datasets, tmp_path / "notes", described(file).entry(str(file)))
    assert [row["c0"] for row in data.page({"c0": text}, 0, 9)] == found


def test_a_moment_may_be_never_and_may_be_a_choice(tmp_path: Path, datasets: ModuleType) -> None:
    file = tmp_path / "file.csv"
    moments = ["2024-06-02 10:00:15.1", "2024-06-02 10:00:15.125", "9999-12-31 00:00:00", ""]
    file.write_text("\n".join(["until,n", *(f"{one},{n}" for n, one in enumerate(moments))]))
    entry = described(file).entry(str(file))
    assert entry["columns"][0]["type"] == "datetime"
    entry["columns"][0]["role"] = "category"
    data = in_app(datasets, tmp_path / "moments", entry)
    assert data.count({"c0": {"from": "2024-06-02", "to": "9999-12-31"}}) == 3
    assert data.count({"c0": {"to": "9999-12-30"}}) == 2
    assert [data.count({"c0": [text]}) for text, _ in data.choices(data.columns[0])] == [1, 1, 1]


@pytest.mark.parametrize(
    ("said", "expected"),
    [((), ["low", "medium", "high"]), (("high", "medium"), ["high", "medium", "low"])],
    ids=["by its meaning", "as the description says"],
)
def test_choices_stand_in_their_order(
    tmp_path: Path, datasets: ModuleType, said: tuple[str, ...], expected: list[str]
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("\n".join(["level,n", *["high,1"] * 3, *["low,2"] * 2, "medium,3", ""]))
    entry = described(file).entry(str(file))
    entry["columns"][0] |= {"role": "category", "order": said}
    data = in_app(datasets, tmp_path / f"levels{len(said)}", entry)
    level, number = data.columns
    assert [name for name, _ in data.choices(level)] == expected
    assert list(data.places(level)) == expected
    assert dict(data.choices(level)) == {"high": 3, "low": 2, "medium": 1}
    assert [name for name, _ in data.choices(number)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("rate", ["42%", "54.8%"], 1),
        ("rate", ["7%", "12%"], 0),
        ("rate", ["1.125%", "3%"], 2),
        ("amount", ["48.90", "-7.20", "3"], 2),
        ("amount", ["48.0", "-7.0", "3"], 0),
        ("amount", ["48.123", "-7.2", "3"], 0),
    ],
)
def test_percentages_and_amounts_have_the_decimals_of_their_column(
    tmp_path: Path, datasets: ModuleType, name: str, cells: list[str], expected: int
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("\n".join([f"day,{name}", *(f"2024-01-01,{cell}" for cell in cells), ""]))
    entry = described(file).entry(str(file))
    entry["columns"][1]["type"] = "number"
    data = in_app(datasets, tmp_path / "data", entry)
    assert data.decimals() == {"c1": expected}


def test_a_description_that_hides_all_is_named(tmp_path: Path, datasets: ModuleType) -> None:
    file = tmp_path / "file.csv"
    file.write_text("a,b\nx,1\n")
    entry = described(file).entry(str(file))
    entry["columns"] = [{**column, "hidden": True} for column in entry["columns"]]
    with pytest.raises(datasets.DataError, match="hides all columns of"):
        in_app(datasets, tmp_path / "hidden", entry).facts()


def test_a_range_of_days_has_the_whole_of_its_last(rows: Any) -> None:
    found = rows.page({"c0": {"from": "2024-01-02", "to": "2024-01-03"}}, 0, 1000)
    assert {row["c0"][:10] for row in found} == {"2024-01-02", "2024-01-03"}
    assert len(found) == sum(n % 28 in (1, 2) for n in range(1000))


@pytest.mark.parametrize(
    ("column", "end"),
    [
        ("c0", "2023-02-31"),
        ("c0", "1"),
        ("c0", 5),
        ("c0", {}),
        ("c2", "much"),
        ("c2", None),
        ("c2", [1]),
    ],
)
def test_an_end_that_cannot_be_read_keeps_all_rows(rows: Any, column: str, end: Any) -> None:
    assert rows.count({column: {"from": end, "to": end}}) == rows.count()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.5", "2", "-3.25"], 2),
        (["1.5", "2", ""], 1),
        (["0.1", "0.7", "1e2"], 1),
        (["1.0", "2.0", "30.0"], 0),
        (["1.5", "0.125"], 0),
        (["1.5", "1e-9"], 0),
    ],
)
def test_the_first_rows_tell_how_many_decimals_are_usual(
    tmp_path: Path, datasets: ModuleType, cells: list[str], expected: int
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("\n".join(["day,weight", *(f"2024-01-01,{cell}" for cell in cells), ""]))
    entry = described(file).entry(str(file))
    entry["columns"][1]["type"] = "number"
    name = f"decimals{abs(hash(tmp_path))}"
    assert in_app(datasets, tmp_path / name, entry).decimals() == {"c1": expected}


def test_an_edited_description_is_followed(tmp_path: Path, rows: Any, datasets: ModuleType) -> None:
    assert rows.rows().columns == ["row", "c0", "c1", "c2", "c3"]
    text = rows.file.read_text()
    edited = text.replace('"note" = {', '"note" = { hidden = true,')
    lines = [
        '"size" = { role = "measure", type = "number", label = "Weight", unit = "kg" }'
        if line.startswith('"size"')
        else line
        for line in edited.splitlines()
    ]
    rows.file.write_text("\n".join(lines))
    after = datasets.Dataset(rows.file.parent)
    assert [column.title for column in after.shown] == ["at", "group", "Weight"]
    assert after.column("c2").unit == "kg"
    assert "c3" not in after.page({}, 0, 1)[0]
    assert isinstance(after.facts()["c2"]["max"], float)
    assert isinstance(rows.facts()["c2"]["max"], int)
    with pytest.raises(datasets.DataError, match="no column 'c3'"):
        after.count({"c3": "word"})


# How figures and days are written if the browser says nothing of use.
USUAL = ["1,234.50", "1.23M", "$9,999", "12 kg", "-$5", "7.0%", "2024-06-02", "2024-06-02 08:05"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, USUAL),
        (
            {"decimal": ",", "group": ".", "before": False, "day": "%d.%m.%Y", "by": "x"},
            [
                "1.234,50",
                "1,23M",
                "9.999 $",
                "12 kg",
                "-5 $",
                "7,0 %",
                "02.06.2024",
                "02.06.2024 08:05",
            ],
        ),
        ({"decimal": 7, "group": "." * 99, "before": "no", "day": None}, USUAL),
    ],
)
def test_figures_are_written_as_the_visitor_does(
    language: Any, said: dict[str, Any], expected: list[str]
) -> None:
    with language.spoken(said):
        written = [
            language.number(1234.5, 2),
            language.short(1234567),
            language.with_unit(language.short(9999), "$"),
            language.with_unit(language.short(12.0), "kg"),
            language.with_unit(language.short(-5), "$"),
            language.with_unit(language.number(7.0, 1), "%"),
            language.moment(date(2024, 6, 2)),
            language.moment(datetime(2024, 6, 2, 8, 5)),
        ]
    assert [text.replace("\u00a0", " ") for text in written] == expected
    assert language.moment("2024-06-02 00:00:00") == "2024-06-02 00:00"
    assert language.moment("2024-02-31") == "2024-02-31", "no day, and shown as it is"


def test_the_app_and_the_browser_know_the_same_signs_of_currencies(language: Any) -> None:
    script = (ROOT / "template/parts/data/dataset.js").read_text()
    table = script.partition("const currencies = {")[2].partition("\n};")[0]
    assert set(re.findall(r'"?([^\s",{}]+)"?: "[A-Z]{3}"', table)) == set(language.CURRENCIES)
    assert all(reading.number(f"{sign}5", ".") == "5" for sign in language.CURRENCIES)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (7.256, "7.26"),
        (-0.05, "-0.05"),
        (0.0023, "0.0023"),
        (-0.00042, "-0.00042"),
        (4e-7, "4e-7"),
        (-7.34e-7, "-7.34e-7"),
        (1e-300, "1e-300"),
        (9_999.0, "9,999"),
        (13_136_009_900_634.0, "13.1T"),
        (999_960.0, "1M"),
        (-20_000.0, "-20k"),
        (1.2545e15, "1.25e15"),
        (3_048_676.0, "3.05M"),
        (-20_240.0, "-20.2k"),
    ],
)
def test_figures_have_few_digits_that_say_something(language: Any, value: float, text: str) -> None:
    assert language.short(value) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([32_400, 29_000, 999], ["32.4k", "29.0k", "999"]),
        ([1_050_000, 2_000_000, 15_000], ["1.05M", "2.00M", "15k"]),
        ([8_500, 7.25, -3], ["8,500.00", "7.25", "-3.00"]),
        ([12, 0, 100], ["12", "0", "100"]),
        ([0.0023, 1.5], ["0.0023", "1.50"]),
        ([4e-7, 0], ["4e-7", "0"]),
    ],
)
def test_figures_below_each_other_have_equal_decimals(
    language: Any, values: list[float], texts: list[str]
) -> None:
    assert language.alike(values) == texts


@pytest.mark.parametrize(
    ("name", "unit", "money"),
    [
        *(("amount", "", True), ("Gesamtumsatz", "", True), ("x", "€", True)),
        *(("total_bill", "", True), ("Fare", "", True), ("Salary", "", True)),
        *(("quantity", "", False), ("billing days", "", False), ("multiples", "", False)),
    ],
)
def test_money_is_known_by_its_unit_or_its_name(
    datasets: Any, name: str, unit: str, money: bool
) -> None:
    description = import_module(f"{datasets.__package__}.description")
    column = description.Column("c0", name, "measure", "number", unit=unit)
    assert column.money == money
