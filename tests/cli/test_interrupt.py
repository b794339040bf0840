"""A run that is interrupted leaves nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dashgen import scratch
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


INTERRUPTED = """
import sys

class Interrupt:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
from dashgen.cli import main
sys.exit(main(["status"]))
"""


def test_an_interrupt_during_the_imports_is_one_line(work: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], cwd=work, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "cancelled\n")


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


@pytest.mark.parametrize(
    ("name", "days", "kept"),
    [
        (".dashgen-abcd1234", 2, False),
        (".dashgen-abcd1234", 0, True),  # its run may go on
        (".dashgen-mine", 2, True),
        (".dashgen-abcd1234/kept-0", 2, True),  # the user's own file, before it was replaced
    ],
)
def test_what_a_killed_run_has_left_goes_with_a_later_one(
    work: Path, name: str, days: float, kept: bool
) -> None:
    left = work / name
    left.parent.mkdir(exist_ok=True)
    left.mkdir()
    (left / "app.py").touch()
    folder = work / Path(name).parts[0]
    os.utime(folder, (then := time.time() - days * 24 * 3600, then))
    scratch.collect.cache_clear()
    with staged(work / "shop") as stage:
        (stage.folder / "app.py").touch()
    assert folder.exists() == kept


def test_a_killed_run_leaves_nothing_for_ever(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(work / "temporary"))
    with subprocess.Popen([sys.executable, "-c", SLOW, "shop"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"rendered\n"
        process.kill()
    left = list(work.rglob("*dashgen-*"))
    assert left
    for path in left:
        os.utime(path, (1, 1))
    done = subprocess.run(
        [sys.executable, "-m", "dashgen", "new", "shop", "-y"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not [path for path in left if path.exists()]
