"""A page for tests, put into a rendered project: jobs that fail in the way its address asks for.

Each run writes `<token>.pid` when it begins and `<token>.end` when it ends, with the process's
number, into the folder FAULTS.
"""
# mypy: ignore-errors
# Its relative imports are those of the project that it is put into.

import os
import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from dash import (
    Input,
    Output,
    State,
    _callback_signing,
    callback,
    dcc,
    html,
    register_page,
    set_props,
)

from ..core import UserError, background, job

if os.environ.get("UNSIGNED_HANDLES"):  # Dash 4.4.0 sent and believed them as they were
    _callback_signing.sign = lambda _secret, _scope, value: value
    _callback_signing.unsign = lambda _secret, _scope, signed: signed

write = background.Results.set if hasattr(background, "Results") else None


def write_unless_full(*args: Any, **kwargs: Any) -> bool:
    if (Path(os.environ["FAULTS"]) / "full").exists():
        raise sqlite3.OperationalError("database or disk is full")
    return write(*args, **kwargs)


if write:
    background.Results.set = write_unless_full

register_page(__name__, path="/faults", name="Faults", order=99)


def layout(kind: str = "echo", seconds: str = "1", **_query: str) -> Any:
    return html.Div(
        [
            html.Button("Run", id="fault-run"),
            html.Button("Cancel", id="fault-cancel"),
            html.Div(id="fault-status", role="status"),
            html.Div(id="fault-progress"),
            html.Div(id="fault-result"),
            dcc.Store(id="fault-kind-store", data={"kind": kind, "seconds": float(seconds)}),
            dcc.Input(id="quick-in"),
            html.Div(id="quick-out"),
            *(html.Button(kind, id=f"plain-{kind}") for kind in ("one", "two", "none")),
            *(html.Div(id=f"plain-{name}") for name in ("told", "out", "more")),
        ]
    )


@job(
    Output("fault-result", "children"),
    Input("fault-run", "n_clicks"),
    State("fault-kind-store", "data"),
    running=[
        (Output("fault-run", "disabled"), True, False),
        (Output("fault-status", "children"), "running", "idle"),
    ],
    progress=[Output("fault-progress", "children")],
    progress_default=[""],
    cancel=[Input("fault-cancel", "n_clicks")],
)
def misbehave(
    set_progress: Callable[[tuple[str]], None], _clicks: int, what: dict[str, Any]
) -> Any:
    token = uuid.uuid4().hex
    folder = Path(os.environ["FAULTS"])
    (folder / f"{token}.pid").write_text(str(os.getpid()))
    end = time.monotonic() + what["seconds"]
    while what["kind"] == "stubborn" and time.monotonic() < end:
        with suppress(BaseException):  # as an `except` does that takes too much
            time.sleep(1)
    while what["kind"].startswith("until") and not (folder / what["kind"]).exists():
        time.sleep(0.05)
    if what["kind"] == "burn":
        while time.monotonic() < end:
            sum(range(1000))
    while time.monotonic() < end:
        time.sleep(0.1)
        set_progress((f"{end - time.monotonic():.1f} s left",))
    (folder / f"{token}.end").write_text(str(os.getpid()))
    if what["kind"] == "fail":
        raise RuntimeError(f"the disk of {token} is full")
    if what["kind"] == "refuse":
        raise UserError("Choose a shorter period.")
    others = {"odd": {1, 2}, "nothing": None, "no number": float("nan")}
    if what["kind"] in others:
        return others[what["kind"]]
    return token


@callback(Output("quick-out", "children"), Input("quick-in", "value"))
def quick(value: str | None) -> str:
    return f"{value or ''}!"


def fail_plainly(_clicks: int) -> Any:
    set_props("plain-told", {"children": "begun"})
    raise RuntimeError("a plain callback fails")


PLAIN = {
    "one": [Output("plain-out", "children")],
    "two": [Output("plain-out", "className"), Output("plain-more", "children")],
    "none": [],
}
for kind, outputs in PLAIN.items():
    button = Input(f"plain-{kind}", "n_clicks")
    callback(*outputs, button, background=True, prevent_initial_call=True)(fail_plainly)
