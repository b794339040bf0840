"""What the pages show of updates is what happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import uv

from tests.cli.helpers import CHECKOUT, copy_of_checkout, git

from .test_releases import BUILD_FILES
from .transcripts import commands, printed, shown


def block(page: str, holding: str) -> str:
    """Return the commands of a page that hold some text."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    (found,) = [b for b in re.findall(r"(?s)\n```sh\n(.*?)```\n", text) if holding in b]
    return str(found)


def run(commands: str, cwd: Path) -> str:
    """Run commands as a reader does, who has dashgen and uv. New folders are beside this one."""
    paths = (Path(sys.executable).parent, Path(uv.find_uv_bin()).parent)
    path = os.pathsep.join([*map(str, paths), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=cwd,
        env=os.environ | {"PATH": path, "TMPDIR": str(cwd.parent)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_transcript(tmp_path: Path) -> None:
    transcript = shown()
    assert printed(tmp_path / "run", commands(transcript)) == transcript


def test_the_readmes_walk(work: Path) -> None:
    (work / "checkout").mkdir()
    git(work / "checkout", "init", "--quiet")
    out = run(block("README.md", "dashgen update --abort"), work / "checkout")
    assert "/* ours */" in out.splitlines()
    (record,) = work.rglob("shop/.copier-answers.yml")
    shop = record.parent
    assert (shop / "shop/assets/app.css").read_text().endswith("/* ours */\n")
    assert "storage: sqlite" in (shop / ".copier-answers.yml").read_text()
    assert git(shop, "status", "--porcelain") == ""


def test_the_walk_with_two_wheels(work: Path) -> None:
    checkout = copy_of_checkout(work / "dashgen")
    subprocess.run(["cp", *(CHECKOUT / name for name in BUILD_FILES), checkout], check=True)
    git(checkout, "init", "--quiet")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "checkout")
    out = run(block("docs/updates.md", "uv build"), checkout)
    assert "template v9.1.0 → v9.2.0" in out
    assert "+Made with care." in out.splitlines()
    (shop,) = work.rglob("shop/.copier-answers.yml")
    css = shop.parent / "shop/assets/app.css"
    assert css.read_text().endswith("/* ours */\n")
    assert "_commit: v9.2.0" in shop.read_text()
