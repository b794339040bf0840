"""How a generated project is delivered: valid files, whose commands work without Docker, too."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uv
import yaml

from tests.background.stack import Visitor
from tests.support.process import free_port, running, wait_for_line
from tests.support.projects import Variant, environment, render, vary
from tests.support.services import SERVER_OF, Services

BIN = Path(sys.executable).parent
OWN = {"front", "web", "worker"}
# Actions are named by tag: a hash cannot be looked up where the template is rendered.
ZIZMOR = "rules: {unpinned-uses: {config: {policies: {'*': ref-pin}}}}\n"
VARIANTS = [*vary("storage", "background"), Variant(storage="redis", background="celery")]


def check(*command: str | Path, cwd: Path) -> None:
    """Run a linter, which must find nothing."""
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_linters_find_nothing(variant: Variant, tmp_path: Path) -> None:
    project = render(tmp_path, variant)
    (tmp_path / "zizmor.yml").write_text(ZIZMOR)
    schema: list[str | Path] = [BIN / "check-jsonschema", "--builtin-schema"]
    check(BIN / "hadolint", "Dockerfile", cwd=project)
    check(*schema, "vendor.compose-spec", "compose.yaml", cwd=project)
    check(*schema, "vendor.github-workflows", ".github/workflows/ci.yml", cwd=project)
    linter: list[str | Path] = [BIN / "zizmor", "--offline", "--quiet"]
    check(*linter, "--config", tmp_path / "zizmor.yml", ".github/workflows/ci.yml", cwd=project)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_compose_runs_what_the_choices_need_and_nothing_else(
    variant: Variant, tmp_path: Path
) -> None:
    project = render(tmp_path, variant)
    text = (project / "compose.yaml").read_text()
    compose: dict[str, Any] = yaml.safe_load(text)
    chosen = variant.answers()
    servers = {SERVER_OF[storage].lower() for storage in {chosen["storage"]} & SERVER_OF.keys()}
    if chosen["background"] == "celery":
        servers |= {"redis", "worker"}
    services = compose["services"]
    assert services.keys() == {"front", "web"} | servers
    assert [name for name in services if "ports" in services[name]] == ["front"]
    for name in services.keys() - {"web"}:
        assert services[name]["healthcheck"]["test"]
    for name in services.keys() - OWN:
        assert services["web"]["depends_on"][name] == {"condition": "service_healthy"}
    used = {
        volume.partition(":")[0] for one in services.values() for volume in one.get("volumes", [])
    }
    files = {name for name in used if name.startswith(".")}
    assert all((project / name).is_file() for name in files)
    used -= files
    assert used == set(compose.get("volumes", {}))
    settings = (project / "myapp/core/settings.py").read_text()
    for variable in services["web"]["environment"]:
        assert f"    {variable.removeprefix('APP_').lower()}: " in settings
    # What is secret comes from outside, and compose stops without it.
    for secret in re.findall(r"(?:KEY|PASSWORD|AUTH): (.*)", text):
        assert re.fullmatch(r"\$\{\w+:\?.+\}", secret), secret
    example = (project / "README.md").read_text()
    for name in set(re.findall(r"\$\{(\w+)(?::\?.+)?\}", text)):
        assert f"`{name}`" in example
    # No server takes anybody's word, and nothing takes all of the machine.
    for server in servers - {"worker"}:
        asked = set(re.findall(r"\$\{(\w+):\?", str(services[server]["environment"])))
        told = set(re.findall(r"\$\{(\w+):\?", str(services["web"]["environment"])))
        assert asked, server
        assert asked <= told, server
    for setting, value in services["web"]["environment"].items():
        if setting.endswith(("_URL", "_BACKEND")):
            assert "$" not in value, "a password has characters that an address has not"
    for name, service in services.items():
        assert service["mem_limit"], name
        assert service["pids_limit"], name


def test_without_docker_or_workflow_nothing_of_them_is_there(tmp_path: Path) -> None:
    project = render(tmp_path, Variant(without=frozenset({"docker", "ci"})))
    assert not [*project.glob("*ocker*"), *project.glob("compose*"), *project.glob(".github")]
    assert "docker" not in (project / "README.md").read_text().lower()


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_hooks_and_workflow_run_what_the_readme_says(variant: Variant, tmp_path: Path) -> None:
    project = render(tmp_path, variant)
    readme = (project / "README.md").read_text()
    hooks = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())
    for hook in hooks["repos"][0]["hooks"]:
        assert hook["entry"] in readme
    workflow = yaml.safe_load((project / ".github/workflows/ci.yml").read_text())
    for step in workflow["jobs"]["check"]["steps"]:
        command = str(step.get("run", "")).removesuffix(" --check").replace("--with-deps ", "")
        assert command in readme


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile and their arguments, in order."""
    lines = dockerfile.replace("\\\n", " ").splitlines()
    pairs = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in pairs]


STRANGER = ["setpriv", "--reuid", "12345", "--regid", "0", "--clear-groups"]


def as_a_stranger(command: list[str], image: Path) -> list[str]:
    """Return a command for a user whom the image does not know, as OpenShift runs it.

    Whoever runs the tests without root's rights cannot be another user, and loses its own rights.
    """
    if os.getuid():
        for path in (image, *image.iterdir()):
            path.chmod(path.stat().st_mode & (0o777 if path.name == "instance" else 0o555))
        return command
    # Python itself may lie in a folder of root's.
    reading = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
    able = subprocess.run([*STRANGER, *reading, "true"], capture_output=True).returncode == 0
    return [*STRANGER, *(reading if able else []), *command]


@pytest.fixture
def careful() -> Iterator[None]:
    """Let nobody else read what is written, as many companies' machines do."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careful")
def test_the_images_commands_work_without_docker(tmp_path: Path) -> None:
    """As a user of the platform's choice, and with the umask 077 where the image is built.

    Reports: netdisco-docker#113, open-webui#26662, watermarks-remover#131.
    """
    source = render(tmp_path / "source", Variant())
    (source / "data").mkdir()
    (source / "data/sales.csv").write_text("a,b\n")
    steps = instructions((source / "Dockerfile").read_text())
    image = tmp_path / "image"
    (image / "data").mkdir(parents=True)
    port = free_port()
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    env |= {"APP_SECRET_KEY": "only-for-tests-and-long-enough", "UV_PYTHON": sys.executable}
    env["PATH"] = f"{Path(uv.find_uv_bin()).parent}:{env['PATH']}"
    home = env["HOME"]
    for name, rest in steps:
        match name, shlex.split(rest):
            case "ENV", pairs:
                for key, _, value in (pair.partition("=") for pair in pairs):
                    value = value.replace("/app/.venv", str(image / ".venv"))
                    env[key] = str(port) if key == "PORT" else value.replace("$PATH", env["PATH"])
            case "COPY", [first, *_] if first.startswith("--from"):
                continue
            case "COPY", [*files, target]:
                for file in (found for pattern in files for found in source.glob(pattern)):
                    into = image / target / (file.name if target == "./" else "")
                    copy = partial(shutil.copytree, dirs_exist_ok=True)
                    (copy if file.is_dir() else shutil.copy)(file, into)
            case "RUN", _:
                command = re.sub(r"^--mount\S+|^useradd .*?&&|--owner app|--group root", "", rest)
                command = command.replace("/app", str(image))
                shell = ["sh", "-c", f"umask 022; {command}"]  # as in a container
                done = subprocess.run(shell, cwd=image, env=env, capture_output=True, text=True)
                assert done.returncode == 0, done.stderr
    assert env["HOME"] != home
    assert (image / "data/sales.csv").read_text() == "a,b\n"
    closed = [
        path
        for folder in ("myapp", "data")
        for path in (image / folder, *(image / folder).rglob("*"))
        if not path.stat().st_mode & 0o004
    ]
    assert closed == [], "not for all to read"
    assert (image / "instance").stat().st_mode & 0o770 == 0o770
    env["APP_HOST"] = "127.0.0.1"
    (serve,) = [json.loads(rest) for name, rest in steps if name == "CMD"]
    (probe,) = [rest.partition("CMD ")[2] for name, rest in steps if name == "HEALTHCHECK"]
    ask = [image / ".venv/bin" / json.loads(probe)[0], *json.loads(probe)[1:]]
    serve[0] = str(image / ".venv/bin" / serve[0])
    stranger = as_a_stranger(serve, image)
    with running(stranger, log=tmp_path / "log", cwd=image, env=env, port=port) as process:
        assert subprocess.run(ask, env=env).returncode == 0
        visitor = Visitor(process.url)
        assert isinstance(visitor.report(), dict)
        with urllib.request.urlopen(f"{process.url}/ready") as ready:
            assert ready.status == 200
    assert subprocess.run(ask, env=env, stderr=subprocess.DEVNULL).returncode == 1
    assert not (image / ".venv/bin/pytest").exists()

    # Without a folder to write to, the app says so and does not start.
    (image / "instance").chmod(0o500)
    done = subprocess.run(stranger, cwd=image, env=env, capture_output=True, text=True)
    assert done.returncode == 3
    assert re.fullmatch(r"(Settings: APP_\w+: .*\n)+", done.stderr), done.stderr


def test_pip_installs_what_a_project_needs_after_its_first_run(tmp_path: Path) -> None:
    """Setuptools must not guess: "Multiple top-level packages discovered", see comfy-cli#85."""
    project = render(tmp_path, Variant())
    for folder in ("instance", "data", "build"):
        (project / folder).mkdir()
        (project / folder / "left").touch()
    into = ["--python", sys.executable, "--target", str(tmp_path / "target")]
    check(uv.find_uv_bin(), "pip", "install", "--no-deps", "--quiet", *into, ".", cwd=project)
    (installed,) = (tmp_path / "target").glob("*.dist-info/METADATA")
    assert "Requires-Dist: dash<5" in installed.read_text()
    assert not (tmp_path / "target/myapp").exists()
    git = ["git", "-c", "core.excludesFile=", "status", "--porcelain"]
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    subprocess.run(["git", "add", "--all"], cwd=project, check=True)
    added = subprocess.run(git, cwd=project, capture_output=True, text=True).stdout
    assert not re.findall(r"build/|egg-info|instance/", added)


def test_the_workers_health_check_tells_whether_it_answers(
    tmp_path: Path, services: Services
) -> None:
    variant = Variant(background="celery")
    project = render(tmp_path, variant)
    worker = yaml.safe_load((project / "compose.yaml").read_text())["services"]["worker"]
    shell, probe = worker["healthcheck"]["test"]
    assert shell == "CMD-SHELL"
    env = environment(0, services.env(variant))
    env |= {"HOSTNAME": socket.gethostname(), "PATH": f"{BIN}:{env['PATH']}"}

    def is_healthy() -> bool:
        ask = ["sh", "-c", probe.replace("$$", "$")]
        return not subprocess.run(ask, cwd=project, env=env, capture_output=True).returncode

    ready = wait_for_line(" ready.")
    with running(worker["command"], log=tmp_path / "log", cwd=project, env=env, ready=ready):
        assert is_healthy()
    assert not is_healthy()
