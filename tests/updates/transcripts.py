"""The transcript of `docs/updates.md`: what its commands print, run for real.

Run ``python -m tests.updates.transcripts`` to write it anew. Its releases are two former ones, so
that it changes with dashgen's words only.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from dashgen.releases.bundle import Bundle

from .kinds import append, insert
from .lab import Template, commit, project
from .releases import FORMER

PAGE = Path(__file__).parents[2] / "docs/updates.md"
PROJECT = "/home/ada/shop"
TRANSCRIPT = re.compile(r"(?s)(?<=\n## A transcript\n).*?\n```text\n(.*?)```\n")


def shown() -> str:
    """Return the transcript as the page has it."""
    found = TRANSCRIPT.search(PAGE.read_text(encoding="utf-8"))
    assert found
    return found[1]


def commands(transcript: str) -> list[str]:
    """Return the commands of a transcript."""
    return [line[2:] for line in transcript.splitlines() if line.startswith("$ ")]


def printed(folder: Path, words: list[str]) -> str:
    """Return commands with what they print, in a project as the page describes it."""
    template = Template.of(folder / "template", Bundle.read(FORMER))
    shop = project(folder / "shop", template.fresh("v0.1.0"))
    append(shop, "README.md", "\n## Ours\n\nAsk Ada.")
    append(shop, "shop/assets/app.css", "/* ours */")
    insert(shop, "pyproject.toml", '    "sqlalchemy', '    "httpx>=0.28,<1",\n')
    commit(shop)
    # dashgen never takes a template from where a project says: here it is told.
    own = folder / "bin/dashgen"
    own.parent.mkdir()
    told = f'[ "$1 $2" = "update --abort" ] || set -- "$@" --template {template.path}\n'
    own.write_text(f'#!/bin/sh\n{told}exec {sys.executable} -m dashgen "$@"\n')
    own.chmod(0o755)
    lines = "code=0\n" + "".join(
        f"echo {shlex.quote(f'$ {word}')}\n(exit $code)\n{word}\ncode=$?\n" for word in words
    )
    done = subprocess.run(
        ["bash", "-c", lines],
        cwd=shop,
        env=os.environ | {"PATH": f"{own.parent}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout.replace(str(shop.resolve()), PROJECT).replace(str(shop), PROJECT)


def main() -> None:
    """Write the page's transcript anew."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "home").mkdir()
        os.environ |= {"HOME": f"{name}/home", "GIT_CONFIG_GLOBAL": f"{name}/gitconfig"}
        words = "[user]\n\tname = Ada\n\temail = ada@example.org\n"
        (Path(name) / "gitconfig").write_text(words, encoding="utf-8")
        before = shown()
        text = PAGE.read_text(encoding="utf-8")
        text = text.replace(before, printed(Path(name), commands(before)))
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
