"""Pages of a project as people have them, and a newer template that improves them."""

import re
from collections.abc import Callable
from pathlib import Path

from dashgen.files import File
from dashgen.releases import installed
from dashgen.releases.bundle import Bundle

MINE, BETTER = "# mine\n", "# better\n"
Act = Callable[[Path], object]


def edits(path: str) -> Act:
    """Return what inserts a line where the template has no change."""

    def do(shop: Path) -> None:
        file = shop / path
        text = file.read_text()
        where = re.search(r"^(def |@|\[)", text, re.MULTILINE)
        assert where
        file.write_text(f"{text[: where.start()]}{MINE}{text[where.start() :]}")

    return do


def improved(text: bytes) -> bytes:
    """Return a file of the template with a line more, beside nothing that has the page's name."""
    before, gap, after = text.rpartition(b"\n\n\n")
    return before + gap + BETTER.encode() + after if gap else text + BETTER.encode()


def two_releases(*kinds: str) -> Bundle:
    """Return two versions; the second one improves what pages of some kinds consist of."""
    own = dict(installed.own_files())
    better = dict(own)
    for kind in kinds:
        for name in ("page.py.jinja", "test.py.jinja", "dataset.toml.jinja"):
            path = f"template/pages/{kind}/{name}"
            if path in own:
                better[path] = File(improved(own[path].content))
    folder = next(path for path in own if path.endswith("/ids.py.jinja") and "yield" in path)
    better[folder.replace("ids.py", "more.py")] = File(BETTER.encode())
    bundle = Bundle()
    bundle.add("v0.1.0", own)
    bundle.add("v0.2.0", better)
    bundle.current = "v0.2.0"
    return bundle
