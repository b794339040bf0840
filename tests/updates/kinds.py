"""Kinds of projects as people have them: what their owners did before they update."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from dashgen.project.record import ANSWERS_FILE
from tests.cli.helpers import git

from .lab import commit

# What a person wrote; none of it may be lost.
MINE = "users-own"
QUIETLY = ("format", "--quiet", "--no-cache")
BIN = Path(sys.executable).parent


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


def reformatted(program: str, *options: str) -> Callable[[Path], None]:
    def do(shop: Path) -> None:
        subprocess.run([BIN / program, *options, "."], cwd=shop, check=True)

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


def sparse(shop: Path) -> None:
    for path in ("deploy/nginx.conf", ".github/workflows/ci.yml"):
        append(shop, path, f"# {MINE}")
    commit(shop)
    git(shop, "sparse-checkout", "set", "shop", "tests")
    assert not (shop / "deploy").exists()


KINDS: dict[str, Callable[[Path], None]] = {
    "untouched": nothing,
    "additions to README, CSS, requirements": additions,
    "a page of their own": own_page,
    "the demo's pages edited": edited_pages,
    "the machinery edited": edited_machinery,
    "the package renamed": renamed,
    "the package below src/": moved,
    "a page's folder renamed": page_renamed,
    "reformatted, 79 columns": reformatted("ruff", *QUIETLY, "--line-length", "79"),
    "reformatted, single quotes": reformatted(
        "ruff", *QUIETLY, "--config", "format.quote-style='single'"
    ),
    "reformatted by Black": reformatted("black", "--quiet"),
    "reformatted by yapf": reformatted("yapf", "--in-place", "--recursive"),
    "README, Dockerfile, Home rewritten": rewritten,
    "tests/, .github/, deploy/ deleted": deleted,
    "a page deleted": page_deleted,
    "Windows line endings": crlf,
    "a sparse checkout": sparse,
}
