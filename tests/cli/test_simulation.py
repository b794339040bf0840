"""The command line's tests once more, without what Windows lacks: a simulation, not Windows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import simulated

from .helpers import CHECKOUT

HERE = Path(__file__)
FILES = [
    *sorted(f"tests/cli/{path.name}" for path in HERE.parent.glob("test_*.py") if path != HERE),
    "tests/updates/test_home.py",
]
# These say what happens on Linux, beside what happens on Windows or where Windows refuses a name.
ELSEWHERE = (
    "tests/cli/test_bad_input.py::test_one_line_and_nothing_written[folder name only symbols]",
    "tests/cli/test_windows.py::test_a_pipe_that_nobody_reads_is_no_failure",
    "tests/cli/test_windows.py::test_no_package_is_called_like_a_device",
    # A shell of Linux reads the step.
    "tests/cli/test_places.py::test_the_next_step_works_where_the_output_has_only_ascii",
    # One server, Redis, is enough: a minute each, and they are programs for Linux.
    "tests/cli/test_doctor.py::test_a_server_that_answers_and_one_that_does_not[mongodb]",
    "tests/cli/test_doctor.py::test_a_server_that_answers_and_one_that_does_not[postgresql]",
)


@pytest.mark.parametrize("file", FILES)
def test_dashgen_does_without_what_windows_lacks(file: str) -> None:
    options = "-p tests.support.simulated.plugin -p no:cacheprovider -q"
    command = [sys.executable, "-m", "pytest", *options.split(), "-m", "not full"]
    left_out = [f"--deselect={test}" for test in ELSEWHERE]
    done = subprocess.run([*command, file, *left_out], cwd=CHECKOUT, capture_output=True, text=True)
    # 5: all of the file is in another tier.
    assert done.returncode in (0, 5), done.stdout[-8000:] + done.stderr[-2000:]


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
