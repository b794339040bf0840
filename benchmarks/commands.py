"""How long the commands take beside Copier, cookiecutter and dash-init, in turns.

Each pair runs one after the other, so that a busy machine slows both. The bytecode of all modules
is compiled first. A ratio is the median of the pairs' ratios.
"""

import compileall
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .report import ENVIRONMENT, Plot, Spent, Table, median, need, seconds, spend, start

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(sysconfig.get_path("scripts"))
DASHGEN, COPIER = str(SCRIPTS / "dashgen"), str(SCRIPTS / "copier")
ROUNDS = 9
COLUMNS = ("Command", "Takes", "Peak", "Beside", "Takes", "Peak", "Ratio")
PAGES = [
    {"name": "explore", "kind": "data"},
    {"name": "profile", "kind": "form"},
    {"name": "reports", "kind": "job"},
    {"name": "orders", "kind": "blank"},
]

Run = Callable[[], Spent]


@dataclass(frozen=True)
class Peer:
    """What does nearly the same."""

    title: str
    run: Run


def measure(small: bool = False) -> Table:
    """Time the commands beside their peers."""
    if not small:
        for folder in (ROOT / "dashgen", Path(sysconfig.get_path("purelib"))):
            compileall.compile_dir(folder, quiet=2, workers=0)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        pairs = _pairs(work, work / "home", small)
        rows = []
        for title, ours, peer in pairs:
            both = [(ours(), peer.run()) for _ in range(1 if small else ROUNDS)]
            ratio = median(a.seconds / b.seconds for a, b in both)
            cells = [title]
            for one, heading in zip(zip(*both, strict=True), ("", peer.title), strict=True):
                cells += [heading] if heading else []
                cells.append(seconds(median(each.seconds for each in one)))
                cells.append(f"{median(each.megabytes for each in one):.0f} MB")
            rows.append((*cells, f"{ratio:.2f}"))
    note = (
        "*Peak* is the memory of the command's largest process. A ratio below 1 is in our favour."
    )
    plot = Plot((("dashgen", 1), ("beside", 4)))
    return Table("Commands", COLUMNS, tuple(rows), note, plot)


def _pairs(work: Path, home: Path, small: bool) -> list[tuple[str, Run, Peer]]:
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    (home / ".cookiecutterrc").write_text("{}")
    env = {"HOME": str(home)}

    def running(*command: str, **more: str) -> Run:
        return lambda: spend(command, work, env | more)

    def writing(*command: str) -> Run:
        def run() -> Spent:
            with tempfile.TemporaryDirectory(dir=work) as folder:
                return spend(command, Path(folder), env)

        return run

    plain, repository = _templates(work)
    project = _project(work, env)

    def changing(*command: str) -> Run:
        def run() -> Spent:
            spent = spend(command, project, env)
            for words in (("reset", "--quiet", "--hard"), ("clean", "--quiet", "-d", "--force")):
                subprocess.run(["git", *words], cwd=project, env=ENVIRONMENT | env, check=True)
            return spent

        return run

    def completing(*words: str) -> Run:
        """Ask for a completion as the shell's function does."""
        return running(
            DASHGEN,
            _DASHGEN_COMPLETE="complete_bash",
            COMP_WORDS="\n".join(["dashgen", *words]),
            COMP_CWORD=str(len(words)),
        )

    copier_help = Peer("`copier --help`", running(COPIER, "--help"))
    new = writing(DASHGEN, "new", "shop", "--defaults", "--no-git")
    copy = (COPIER, "copy", "--defaults")
    update = (COPIER, "update", "--defaults", "--quiet", "--vcs-ref", ":current:")
    (work / "pages.yml").write_text(json.dumps({"pages": PAGES}))
    add_page = (*update, "--data-file", str(work / "pages.yml"))
    pairs = [
        ("`dashgen --help`", running(DASHGEN, "--help"), copier_help),
        ("`dashgen new --help`", running(DASHGEN, "new", "--help"), copier_help),
        ("completion of a command", completing("n"), copier_help),
        ("completion of a choice", completing("new", "shop", "--storage", ""), copier_help),
        (
            "`dashgen new`",
            new,
            Peer("`copier copy` of a folder", writing(*copy, str(plain), "shop")),
        ),
        (
            "`dashgen new`",
            new,
            Peer("`copier copy` of a repository", writing(*copy, str(repository), "shop")),
        ),
        (
            "`dashgen add page`",
            changing(DASHGEN, "add", "page", "orders", "--kind", "blank", "-y", "--no-try"),
            Peer("`copier update` with another answer", changing(*add_page)),
        ),
        (
            "`dashgen update`, another storage",
            changing(DASHGEN, "update", "-y", "--no-try", "--storage", "redis"),
            Peer("`copier update`", changing(*update, "--data", "storage=redis")),
        ),
    ]
    if not small:  # they come from the package index
        tools = _tools(work)
        cookies = _cookies(work, project)
        baking = writing(f"{tools}/cookiecutter", "--no-input", str(cookies))
        scaffolding = writing(f"{tools}/dash-init", "create", "shop", "-t", "multipage")
        pairs.append(("`dashgen new`", new, Peer("`cookiecutter`, the same files", baking)))
        pairs.append(("`dashgen new`", new, Peer("`dash-init create`", scaffolding)))
    return pairs


def _templates(work: Path) -> tuple[Path, Path]:
    """Return the template as a folder, and as a repository with a release."""
    plain, repository = work / "plain", work / "repository"
    for folder in (plain, repository):
        folder.mkdir()
        shutil.copy(ROOT / "copier.yml", folder)
        shutil.copytree(ROOT / "template", folder / "template")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (
        ("init", "--quiet"),
        ("add", "--all"),
        ("commit", "--quiet", "-m", "x"),
        ("tag", "v1.0.0"),
    ):
        subprocess.run(["git", *identity, *words], cwd=repository, check=True)
    return plain, repository


def _project(work: Path, env: dict[str, str]) -> Path:
    """Return a committed project with an edit that an update has to merge."""
    spend([DASHGEN, "new", "project", "--defaults"], work, env)
    readme = work / "project/README.md"
    readme.write_text(readme.read_text() + "\nOur own words.\n")
    command = ["git", "commit", "--quiet", "--all", "--message", "ours"]
    subprocess.run(command, cwd=work / "project", env=ENVIRONMENT | env, check=True)
    return work / "project"


def _tools(work: Path) -> Path:
    """Return the folder of the programs of cookiecutter and dash-init, freshly installed."""
    uv = need("uv", "python3-pip, and then: pip install uv")
    folder = work / "tools"
    spend([uv, "venv", "--quiet", "--python", sys.executable, folder], work)
    install: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--python",
        folder,
        "cookiecutter",
        "dash-init",
    ]
    spend(install, work)
    compileall.compile_dir(folder, quiet=2, workers=0)
    return folder / "bin"


def _cookies(work: Path, project: Path) -> Path:
    """Return a cookiecutter template that gives the files of a project."""
    folder = work / "cookies"
    ignored = shutil.ignore_patterns(".git")
    shutil.copytree(project, folder / "{{cookiecutter.slug}}", ignore=ignored)
    context = {"slug": "shop", "_copy_without_render": ["*"]}
    (folder / "cookiecutter.json").write_text(json.dumps(context))
    return folder


if __name__ == "__main__":
    start(measure)
