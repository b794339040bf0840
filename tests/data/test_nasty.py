"""Each nasty file is read right, asked about, or refused with one line."""

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dashgen.data.describe import described, refuse_doubts
from dashgen.data.sniff import Given
from dashgen.errors import DashgenError, DataError

from .nasty import CASES, Case

TEMPLATE = Path(__file__).parents[2] / "template"


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Return the module by which an app reads its data, in a package of its own."""
    package = tmp_path_factory.mktemp("app") / "datasets_of_tests"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "errors.py").write_text("class UserError(Exception):\n    pass\n")
    (package / "settings.py").write_text(
        "from pathlib import Path\n\nROOT = Path(__file__).parent\n"
    )
    for part in ("answers.py", "datasets.py", "reading.py"):
        (package / part).write_bytes((TEMPLATE / "parts/data" / part).read_bytes())
    sys.path.insert(0, str(package.parent))
    yield import_module("datasets_of_tests.datasets")
    sys.path.remove(str(package.parent))


def in_app(datasets: ModuleType, folder: Path, entry: dict[str, Any]) -> Any:
    """Return the data as the app has them, after their description was written and read."""
    import json

    source = [f"{key} = {json.dumps(value)}" for key, value in entry["source"].items()]
    columns = [
        f"{json.dumps(column['name'], ensure_ascii=False)} = {{ "
        + ", ".join(
            f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in column.items() if k != "name"
        )
        + " }"
        for column in entry["columns"]
    ]
    folder.mkdir()
    lines = ["[source]", *source, "[columns]", *columns]
    (folder / "dataset.toml").write_text("\n".join(lines), encoding="utf-8")
    return datasets.Dataset(folder)


@pytest.mark.parametrize("name", CASES)
def test_a_file(name: str, tmp_path: Path, datasets: ModuleType) -> None:
    case: Case = CASES[name]
    file = tmp_path / f"file{case.suffix}"
    file.write_bytes(case.content)
    given = Given(**case.given)
    if case.refused or case.asked:
        with pytest.raises(DataError) as refusal:
            refuse_doubts(described(file, given))
        assert (case.refused or case.asked) in str(refusal.value)
        assert "\n" not in str(refusal.value)
        assert refusal.value.exit_code == 2
        if case.asked:
            assert described(file, given).open_doubts
        return
    found = described(file, given)
    refuse_doubts(found)
    assert {column.name: column.type for column in found.columns} == case.columns
    assert tuple(column.name for column in found.columns if column.hidden) == case.hidden
    said = [doubt.text for column in found.columns for doubt in column.doubts]
    assert case.noted in " ".join([*said, *(doubt.text for doubt in found.doubts)])
    data = in_app(datasets, tmp_path / f"page{abs(hash(name))}", found.entry(str(file)))
    assert data.count() == found.rows
    keys = {column.name: column.key for column in data.columns}
    row = data.page({}, 0, 1)[0]
    assert {name: row[keys[name]] for name in case.first} == dict(case.first)
    for name, expected in case.sums.items():
        values = [row[keys[name]] for row in data.page({}, 0, found.rows)]
        assert sum(value for value in values if value is not None) == pytest.approx(expected)


def test_there_are_many() -> None:
    assert len(CASES) >= 60


def test_the_app_reads_as_the_command_does() -> None:
    own = Path(sys.modules[described.__module__].__file__ or "").parent / "reading.py"
    assert own.read_bytes() == (TEMPLATE / "parts/data/reading.py").read_bytes()


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "folder"), (tmp_path / "no.csv", "no such file")):
        with pytest.raises(DashgenError, match=words):
            described(path)


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
