"""What to type after ``dashgen new``, on this machine and with these choices."""

import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.errors import CommandLineError
from dashgen.system import called

if TYPE_CHECKING:
    from dashgen.commands.new import NewProject


def first_steps(project: "NewProject") -> list[tuple[str, str]]:
    """Return the commands in their order, each with a remark, which may be empty.

    Args:
        project: One from dashgen's own template, with its files in place.
    """
    uv = _uv()
    steps = [
        (f"in another terminal: {name}", command.replace("uv run", f"{uv} run", 1))
        for name, command in project.services.items()
    ]
    if debug := _debug(project.path / ".env.example"):
        steps.append((f"reload the app on each change: {debug}=true in .env", ""))
    return [
        *steps,
        (f"open {_address()} when it runs", f"{uv} run python app.py"),
        ("run the tests", f"{uv} run pytest"),
    ]


def _uv() -> str:
    """Return the command for uv, which dashgen brings, but not always on the search path."""
    if shutil.which("uv"):
        return "uv"
    found = shutil.which("python")
    same = found and Path(found).resolve() == Path(sys.executable).resolve()
    return f"{'python' if same else called(sys.executable)} -m uv"


def _address() -> str:
    from dashgen.commands.run import HOST, PREFERRED_PORT, preferred_port

    port = PREFERRED_PORT
    # If PORT is not a port, it is for another program.
    with suppress(CommandLineError):
        port = preferred_port()
    return f"http://{HOST}:{port}"


def _debug(example: Path) -> str:
    """Return the variable by which a project's app reloads itself, empty if it has none."""
    text = example.read_text("utf-8") if example.exists() else ""
    found = re.search(r"^(?:# ?)?((?:\w+_)?DEBUG)=", text, re.MULTILINE)
    return found[1] if found else ""
