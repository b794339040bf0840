"""The settings of a generated project: documented one by one, and refused where they are unfit."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.process import free_port
from tests.support.projects import Variant, environment, render, vary

SECRET = "an-example-of-a-secret-key-that-is-long"
PRODUCTION = {"ENVIRONMENT": "production", "SECRET_KEY": SECRET}
REFUSED = 3


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with the default choices."""
    return render(tmp_path_factory.mktemp("settings"), Variant())


def run(project: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a project, with some settings in its environment."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=environment(free_port(), env),
        capture_output=True,
        text=True,
        timeout=60,
    )


REFUSALS = [
    ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY is missing or short"),
    ({**PRODUCTION, "SECRET_KEY": "hunter2"}, "SECRET_KEY is missing or short"),
    ({**PRODUCTION, "DEBUG": "true"}, "DEBUG lets visitors run code"),
    ({**PRODUCTION, "LOG_LEVEL": "loud"}, "LOG_LEVEL: Input should be 'DEBUG', 'INFO'"),
    ({"WEB_WORKERS": "0"}, "WEB_WORKERS: Input should be greater than 0"),
]


@pytest.mark.parametrize(("env", "message"), REFUSALS, ids=[message for _, message in REFUSALS])
def test_what_is_unfit_ends_the_start_with_a_line_that_holds_no_secret(
    project: Path, env: dict[str, str], message: str
) -> None:
    done = run(project, "-c", "import myapp.settings", **env)
    assert done.returncode == REFUSED
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Settings: {message}")
    assert "hunter2" not in line
    assert SECRET not in line


def test_gunicorn_gives_up_instead_of_trying_again(project: Path) -> None:
    done = run(project, "-m", "gunicorn", "app:server", **PRODUCTION | {"SECRET_KEY": ""})
    assert done.returncode == REFUSED
    assert done.stderr.count("SECRET_KEY") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("variant", vary("storage", "background"), ids=str)
def test_the_example_lists_every_setting_with_a_comment_and_its_default(
    variant: Variant, tmp_path: Path
) -> None:
    project = render(tmp_path, variant)
    example = (project / ".env.example").read_text()
    documented = set()
    for paragraph in example.split("\n\n")[1:]:
        comments, *_ = lines = paragraph.strip().splitlines()
        assert comments.startswith("# ")
        documented |= {line.removeprefix("# ").partition("=")[0] for line in lines[1:]}
    tell = "; ".join(
        [
            "from myapp.settings import Settings as S",
            "print(*(name.upper() for name in S.model_fields))",
            "print(S(_env_file='.env.example') == S(_env_file=None))",
        ]
    )
    done = run(project, "-c", tell)
    names, same = done.stdout.splitlines()
    assert set(names.split()) == documented
    assert same == "True"
