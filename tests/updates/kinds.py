"""The lab: kinds of projects as people have them, and updates of them by dashgen and by Copier."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dashgen.commands.update import update
from dashgen.project.record import ANSWERS_FILE
from tests.support.projects import AXES, choices

from .lab import Template, commit, fresh, own_version, project
from .releases import NEWEST, RELEASES

OLDEST = next(iter(RELEASES))
# What a person wrote; none of it may be lost.
MINE = "users-own"
RUFF = Path(sys.executable).with_name("ruff")
START = "from app import app; c = app.server.test_client(); assert c.get('/').status_code < 400"
STEPS = (*AXES, "release")


def append(shop: Path, path: str, text: str) -> None:
    file = shop / path
    file.write_text(f"{file.read_text()}{text}\n")


def insert(shop: Path, path: str, before: str, text: str) -> None:
    file = shop / path
    content = file.read_text()
    assert before in content, (path, before)
    file.write_text(content.replace(before, text + before, 1))


def nothing(shop: Path) -> None:
    pass


def additions(shop: Path) -> None:
    append(shop, "README.md", f"\n## Ours\n\n{MINE} words.")
    append(shop, "shop/assets/app.css", f"/* {MINE} */")
    append(shop, ".env.example", f"# {MINE}")
    insert(shop, "pyproject.toml", '    "dash>', f'    "packaging>=24",  # {MINE}\n')
    append(shop, "shop/settings.py", f"# {MINE}")


def own_page(shop: Path) -> None:
    text = "from dash import html, register_page\n\nregister_page(__name__, path='/mine')\n"
    page = shop / "shop/pages/mine.py"
    page.write_text(f"{text}layout = html.Div('{MINE}')\n")


def edited_pages(shop: Path) -> None:
    for path in ("home.py", "explore/page.py", "profile/page.py", "reports/page.py"):
        append(shop, f"shop/pages/{path}", f"# {MINE}")
    insert(shop, "shop/pages/explore/page.py", "def layout", f"# {MINE}\n")


def edited_machinery(shop: Path) -> None:
    for path in ("storage.py", "shell.py", "settings.py", "background.py"):
        file = shop / "shop/core" / path
        first, _, rest = file.read_text().partition("\n")
        file.write_text(f"{first}\n# {MINE}\n{rest}")


def renamed(shop: Path) -> None:
    (shop / "shop").rename(shop / "acme")
    for path in shop.rglob("*"):
        inside = ".git" in path.relative_to(shop).parts or path.name == ANSWERS_FILE
        if path.is_file() and not inside:
            path.write_bytes(re.sub(rb"\bshop\b", b"acme", path.read_bytes()))
    (shop / "acme/own.py").write_text(f"# {MINE}\n")


def moved(shop: Path) -> None:
    (shop / "src").mkdir()
    (shop / "shop").rename(shop / "src/shop")
    insert(shop, "app.py", "from shop", "import sys\n\nsys.path.insert(0, 'src')\n")
    insert(shop, "tests/conftest.py", "import", "import sys\n\nsys.path.insert(0, 'src')\n")


def page_renamed(shop: Path) -> None:
    (shop / "shop/pages/profile").rename(shop / "shop/pages/people")
    append(shop, "shop/pages/people/page.py", f"# {MINE}")
    shutil.move(shop / "tests/pages/test_profile.py", shop / "tests/pages/test_people.py")
    file = shop / "tests/pages/test_people.py"
    file.write_text(file.read_text().replace("pages.profile", "pages.people"))


def reformatted(*options: str) -> Callable[[Path], None]:
    def do(shop: Path) -> None:
        words: list[str | Path] = [RUFF, "format", "--quiet", "--no-cache", *options, "."]
        subprocess.run(words, cwd=shop, check=True)

    return do


def rewritten(shop: Path) -> None:
    for path in ("README.md", "Dockerfile", "shop/pages/home.py"):
        file = shop / path
        if path == "shop/pages/home.py":
            own_page(shop)
            shutil.move(shop / "shop/pages/mine.py", file)
            file.write_text(file.read_text().replace("'/mine'", "'/'"))
        else:
            file.write_text("".join(f"# {MINE} {number}\n" for number in range(60)))


def deleted(shop: Path) -> None:
    for path in ("tests", ".github", "deploy"):
        shutil.rmtree(shop / path)


def page_deleted(shop: Path) -> None:
    shutil.rmtree(shop / "shop/pages/reports")
    (shop / "tests/pages/test_reports.py").unlink()


def crlf(shop: Path) -> None:
    for path in shop.rglob("*"):
        if path.is_file() and ".git" not in path.relative_to(shop).parts:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


KINDS: dict[str, Callable[[Path], None]] = {
    "untouched": nothing,
    "additions to README, CSS, requirements": additions,
    "a page of their own": own_page,
    "the demo's pages edited": edited_pages,
    "the machinery edited": edited_machinery,
    "the package renamed": renamed,
    "the package below src/": moved,
    "a page's folder renamed": page_renamed,
    "reformatted, 79 columns": reformatted("--line-length", "79"),
    "reformatted, single quotes": reformatted("--config", "format.quote-style='single'"),
    "README, Dockerfile, Home rewritten": rewritten,
    "tests/, .github/, deploy/ deleted": deleted,
    "a page deleted": page_deleted,
    "Windows line endings": crlf,
}


@dataclass(frozen=True)
class Outcome:
    """What an update came to."""

    places: int
    boots: bool
    lost: int
    seconds: float


def made(folder: Path, kind: str, step: str, template: Template) -> Path:
    """Return a project of a kind, as it is before a step."""
    files = template.fresh(OLDEST) if step == "release" else fresh(own_version())
    shop = project(folder, files)
    KINDS[kind](shop)
    commit(shop)
    return shop


def by_dashgen(shop: Path, step: str, template: Template) -> float:
    """Update by dashgen and return how long it takes."""
    begin = time.perf_counter()
    if step == "release":
        update(shop, template=str(template.path))
    else:
        update(shop, answers={step: choices(step)[-1]})
    return time.perf_counter() - begin


def by_copier(shop: Path, step: str) -> float:
    """Update by Copier and return how long it takes."""
    words = ["--vcs-ref", NEWEST]
    if step != "release":
        words = ["--vcs-ref", ":current:", "--data", f"{step}={choices(step)[-1]}"]
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "copier", "update", "--defaults", "--quiet", *words],
        cwd=shop,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - begin


def outcome(shop: Path, marks: int, seconds: float) -> Outcome:
    """Look at a project after its update."""
    text = "".join(
        path.read_text(errors="replace")
        for path in shop.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(shop).parts and path.suffix != ".rej"
    )
    return Outcome(len(re.findall("^<{7} ", text, re.M)), boots(shop), marks - lines(shop), seconds)


def lines(shop: Path) -> int:
    """Return how many different lines of a person's are there."""
    found = set()
    for path in shop.rglob("*"):
        if path.is_file() and ".git" not in path.relative_to(shop).parts and path.suffix != ".rej":
            text = path.read_text(errors="replace")
            found |= {(path.name, line) for line in text.splitlines() if MINE in line}
    return len(found)


def boots(shop: Path) -> bool:
    """Say whether the app starts and answers."""
    done = subprocess.run(
        [sys.executable, "-c", START],
        cwd=shop,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def both(folder: Path, kind: str, step: str, template: Template) -> tuple[Outcome, Outcome]:
    """Return what comes of the same step of the same project by dashgen and by Copier."""
    found = []
    for name in ("dashgen", "copier"):
        # A project's folder gives it its name.
        (folder / name).mkdir()
        shop = made(folder / name / "shop", kind, step, template)
        marks = lines(shop)
        own = name == "dashgen"
        seconds = by_dashgen(shop, step, template) if own else by_copier(shop, step)
        found.append(outcome(shop, marks, seconds))
    return found[0], found[1]
