"""Boots rendered projects, each in a child, see `tests/support/children.py`.

An order has `project`, `package`, `env`, `shows` and `pages`.
"""

from __future__ import annotations

import gc
import html
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Any

from tests.support.children import Order, answer

DASH_ROUTES = ("/_dash-layout", "/_dash-dependencies")
# The ids that every variant has, so that one test drives them all.
PARTS = {
    "shell-nav": ["home", "explore", "profile", "reports"],
    "shell-theme": ["toggle"],
    "explore": [
        *("region", "country", "year", "search", "color"),
        *("table", "detail", "graph", "summary", "export"),
    ],
    "profile": ["first-name", "last-name", "age", "info", "load", "submit", "message", "record"],
    "reports": ["run", "cancel", "progress", "result"],
}
IDS = {f"{page}-{part}" for page, parts in PARTS.items() for part in parts}


class Records(logging.Handler):
    """Keeps what is logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.getMessage()}")


def boot(package: str, shows: Iterable[str], pages: Sequence[str] | None) -> None:
    """Boot the project of the current folder, and check what it answers and registers.

    Args:
        package: The name of its package.
        shows: Texts that the index page or the layout must show just so.
        pages: The names of its pages; None stands for the demo's.
    """
    names = PARTS["shell-nav"][1:] if pages is None else [page.replace("_", "-") for page in pages]
    ids = IDS if pages is None else {f"shell-nav-{name}" for name in ("home", *names)}
    routes = {"/", *(f"/{name}" for name in names)}
    records = Records()
    logging.getLogger().addHandler(records)
    warnings.simplefilter("error")
    sys.path.insert(0, str(Path.cwd()))
    module = __import__("app")
    app, client = module.app, module.server.test_client()
    assert gc.isenabled(), "the garbage collector rests for the start alone"
    assert client.get("/health").text == "OK"
    for route in (*routes, *DASH_ROUTES):
        answer = client.get(route)
        assert answer.status_code == 200, f"{route} answers {answer.status}"
        assert answer.data, f"{route} answers nothing"
    callbacks = client.get("/_dash-dependencies").get_json()
    seen = html.unescape(client.get("/").text) + "".join(
        strings(client.get("/_dash-layout").get_json())
    )
    for text in shows:
        assert text in seen, f"neither the index page nor the layout shows {text!r}"
    with app.server.test_request_context():
        known = list(components(app))
        check_frame(app, (package, *names))
    check_ids(known, ids)
    check_callbacks(callbacks, known, len(routes))
    check_pages(routes)
    if Path("worker.py").exists():
        worker = __import__("worker")
        jobs = [name for name in worker.celery_app.tasks if not name.startswith("celery.")]
        assert jobs, "the worker knows no job"
    assert sys.modules[package].__file__ == str(Path.cwd() / package / "__init__.py")
    assert records.messages == [], f"logged: {records.messages}"


def components(app: Any) -> Iterator[Any]:
    """Yield the id of every component of the layout and of all pages."""
    from dash import page_registry

    for layout in [app.layout, *(page["layout"] for page in page_registry.values())]:
        built = layout() if callable(layout) else layout
        for part in [built, *built._traverse()]:
            if (name := getattr(part, "id", None)) is not None:
                yield name


def strings(value: Any) -> Iterator[str]:
    """Yield every text in what JSON held."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def check_ids(known: list[Any], ids: Set[str]) -> None:
    plain = [name for name in known if isinstance(name, str)]
    twice = sorted({name for name in plain if plain.count(name) > 1})
    assert not twice, f"ids that two components have: {twice}"
    assert set(plain) >= ids, f"ids that are missing: {sorted(ids - set(plain))}"


def check_frame(app: Any, own: Sequence[str]) -> None:
    """No page of a user's will have an id or a class of the components around the pages.

    Args:
        app: The app.
        own: The names of the package and of the pages. The ids of their stores begin with these.
    """
    begins = ("shell-", "_pages_", *(f"{name}-" for name in own))
    layout = app.layout()
    parts = [layout, *layout._traverse()]
    plain = [name for part in parts if isinstance(name := getattr(part, "id", None), str)]
    strange = [name for name in plain if not name.startswith(begins)]
    assert not strange, f"ids that a page of a user's may have: {strange}"
    classes = [name for part in parts for name in getattr(part, "className", "").split()]
    strange = [name for name in classes if not name.startswith(("shell", "app-"))]
    assert not strange, f"classes that a page of a user's may have: {strange}"


def check_callbacks(callbacks: list[dict[str, Any]], known: list[Any], fewest: int) -> None:
    """Every id is on a page, and nothing is written twice but what says that it is."""
    assert len(callbacks) > fewest, f"only {len(callbacks)} callbacks are registered"
    outputs: list[str] = []
    for callback in callbacks:
        written = callback["output"].strip(".").split("...")
        outputs += written
        named = [output.rpartition(".")[0] for output in written]
        named += [one["id"] for one in [*callback["inputs"], *callback["state"]]]
        for name in named:
            assert is_known(name, known), f"no component has the id {name} of {callback['output']}"
    twice = sorted({output for output in outputs if outputs.count(output) > 1})
    assert not twice, f"outputs that two callbacks write: {twice}"


def is_known(name: str, known: list[Any]) -> bool:
    if not name.startswith("{"):
        # Dash adds the components of its pages itself.
        return name in known or name.startswith("_pages_")
    pattern = json.loads(name)
    if ["ALL"] in pattern.values():
        return True  # may match what a callback makes, or nothing
    wild = (["MATCH"], ["ALLSMALLER"])
    return any(
        isinstance(one, dict)
        and one.keys() == pattern.keys()
        and all(value in wild or value == one[key] for key, value in pattern.items())
        for one in known
    )


def check_pages(routes: Set[str]) -> None:
    from dash import page_registry

    paths = {page["path"] for page in page_registry.values()}
    assert paths >= routes, f"pages that are missing: {routes - paths}"


def follow(order: Order, _pipe: int) -> int:
    """Boot one project, in a child."""
    os.environ.clear()
    os.environ.update(order["env"])
    boot(order["package"], order["shows"], order["pages"])
    return 0


if __name__ == "__main__":
    answer(follow)
