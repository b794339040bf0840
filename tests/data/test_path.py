"""From a file to an app, by the command: shown, written, edited, updated, removed."""

import json
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import plotly
import pytest
import yaml

from dashgen.cli import main
from dashgen.commands.data import data_page, name_of
from dashgen.commands.new import new
from dashgen.data.address import place
from dashgen.data.describe import described
from dashgen.releases import installed
from tests.cli.helpers import own_check, tree
from tests.support.process import free_port
from tests.support.projects import environment
from tests.updates.lab import commit
from tests.updates.test_switches import COPIER

from .books import Cell, book, parquet

SECRET = "an-example-of-a-secret-key-that-is-long"
ORDERS = "Order date,Shop,Amount,Paid\n" + "".join(
    f"2024-{1 + n % 12:02}-{1 + n % 28:02},{'ABC'[n % 3]},{n}.5,{'yes' if n % 2 else 'no'}\n"
    for n in range(200)
)

# "Others" is also a name of the chart's own, two names begin with the same 30 letters, and there
# are a day for never, a number that is missing, a small measure and signs of a markup.
ODD = "id,valid to,campus,<b>rate</b>,count\n" + "".join(
    f"{n},{'9999-12-31' if n % 9 == 0 else f'2024-06-{1 + n % 28:02}'} 00:00:0{n % 2},"
    f"{('Others', '<i>x</i>', *(f'University of California - {c}' for c in 'ABCDEFGHI'))[n % 11]},"
    f"0.00{1 + n % 50:02},{'' if n % 7 == 0 else n}\n"
    for n in range(200)
)
OTHERS = {
    "odd.csv": ODD.encode(),
    "lines.jsonl": b"".join(
        b'{"at": {"day": "2024-01-%02d"}, "n": %d.5}\n' % (1 + n % 28, n) for n in range(60)
    ),
    "book.xlsx": book(
        {
            "S": [
                ["day", "n", "zip"],
                *([date(2024, 1, 1 + n % 28), n, Cell(n, "00000")] for n in range(60)),
            ]
        }
    ),
    "columns.parquet": parquet("SELECT range AS n, 'S' || range % 5 AS shop FROM range(60)"),
}


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Return a file of orders."""
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS)
    return file


@pytest.fixture
def shop(work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a committed project without a page of its own, which is the current folder."""
    folder = new("shop", defaults=True, answers={"author": "", "pages": []}).path
    monkeypatch.chdir(folder)
    return folder


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return what the last command printed for a program."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_a_file_holds_is_shown_to_programs(
    work: Path, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "shop", "--from", str(orders), "--dry-run", "--json"]) == 0
    shown = said(capsys)
    assert not (work / "shop").exists()
    assert "data/orders.csv" in shown["files"]
    assert shown["data"]["rows"] == 200
    columns = {column["name"]: column for column in shown["data"]["columns"]}
    assert [(c["role"], c["type"]) for c in columns.values()] == [
        ("time", "date"),
        ("category", "text"),
        ("measure", "number"),
        ("flag", "boolean"),
    ]
    assert columns["Shop"]["missing"] == 0
    assert columns["Shop"]["examples"] == ["A", "B", "C"]
    assert columns["Shop"]["doubts"] == []


def test_a_doubt_is_shown_and_then_refused_until_a_flag_answers_it(
    work: Path, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders.write_text("Day,Amount\n02/06/2024,1\n03/07/2024,2\n")
    words = ["new", "shop", "--from", str(orders)]
    assert main([*words, "--dry-run", "--json"]) == 0
    (doubt,) = said(capsys)["data"]["columns"][0]["doubts"]
    assert doubt["flags"] == ["--day-first", "--month-first"]
    assert doubt["changes_figures"]
    assert main([*words, "-y", "--json"]) == 2
    assert "--day-first" in said(capsys)["error"]["message"] + said_hint(capsys, words)
    assert not (work / "shop").exists()
    assert main([*words, "-y", "-q", "--day-first"]) == 0
    assert '"%d/%m/%Y"' in (work / "shop/shop/pages/orders/dataset.toml").read_text()


def said_hint(capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    """Return what to do, as the refusal names it."""
    main([*words, "-y", "--json"])
    return str(said(capsys)["error"]["hint"])


def test_an_app_of_files_passes_its_own_checks(
    work: Path, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["new", "shop", "--from", str(orders), "-y", "-q"]) == 0
    shop = work / "shop"
    assert (shop / "data/orders.csv").read_text() == ORDERS
    monkeypatch.chdir(shop)
    for name, content in OTHERS.items():
        file = work / name
        file.write_bytes(content)
        page = f"of_{file.suffix[1:]}"
        assert main(["add", "page", page, "--from", str(file), "-y", "-q", "--no-try"]) == 0
        commit(shop)
    assert "python-calamine" in (shop / "pyproject.toml").read_text()
    assert own_check(shop, "ruff", "format", "--check", ".") == ""
    assert own_check(shop, "ruff", "check", ".") == ""
    assert own_check(shop, "mypy") == ""
    assert own_check(shop, "pytest", "-q", "-p", "no:cacheprovider") == ""
    assert main(["check", str(shop), "-q"]) == 0


def test_other_users_of_the_machine_read_nothing_of_converted_data(
    work: Path, orders: Path
) -> None:
    without_files = ("--storage", "memory", "--background", "none")
    assert main(["new", "shop", "--from", str(orders), "-y", "-q", *without_files]) == 0
    words = "import app; from shop.pages.orders.data import DATA; print(DATA.count({}))"
    done = subprocess.run(
        [sys.executable, "-c", words],
        cwd=work / "shop",
        env=environment(free_port(), {"APP_SECRET_KEY": SECRET}),
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["200"], done.stderr
    assert [*(work / "shop/instance/datasets").glob("*.duckdb")]
    assert stat.S_IMODE((work / "shop/instance").stat().st_mode) == 0o700


def test_public_data_become_an_app_without_an_edit(work: Path) -> None:
    """The five are among those of `python -m tests.data.public`, which has many more."""
    folder = Path(plotly.__file__).parent / "package_data/datasets"
    pages = [
        data_page(described(folder / f"{name}.csv.gz"), work / "shop", {"name": f"of_{name}"})
        for name in ("gapminder", "tips", "stocks", "carshare", "iris")
    ]
    files = {path: content for page in pages for path, content in page.files.items()}
    answers = {"author": "", "pages": [dict(page.entry) for page in pages]}
    shop = new("shop", defaults=True, answers=answers, files=files).path
    assert own_check(shop, "pytest", "-q", "-p", "no:cacheprovider", "tests/pages") == ""
    assert own_check(shop, "ruff", "check", ".") == ""


def test_a_page_is_added_edited_updated_and_removed(shop: Path, orders: Path) -> None:
    before = tree(shop)
    assert main(["add", "page", "orders", "--from", str(orders), "-y", "-q"]) == 0
    commit(shop)
    description = shop / "shop/pages/orders/dataset.toml"
    edited = description.read_text().replace('"number" }', '"number", label = "Turnover" }')
    assert edited != description.read_text()
    description.write_text(edited)
    commit(shop)
    assert main(["update", "--storage", "redis", "-y", "-q"]) == 0
    assert description.read_text() == edited
    commit(shop)
    assert main(["update", "--storage", "sqlite", "-y", "-q"]) == 0
    commit(shop)
    assert main(["remove", "page", "orders", "-y", "-q"]) == 0
    after = tree(shop)
    assert after.pop("data/orders.csv")[1] == ORDERS.encode()
    assert after == before


def test_plain_copier_leaves_the_description_alone(shop: Path, orders: Path) -> None:
    assert installed.share() == ""
    assert main(["add", "page", "orders", "--from", str(orders), "-y", "-q", "--no-try"]) == 0
    description = shop / "shop/pages/orders/dataset.toml"
    edited = description.read_text().replace('role = "measure"', 'role = "identifier"')
    assert edited != description.read_text()
    description.write_text(edited)
    commit(shop)
    pages = yaml.safe_load((shop / ".copier-answers.yml").read_text())["pages"]
    pages[0]["columns"][1]["role"] = "text"
    for changed in ("storage=redis", f"pages={json.dumps(pages)}"):
        subprocess.run([*COPIER, "--quiet", "--data", changed], cwd=shop, check=True)
        assert description.read_text() == edited
        assert not list(shop.rglob("*.rej"))
        commit(shop)
    recorded = yaml.safe_load((shop / ".copier-answers.yml").read_text())
    assert (recorded["storage"], recorded["pages"]) == ("redis", pages)


def test_adding_is_taken_back_with_its_file(shop: Path, orders: Path) -> None:
    before = tree(shop)
    assert main(["add", "page", "orders", "--from", str(orders), "-y", "-q"]) == 0
    assert main(["update", "--abort", "-q"]) == 0
    assert tree(shop) == before


def test_a_page_that_was_edited_is_not_left_without_its_machinery(
    shop: Path, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["add", "page", "orders", "--from", str(orders), "-y", "-q"]) == 0
    figures = shop / "shop/pages/orders/figures.py"
    figures.write_text(f"{figures.read_text()}# mine\n")
    commit(shop)
    before = tree(shop)
    assert main(["remove", "page", "orders", "-y"]) == 2
    assert "shop/pages/orders was edited" in capsys.readouterr().err
    assert tree(shop) == before


def test_what_looks_like_a_person_is_neither_shown_nor_committed(work: Path, orders: Path) -> None:
    orders.write_text("E-mail,Amount\na@example.org,1\nb@example.org,2\n")
    assert main(["new", "shop", "--from", str(orders), "-y", "-q"]) == 0
    assert not (work / "shop/data").exists()
    assert "example.org" not in "".join(
        path.read_text() for path in (work / "shop/shop/pages").rglob("*.py")
    )
    assert main(["new", "open", "--from", str(orders), "-y", "-q", "--show", "E-mail"]) == 0
    assert (work / "open/data/orders.csv").exists()


@pytest.mark.parametrize(
    ("words", "said_so"),
    [
        (["--from", "{}", "--start", "demo"], "--start"),
        (["--from", "{}", "--pages", "[]"], "--pages"),
        (["--encoding", "utf-8"], "--from"),
        (["--from", "{}", "--column", "Amount"], "--column"),
        (["--from", "{}", "--column", "Amount=money"], "--column"),
        (["--from", "{}", "--decimal", ";"], "--decimal"),
        (["--from", "{}", "--delimiter", "ab"], "--delimiter"),
        (["--from", "{}", "--encoding", "nonsense"], "nonsense"),
        (["--from", "no.csv"], "no such file"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    work: Path, orders: Path, capsys: pytest.CaptureFixture[str], words: list[str], said_so: str
) -> None:
    assert main(["new", "shop", "-y", *(word.format(orders) for word in words)]) == 2
    error = capsys.readouterr().err
    assert said_so in error
    assert error.count("\n") == 1
    assert not (work / "shop").exists()


def test_another_file_of_that_name_is_not_overwritten(
    shop: Path, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "data").mkdir()
    (shop / "data/orders.csv").write_text("mine")
    commit(shop)
    assert main(["add", "page", "orders", "--from", str(orders), "-y"]) == 2
    assert "another data/orders.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("sales.csv", "sales"),
        ("Größe 2024 (final).csv.gz", "grosse_2024_final"),
        ("2024.csv", "data_2024"),
        ("home.csv", "home_data"),
        ("数据.csv", "data"),
        ("a#b.csv", "a_b"),
        ("postgresql+psycopg://h/d#sales.orders", "orders"),
        ("a" * 50 + ".csv", "a" * 24),
    ],
)
def test_a_page_is_called_like_its_file(file: str, name: str) -> None:
    assert name_of(place(file)) == name


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ("[{name: a, kind: data, source: {path: x}}]", "belong together"),
        ("[{name: a, kind: form, source: {path: x}, columns: [b]}]", "only a data page"),
        ("[{name: a, kind: data, source: x, columns: [b]}]", "must have a path"),
        ("[{name: a, kind: data, source: {path: x}, columns: [b]}]", "column 1"),
        (
            "[{name: a, kind: data, source: {path: x}, columns: [{name: b, role: c, type: text}]}]",
            "a role (time",
        ),
    ],
)
def test_a_wrong_entry_is_named(
    work: Path, capsys: pytest.CaptureFixture[str], pages: str, words: str
) -> None:
    assert main(["new", "shop", "-y", "--pages", pages]) == 2
    assert words in capsys.readouterr().err
