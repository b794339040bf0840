"""The command line's tests once more, without what Windows lacks: a simulation, not Windows."""

import re
import subprocess
import sys

from tests.support import simulated

from .helpers import CHECKOUT

# Those in which dashgen touches the system, and few of the others.
TESTS = (
    "tests/cli/test_interrupt.py",
    "tests/cli/test_places.py",
    "tests/cli/test_preferences.py",
    "tests/cli/test_run.py",
    "tests/updates/test_home.py",
)
# What they are about is no matter of Windows.
ELSEWHERE: tuple[str, ...] = ()


def test_dashgen_does_without_what_windows_lacks() -> None:
    words = [
        "-p",
        "tests.support.simulated.plugin",
        "-p",
        "no:cacheprovider",
        "-q",
        "-m",
        "not full",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, *TESTS, *(f"--deselect={t}" for t in ELSEWHERE)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def test_the_simulation_takes_away_what_the_documentation_lists() -> None:
    text = (CHECKOUT / "docs/platforms.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE))
    taken = {name: str(len(simulated.lacking(name))) for name in simulated.PARTLY}
    assert {name: number for name, number in taken.items() if number != "0"} == listed
    modules = re.search(r"modules (.+?) are gone", text, re.DOTALL)
    assert modules
    assert {*re.findall(r"`(\w+)`", modules[1])} == simulated.MODULES


def test_the_simulation_reaches_dashgen_and_nothing_else() -> None:
    program = (
        "import tests.support.simulated.plugin\n"
        "import dashgen.system as here, os, signal, subprocess, sys\n"
        "assert here.sys.platform == 'win32' and sys.platform != 'win32'\n"
        "assert not hasattr(here.os, 'chown') and hasattr(os, 'chown')\n"
        "assert not hasattr(here.signal, 'SIGKILL') and hasattr(signal, 'SIGKILL')\n"
        "child = 'import dashgen.system as there; assert there.sys.platform == \"win32\"'\n"
        "subprocess.run([sys.executable, '-c', child], check=True)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=True)
