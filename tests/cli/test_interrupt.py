"""A run that is interrupted leaves nothing."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dashgen.project.staging import staged

from .helpers import listing

# Renders as usual, says so, and then takes its time.
SLOW = """
import sys, time
from dashgen.template import rendering
from dashgen.cli import main

render = rendering.render

def slow(*arguments):
    render(*arguments)
    print("rendered", flush=True)
    time.sleep(60)

rendering.render = slow
sys.exit(main(["new", sys.argv[1], "-y"]))
"""


def test_an_interrupt_during_the_last_step_leaves_nothing_either(work: Path) -> None:
    def fill() -> None:
        with staged(work / "shop") as stage:
            (stage.folder / "app.py").touch()
            monkeypatch.setattr(shutil, "rmtree", interrupted_rmtree)

    rmtree = shutil.rmtree

    def interrupted_rmtree(*arguments: Any, **options: Any) -> None:
        monkeypatch.undo()
        # Not os.kill, after which another thread may get the signal, and this one too late.
        signal.raise_signal(signal.SIGINT)
        rmtree(*arguments, **options)

    with pytest.MonkeyPatch.context() as monkeypatch, pytest.raises(KeyboardInterrupt):
        fill()
    assert listing(work) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)],
    ids=["SIGINT", "SIGTERM", "SIGHUP"],
)
@pytest.mark.parametrize("stated", ["a/b/shop", "empty"])
def test_nothing_is_left(work: Path, number: signal.Signals, code: int, stated: str) -> None:
    (work / "empty").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, stated],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "rendered\n"
        assert any(name.endswith("app.py") for name in listing(work))
        process.send_signal(number)
        assert process.wait(10) == code
        assert process.stderr.read() == "cancelled, nothing written\n"
    assert listing(work) == ["empty"]
