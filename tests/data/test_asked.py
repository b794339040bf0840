"""What is asked about a file at a terminal, and what becomes of the answers."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashgen.cli import prompts
from dashgen.cli.console import Output
from dashgen.cli.data import ACCEPT, CANCEL, CORRECT, SHOWN, agreed
from dashgen.data.reading import Rows, Source, lines
from dashgen.data.sniff import Given
from tests.cli.test_terminal import ASKED as QUESTIONS
from tests.cli.test_terminal import MODE, Terminal

from .books import book
from .nasty import CASES

ASKED = [name for name, case in CASES.items() if case.asked]
FORM = ("Take the columns", "Which column", "What is")


class Answers:
    """Somebody who answers what is asked, and remembers it."""

    def __init__(self, *given: str) -> None:
        self.given = list(given)
        self.titles: list[str] = []
        self.offered: list[Sequence[str]] = []

    def __call__(self, title: str, offered: Sequence[str]) -> str:
        """Take the answer that was prepared, or else the first that is offered."""
        self.titles.append(title)
        self.offered.append(offered)
        if title.startswith("Take the columns") and not self.given:
            return ACCEPT
        if title.startswith(FORM) or self.given:
            return self.given.pop(0)
        return offered[0]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a list that has a file as often as it was read to its end."""
    found: list[Path] = []

    def noted(source: Source, path: Path) -> Rows:
        found.append(path)
        return lines(source, path)

    monkeypatch.setattr("dashgen.data.describe.lines", noted)
    return found


@pytest.mark.parametrize("name", ASKED)
def test_each_doubt_is_answered_and_the_file_is_read_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[Path]
) -> None:
    file = tmp_path / f"file{CASES[name].suffix}"
    file.write_bytes(CASES[name].content)
    answers = Answers()
    monkeypatch.setattr(prompts, "ask_choice", answers)
    description = agreed(Output(quiet=True), file, Given(**CASES[name].given))
    assert not description.open_doubts
    assert len(answers.titles) > 1
    assert reads == [file]


def test_rows_that_were_kept_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[Path]
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("shop,sold\nA,1\nB,2\nTotal,3\n")
    for answer, rows in (("leaves out", 2), ("keeps all", 3)):
        answers = Answers()
        monkeypatch.setattr(
            prompts,
            "ask_choice",
            lambda title, offered, answer=answer, answers=answers: (
                next((words for words in offered if answer in words), None)
                or answers(title, offered)
            ),
        )
        description = agreed(Output(quiet=True), file, Given())
        assert description.rows == rows
        assert description.source.footer == 3 - rows
        assert description.columns[1].examples == tuple("123"[:rows])
    assert len(reads) == 2


def test_a_role_is_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[Path]
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("code,who\n1,a@example.org\n3,b@example.org\n")
    answers = Answers(
        CORRECT, "code", "measure", CORRECT, "who", SHOWN, CORRECT, "code", "category"
    )
    monkeypatch.setattr(prompts, "ask_choice", answers)
    found = agreed(Output(quiet=True), file, Given())
    assert [(one.name, one.role, one.hidden) for one in found.columns] == [
        ("code", "category", False),
        ("who", found.columns[1].role, False),
    ]
    assert answers.offered[2] == ["identifier", "time", "measure", "category", "text", "place"]
    assert len(reads) == 1


def test_one_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file.csv"
    file.write_text("a,b\nx,1\ny,2\n")
    monkeypatch.setattr(prompts, "ask_choice", Answers(CANCEL))
    with pytest.raises(KeyboardInterrupt):
        agreed(Output(quiet=True), file, Given())


def test_a_workbook_at_a_terminal(work: Path) -> None:
    rows: list[list[Any]] = [
        ["day", "code", "sold"],
        ["02/06/2024", 1, 1.5],
        ["03/07/2024", 3, 2.5],
    ]
    file = work / "sales.xlsx"
    file.write_bytes(book({"Old": [["a"], [1]], "New": [*rows, [date(2024, 1, 1), 5, 1]]}))
    terminal = Terminal("new", "shop", "--from", str(file), "--no-git", width=100)
    terminal.picks("2 sheets have rows?", "--sheet New")
    terminal.sees("sales.xlsx: 3 rows, 3 columns")
    terminal.picks("day: 02/06/2024", "--day-first")
    terminal.picks("day: some dates are texts", "--column day=time")
    terminal.picks("Take the columns like this?", "correct")
    terminal.picks("Which column?", "code")
    terminal.picks("What is code?", "category")
    terminal.picks("Take the columns like this?", "yes")
    terminal.sees(QUESTIONS[0].help)
    terminal.types("\r")
    terminal.picks(MODE, "Recommended")
    terminal.picks("All right?", "Create")
    assert terminal.ends() == 0
    written = (work / "shop/shop/pages/sales/dataset.toml").read_text()
    assert 'sheet = "New"' in written
    assert '"day" = { role = "time", type = "date", format = "%d/%m/%Y" }' in written
    assert '"code" = { role = "category", type = "integer" }' in written
