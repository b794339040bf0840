"""What the documentation names is there, and what it tells to do works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import uv
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
OURS = ("benchmarks", "dashgen", "docs", "template", "tests", ".github", ".ci")
SUFFIXES = {"", ".bundle", ".csv", ".jinja", ".md", ".png", ".py", ".toml", ".yml"}
# The generated project has such folders, too, and pages about it name its files.
ITS = ("tests/core", "tests/pages", ".github/workflows/ci.yml")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"`((?:\.?\w+/)[\w./-]+\w)(?:::(\w+))?[^`]*`", page.read_text())
    missing = []
    for name, function in named:
        # A page about tests names them by their folder within `tests/`.
        short = ROOT / "tests" / name
        path = short if function and short.exists() else ROOT / name
        ours = name.startswith(tuple(f"{folder}/" for folder in OURS)) or function
        if not ours or name.startswith(ITS) or path.suffix not in SUFFIXES:
            continue
        if not path.exists() or (function and f"def {function}" not in path.read_text()):
            missing.append(f"{name}::{function}" if function else name)
    assert missing == []


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in a language."""
    tokens = MarkdownIt().parse(page.read_text())
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


def test_the_tutorial_works_to_its_end(tmp_path: Path) -> None:
    page = ROOT / "docs/tutorial.md"
    (script,) = blocks(page, "python")
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/make_sales.py").write_text(script)
    # The reader comes from a checkout.
    subprocess.run(["git", "init", "-q", tmp_path / "dashgen"], check=True)
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    programs = [Path(sys.executable).parent, Path(uv.find_uv_bin()).parent]
    env = {
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
        "UV_PYTHON": sys.executable,
    }
    for name in ("UV_CACHE_DIR", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "SSL_CERT_FILE"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.setdefault("UV_CACHE_DIR", str(Path.home() / ".cache/uv"))
    done = subprocess.run(
        ["bash", "-euxc", "\n".join(blocks(page, "sh"))],
        cwd=tmp_path / "dashgen",
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'NAME = "Tea and more"' in (tmp_path / "apps/shop/shop/theme.py").read_text()
