"""The documentation's example shows the lost update, and the way out of it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashgen.commands.check import check
from tests.support.browser import Tab, Window
from tests.support.process import free_port, running

from .conftest import visitor

EXAMPLE = Path(__file__).parents[2] / "docs/examples/race.py"


@pytest.fixture
def tab(window: Window, tmp_path: Path) -> Iterator[Tab]:
    port = free_port()
    command = [sys.executable, str(EXAMPLE)]
    with (
        running(
            command,
            log=tmp_path / "log",
            env={**os.environ, "PORT": str(port)},
            port=port,
            health="/",
        ) as process,
        visitor(window, process.url) as open_tab,
    ):
        yield open_tab()


def test_the_naive_record_differs_from_its_inputs_and_the_other_never_does(tab: Tab) -> None:
    page = tab.page
    page.goto(tab.url)
    lost = 0
    for _ in range(10):
        page.click("#load")
        tab.settle()
        expect(page.locator("#merged-shown")).to_contain_text("as the inputs")
        lost += "differs from" in tab.text("#naive-shown")
    assert lost


def test_the_linter_finds_it() -> None:
    assert [finding.rule for finding in check([EXAMPLE]).findings] == ["DG201"]
