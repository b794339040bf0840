"""Each nasty file is read right, asked about, or refused with one line."""

import gzip
import os
import sys
from pathlib import Path
from types import ModuleType

import plotly
import pytest

from dashgen.data.address import place
from dashgen.data.describe import Description, described, refuse_doubts
from dashgen.data.sniff import Given
from dashgen.errors import DashgenError, DataError

from .books import parquet
from .conftest import TEMPLATE, in_app
from .nasty import CASES, Case


def settled(file: Path, given: Given) -> Description:
    """Return what a file holds, where nobody can be asked."""
    found = described(file, given)
    refuse_doubts(file, found.open_doubts)
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_file(name: str, tmp_path: Path, datasets: ModuleType) -> None:
    case: Case = CASES[name]
    file = tmp_path / f"file{case.suffix}"
    file.write_bytes(case.content)
    given = Given(**case.given)
    if case.refused or case.asked:
        with pytest.raises(DataError) as refusal:
            settled(file, given)
        assert (case.refused or case.asked) in str(refusal.value)
        assert "\n" not in str(refusal.value)
        assert refusal.value.exit_code == 2
        return
    found = settled(file, given)
    assert {
        one.name: f"{one.type} {one.role}" if " " in case.columns.get(one.name, "") else one.type
        for one in found.columns
    } == case.columns
    assert tuple(column.name for column in found.columns if column.hidden) == case.hidden
    said = [doubt.text for column in found.columns for doubt in column.doubts]
    assert case.noted in " ".join([*said, *(doubt.text for doubt in found.doubts)])
    data = in_app(datasets, tmp_path / f"page{abs(hash(name))}", found.entry(str(file)))
    assert data.count() == found.rows
    keys = {column.name: column.key for column in data.columns}
    for number, expected_row in enumerate((case.first, case.second)):
        row = data.page({}, number, number + 1)[0] if expected_row else {}
        assert {name: row[keys[name]] for name in expected_row} == dict(expected_row)
    assert case.rows in (0, found.rows)
    units = {column.name: column.unit for column in data.columns}
    assert {name: units[name] for name in case.units} == dict(case.units)
    for name, expected in case.sums.items():
        values = [row[keys[name]] for row in data.page({}, 0, found.rows)]
        assert sum(value for value in values if value is not None) == pytest.approx(expected)


def test_what_has_its_type_in_the_file_needs_no_format(tmp_path: Path) -> None:
    for name in ("a workbook", "Parquet", "times of a workbook"):
        file = tmp_path / f"file{CASES[name].suffix}"
        file.write_bytes(CASES[name].content)
        assert not [one for one in described(file).columns if one.format or one.decimal]


READ_PARQUET = [name for name, case in CASES.items() if name[:7] == "Parquet" and case.columns]
FOLDER = Path(plotly.__file__).parent / "package_data/datasets"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.csv.gz")), ids=lambda file: file.name)
def test_public_data_are_sure(file: Path) -> None:
    found = settled(file, Given())
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        assert found.rows == sum(1 for _ in lines) - 1
    assert not [one.name for one in found.columns if one.hidden or one.missing]


def test_there_are_many() -> None:
    assert len(CASES) >= 100


@pytest.mark.parametrize("name", ["reading", "jsonl", "excel", "parquet", "database"])
def test_the_app_reads_as_the_command_does(name: str) -> None:
    own = Path(sys.modules[described.__module__].__file__ or "").parent / f"{name}.py"
    assert own.read_bytes() == (TEMPLATE / f"parts/data/{name}.py").read_bytes()


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path, "folder"),
        (tmp_path / "no.csv", "no such file"),
        (place("mysql://localhost/shop#orders"), "only PostgreSQL"),
        (place("https://example.org/sales.csv"), "download it first"),
        (tmp_path / "caf\udce9.csv", "not UTF-8"),
    ):
        with pytest.raises(DashgenError, match=words):
            described(path)


@pytest.mark.parametrize("name", ["a workbook", "Parquet"])
def test_a_package_that_is_not_installed_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / f"file{CASES[name].suffix}"
    file.write_bytes(CASES[name].content)
    for package in ("python_calamine", "duckdb"):
        monkeypatch.setitem(sys.modules, package, None)
    for form in ("excel", "parquet"):
        monkeypatch.delitem(sys.modules, f"dashgen.data.{form}", raising=False)
    with pytest.raises(DataError, match=r"(python-calamine|duckdb); install dashgen-cli\[data\]"):
        described(file)


@pytest.mark.parametrize("name", READ_PARQUET)
def test_parquet_is_the_same_by_its_types_and_by_its_texts(
    name: str, tmp_path: Path, datasets: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file.parquet"
    file.write_bytes(CASES[name].content)
    entry = described(file).entry(str(file))
    by_types = in_app(datasets, tmp_path / f"types{abs(hash(name))}", entry).page({}, 0, 9)
    monkeypatch.setattr(datasets.reads("parquet"), "direct", lambda *_: None)
    assert in_app(datasets, tmp_path / f"texts{abs(hash(name))}", entry).page({}, 0, 9) == by_types


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["report[1]", "q?", "q*", "[a]{b}"])
def test_the_name_of_a_parquet_file_is_no_pattern(
    name: str, tmp_path: Path, datasets: ModuleType
) -> None:
    for other, number in (("report1", 1), ("q1", 1), (name, 2)):
        (tmp_path / f"{other}.parquet").write_bytes(parquet(f"SELECT {number} AS n"))
    entry = described(file := tmp_path / f"{name}.parquet").entry(str(file))
    page = in_app(datasets, tmp_path / f"page{abs(hash(name))}", entry).page({}, 0, 9)
    assert [row["c0"] for row in page] == [2]


@pytest.mark.parametrize(
    "name",
    [
        *("userEmail", "customer.e-mail", "EMAIL", "email1", "phoneNumber", "Tel", "fax_no"),
        *("mobile phone", "FirstName", "lastname", "birthday", "birth_date", "Geburtsdatum"),
        *("Lieferadresse", "home address", "ipAddress", "streetName", "Hauptstraße", "passport_no"),
        *("passwordHash", "user_password", "client-secret", "accessToken", "api key", "API_KEY"),
        *("card no", "CardNumber", "creditcard", "SSN", "IBAN", "Telefonnummer", "addresses"),
    ],
)
def test_names_of_secrets_and_persons_are_left_off(name: str, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text(f"{name},n\nx,1\ny,2\n", encoding="utf-8")
    assert described(file).sensitive == (name,)


def test_a_file_that_is_saved_again_with_a_mark(tmp_path: Path, datasets: ModuleType) -> None:
    for suffix, content in ((".csv", b"a,b\nx,1\n"), (".jsonl", b'{"a": "x", "b": 1}\n')):
        file = tmp_path / f"file{suffix}"
        file.write_bytes(content)
        entry = described(file).entry(str(file))
        file.write_bytes(b"\xef\xbb\xbf" + content)
        assert in_app(datasets, tmp_path / f"marked{suffix}", entry).count() == 1


def test_the_file_changes_below_the_app(tmp_path: Path, datasets: ModuleType) -> None:
    file = tmp_path / "file.csv"
    file.write_text("a,b\nx,1\ny,2\n")
    entry = described(file).entry(str(file))
    data = in_app(datasets, tmp_path / "changing", entry)
    assert data.facts()["c1"]["max"] == 2
    file.write_text("b,new,a\n5,?,x\n7,?,y\n")
    os.utime(file, ns=(1, 1))
    assert data.facts()["c1"]["max"] == 7
    assert [row["c0"] for row in data.page({}, 0, 9)] == ["x", "y"]
    for content, words in (
        ("a\nx\n", "no column 'b'"),
        ("a,b\nx,1\ny,soon\n", "line 3: 'soon' in column 'b' is no integer"),
    ):
        file.write_text(content)
        with pytest.raises(datasets.DataError, match=words):
            data.count()
    file.unlink()
    with pytest.raises(datasets.DataError, match="cannot be read"):
        data.count()
    made = datasets.FOLDER.glob("changing-*")
    assert len(list(made)) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[source]\npath='x'\n", "columns"),
        (
            "[source]\npath='x'\n[columns]\na = {role='measure', type='money'}",
            "unknown role or type",
        ),
        ("[source]\npath='x'\n[columns]\na = {role='measure', typ='text'}", "typ"),
        ("nonsense", "cannot be read"),
    ],
)
def test_a_wrong_description_is_named(
    tmp_path: Path, datasets: ModuleType, content: str, words: str
) -> None:
    (tmp_path / "dataset.toml").write_text(content)
    with pytest.raises(datasets.DataError, match=words):
        datasets.Dataset(tmp_path)


def test_threads_get_their_own_answers(tmp_path: Path, datasets: ModuleType) -> None:
    from concurrent.futures import ThreadPoolExecutor

    file = tmp_path / "file.csv"
    file.write_text("g,n\n" + "".join(f"g{n % 7},{n}\n" for n in range(7000)))
    data = in_app(datasets, tmp_path / "parallel", described(file).entry(str(file)))

    def asked(place: int) -> bool:
        group = place % 7
        rows = data.page({"c0": [f"g{group}"]}, 0, 2000)
        return [row["c1"] for row in rows] == list(range(group, 7000, 7))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(asked, range(80)))
