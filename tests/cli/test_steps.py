"""What is said after `dashgen new` fits machine and choices, and a failed run leaves nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashgen.cli.app import main
from dashgen.cli.steps import first_steps
from dashgen.commands.new import NewProject, new

from .helpers import DASHGEN, listing


def project(name: str = "shop", **answers: str) -> NewProject:
    return new(name, answers=answers, defaults=True, use_git=False)


def commands(project: NewProject) -> list[str]:
    return [command for _, command in first_steps(project) if command]


def remarks(project: NewProject) -> str:
    return " | ".join(remark for remark, _ in first_steps(project))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uv be on the search path, and nobody name a port."""
    monkeypatch.setattr("dashgen.cli.steps.shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.delenv("PORT", raising=False)


def test_an_app_without_services_is_started_by_one_command(work: Path) -> None:
    assert commands(project()) == ["uv run python app.py", "uv run pytest"]


def test_each_server_is_started_once_and_the_worker_too(work: Path) -> None:
    started = commands(project(storage="redis", background="celery"))
    assert [command.split()[0] for command in started] == ["redis-server", *["uv"] * 3]
    assert started[1].startswith("uv run celery -A worker")
    readme = Path("shop/README.md").read_text()
    assert readme.count("\nredis-server") == 1
    assert "docker run" in commands(project("other", storage="postgresql"))[0]


def test_without_uv_on_the_path_python_starts_it(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = project(background="celery")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    started = commands(shop)
    assert all(c.startswith((f"{sys.executable} -m uv run ", "redis-server")) for c in started)
    subprocess.run([sys.executable, "-m", "uv", "--version"], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("stated", "port"), [("", 8050), ("9000", 9000), ("abc", 8050), ("70000", 8050)]
)
def test_the_address_follows_the_port(
    work: Path, monkeypatch: pytest.MonkeyPatch, stated: str, port: int
) -> None:
    monkeypatch.setenv("PORT", stated)
    assert f"open http://127.0.0.1:{port} when" in remarks(project())


def test_the_variable_for_debugging_is_one_that_the_project_has(work: Path) -> None:
    shop = project()
    (remark,) = [remark for remark, command in first_steps(shop) if not command]
    variable = remark.split(": ")[1].partition("=")[0]
    assert f"\n{variable}=" in (shop.path / ".env.example").read_text().replace("# ", "")


@pytest.mark.usefixtures("signal_handlers")
@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_refused_before_anything_is_written(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    monkeypatch.setenv("PORT", port)
    assert main(["new", "shop", "-y", "--run"]) == 2
    assert f"PORT is '{port}'" in capsys.readouterr().err
    assert listing(work) == []


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["text", "JSON"])
@pytest.mark.parametrize("stream", ["full", "closed by its reader"])
@pytest.mark.parametrize("destination", ["a/shop", "repository"])
def test_a_run_that_cannot_print_its_result_leaves_no_project(
    work: Path, words: list[str], stream: str, destination: str
) -> None:
    # crudini#67, gsutil#1314
    subprocess.run(["git", "init", "--quiet", "repository"], cwd=work, check=True)
    before = listing(work)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        process = subprocess.Popen(
            [*DASHGEN, "new", destination, "-y", *words],
            cwd=work,
            stdout=full if stream == "full" else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if process.stdout:
            process.stdout.close()
        assert process.stderr
        said = process.stderr.read()
        process.stderr.close()
    assert process.wait(60) == 1
    assert said.count("\n") == (1 if stream == "full" else 0)
    assert "unexpected" not in said
    # Objects that nothing refers to are git's to collect.
    left = [path for path in listing(work) if "/.git/objects" not in path]
    assert left == [path for path in before if "/.git/objects" not in path]
