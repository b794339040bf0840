"""A generated project's own browser tests pass, in every layout."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.projects import Variant, environment, render, vary


@pytest.mark.parametrize("variant", vary("layout"), ids=str)
def test_its_browser_tests_pass(variant: Variant, tmp_path: Path) -> None:
    project = render(tmp_path, variant)
    command = [sys.executable, "-m", "pytest", "-q", "-m", "browser"]
    done = subprocess.run(
        command, cwd=project, env=environment(0), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout
