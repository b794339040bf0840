"""What the command line's tests have, and the module by which an app reads its data."""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.cli.conftest import git_configuration, home, signal_handlers, user_folders, work

__all__ = ["git_configuration", "home", "signal_handlers", "user_folders", "work"]

TEMPLATE = Path(__file__).parents[2] / "template"


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Return the module by which an app reads its data, in a package of its own."""
    app = tmp_path_factory.mktemp("app") / "app_of_tests"
    package = app / "core"
    package.mkdir(parents=True)
    for folder in (app, package):
        (folder / "__init__.py").touch()
    (app / "settings.py").write_text("class settings:\n    web_workers = 2\n")
    (package / "errors.py").write_text("class UserError(Exception):\n    pass\n")
    (package / "settings.py").write_text(
        "from pathlib import Path\n\nROOT = Path(__file__).parent\n\n"
        "def make_folder(folder):\n    folder.mkdir(parents=True, exist_ok=True)\n"
    )
    for part in (TEMPLATE / "parts/data").glob("*.py"):
        (package / part.name).write_bytes(part.read_bytes())
    sys.path.insert(0, str(app.parent))
    yield import_module("app_of_tests.core.datasets")
    sys.path.remove(str(app.parent))


def in_app(
    datasets: ModuleType, folder: Path, entry: dict[str, Any], *, opened: bool = False
) -> Any:
    """Return the data as the app has them, after their description was written and read."""
    source = [f"{key} = {json.dumps(value)}" for key, value in entry["source"].items()]
    columns = [
        f"{json.dumps(column['name'], ensure_ascii=False)} = {{ "
        + ", ".join(
            f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in column.items() if k != "name"
        )
        + " }"
        for column in entry["columns"]
    ]
    folder.mkdir()
    lines = ["[source]", *source, "[columns]", *columns]
    (folder / "dataset.toml").write_text("\n".join(lines), encoding="utf-8")
    return datasets.opened(folder) if opened else datasets.Dataset(folder)
