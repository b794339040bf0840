"""What generated apps use of Dash and others that is not documented is still there.

`docs/internals.md` says why each is used. A failure here names what a newer version has changed.
"""

import inspect
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
import pytest
from dash import (
    CeleryManager,
    Dash,
    DiskcacheManager,
    Input,
    Output,
    _callback,
    _callback_context,
    dcc,
    fingerprint,
    html,
    set_props,
)
from dash._utils import AttributeDict
from dash.background_callback.managers import BaseBackgroundCallbackManager
from gunicorn import SERVER_SOFTWARE  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.glogging import Logger, SafeAtoms  # type: ignore[import-untyped]
from kombu.transport.redis import Channel, QoS, Transport
from kombu.transport.virtual import Channel as VirtualChannel

from tests.cli.helpers import CHECKOUT

GRID = "/_dash-component-suites/dash_ag_grid/dash_ag_grid"


def scripts_of(package: str) -> str:
    """Return what the browser gets of a package."""
    return "".join(
        file.read_text(errors="ignore")
        for file in Path(str(files(package))).rglob("*.js")
        if "dev" not in file.name
    )


def an_app() -> Any:
    app = Dash(__name__)
    app.layout = html.Div([dcc.Input(id="a"), html.P(id="b"), dag.AgGrid(id="c")])
    app.callback(Output("b", "children"), Input("a", "value"))(str)
    app._setup_server()  # type: ignore[no-untyped-call]
    return app


def grid_scripts() -> None:
    app = an_app()
    (script,) = [one for one in app.get_dist([dag.__name__]) if one["type"] == "_js_dist"]
    assert script["url"].startswith("/_dash-component-suites/dash_ag_grid/")
    parts: list[dict[str, Any]] = dag.AgGrid._js_dist
    whole = [part for part in parts if "async" not in part]
    assert whole
    assert GRID in an_app().index()
    for part in whole:
        part["dynamic"] = True
    try:
        assert GRID not in an_app().index()
    finally:
        for part in whole:
            del part["dynamic"]


def own_hooks() -> None:
    app = Dash(__name__, use_pages=True, pages_folder="")
    hooks = app.server.before_request_funcs[None]
    assert [hook.__module__ for hook in hooks] == ["dash.dash"] * 2
    app.layout = html.P(id="b")
    app.callback(Output("b", "children"), Input("a", "value"))(str)
    with app.server.test_request_context():
        for hook in hooks:
            hook()
    assert "b.children" in app.callback_map
    app.server.add_url_rule("/late", view_func=str)


def registered_scripts() -> None:
    app = an_app()
    app.index()
    registered = app.registered_paths["dash_ag_grid"]
    file = next(iter(registered))
    named: Any = fingerprint
    assert named.check_fingerprint(named.build_fingerprint(file, "1.0", 1)) == (file, True)
    rule = next(r for r in app.server.url_map.iter_rules() if "package_name" in r.arguments)
    assert {"package_name", "fingerprinted_path"} == rule.arguments


def callback_request() -> None:
    app = an_app()
    known = app.callback_map["b.children"]
    assert callable(known["callback"])
    assert (len(known["inputs"]), len(known["state"])) == (1, 0)
    body = {
        "output": "b.children",
        "outputs": {"id": "b", "property": "children"},
        "inputs": [{"id": "a", "property": "value", "value": "x"}],
        "changedPropIds": ["a.value"],
    }
    answer = app.server.test_client().post("/_dash-update-component", json=body)
    assert answer.get_json()["response"] == {"b": {"children": "x"}}


def poll() -> None:
    renderer = scripts_of("dash")
    for word in ("_dash-update-component", "cacheKey", "cancelJob"):
        assert word in renderer, word
    for word in ("cacheKey", "job"):
        assert f'"{word}"' in inspect.getsource(_callback), word


def managers() -> None:
    offered = {
        "call_job_fn": ["self", "key", "job_fn", "args", "context"],
        "get_result": ["self", "key", "job"],
        "get_progress": ["self", "key"],
        "get_updated_props": ["self", "key"],
        "job_running": ["self", "job"],
        "terminate_job": ["self", "job"],
    }
    for name, parameters in offered.items():
        function = getattr(BaseBackgroundCallbackManager, name)
        assert list(inspect.signature(function).parameters) == parameters, name
    for name in ("build_cache_key", "_make_progress_key", "_make_set_props_key"):
        assert hasattr(BaseBackgroundCallbackManager, name), name
    assert "self.func_registry = " in inspect.getsource(BaseBackgroundCallbackManager)
    # What `set_props` of a request collects, such as that of `on_error`.
    context = _callback_context.context_value
    token = context.set(AttributeDict(updated_props={}, outputs_list=[]))
    set_props("b", {"children": "x"})
    assert context.get()["updated_props"] == {"b": {"children": "x"}}
    context.reset(token)
    for manager in (CeleryManager, DiskcacheManager):
        assert "_dash_no_update" in inspect.getsource(inspect.getmodule(manager))  # type: ignore[arg-type]


def browser_answer() -> None:
    renderer = scripts_of("dash")
    assert "sideUpdate" in renderer
    assert re.search(r"\bfetch\(", renderer)


def browser_storage() -> None:
    components = scripts_of("dash")
    assert "(window.localStorage)" in components
    assert "(window.sessionStorage)" in components


def event_of_a_link() -> None:
    components = scripts_of("dash")
    assert 'addEventListener("_dashprivate_pushstate"' in components
    assert 'new CustomEvent("_dashprivate_pushstate")' in components


def rows_of_a_table() -> None:
    assert "getLayout:" in scripts_of("dash")
    grid = scripts_of(dag.__name__)
    assert re.search(r"getRows\((\w+)\)\{[^}]*\{getRowsRequest:\1\}", grid)
    assert "{getRowsResponse:null}" in grid


def gunicorns_mark() -> None:
    assert 'os.environ["SERVER_SOFTWARE"] = SERVER_SOFTWARE' in inspect.getsource(Arbiter)
    assert SERVER_SOFTWARE.startswith("gunicorn")


def gunicorns_line() -> None:
    names = ["self", "resp", "req", "environ", "request_time"]
    assert [*inspect.signature(Logger.access).parameters] == names
    assert [*inspect.signature(Logger.atoms).parameters] == names
    assert Logger.atoms_wrapper_class is SafeAtoms


def receipts() -> None:
    assert Channel.QoS is QoS
    for name in ("ack", "reject", "restore_unacked_once"):
        assert callable(getattr(QoS, name)), name


def entries_of_the_queue() -> None:
    assert Transport.Channel is Channel
    assert "self.connection._deliver(loads(" in inspect.getsource(Channel._brpop_read)
    assert "self.connection._callbacks[queue] = " in inspect.getsource(VirtualChannel.basic_consume)


def colour_scheme() -> None:
    assert "data-mantine-color-scheme" in scripts_of(dmc.__name__)
    source = inspect.getsource(dmc.pre_render_color_scheme)
    assert "replace('<html>'" in source
    assert "data-mantine-color-scheme='loading'" in source


def provider_of_a_page() -> None:
    assert re.search(r"\.dash_mantine_components=", scripts_of(dmc.__name__))
    known = dmc.MantineProvider().available_properties
    assert {"defaultColorScheme", "forceColorScheme"} <= set(known)


def drawing_of_a_chart() -> None:
    dash = scripts_of("dash.dcc")
    assert "window.Plotly||new Promise" in dash
    assert set(re.findall(r"\bPlotly\.(newPlot|plot|react)\(", dash)) == {"react"}
    plotly = scripts_of("plotly")
    assert "window.Plotly = Plotly" in plotly
    assert "gl-container" in plotly


CHECKS: dict[str, Callable[[], None]] = {
    "AG Grid's list of scripts": grid_scripts,
    "Dash's own hooks in Flask": own_hooks,
    "Registered scripts": registered_scripts,
    "The callback request": callback_request,
    "The poll for a job": poll,
    "Managers of background callbacks": managers,
    "The answer of a callback in the browser": browser_answer,
    "The rows that a table waits for": rows_of_a_table,
    "The storage of the browser": browser_storage,
    "Gunicorn's mark in the environment": gunicorns_mark,
    "Gunicorn's line for a request": gunicorns_line,
    "Receipts of a lost connection": receipts,
    "Entries of the queue": entries_of_the_queue,
    "The colour scheme of the page": colour_scheme,
    "The provider of a page": provider_of_a_page,
    "The drawing of a chart": drawing_of_a_chart,
    "The event of a link": event_of_a_link,
}


@pytest.mark.parametrize("name", CHECKS)
def test_it_is_still_there(name: str) -> None:
    CHECKS[name]()


def test_the_documentation_lists_the_same() -> None:
    page = (CHECKOUT / "docs/internals.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| `", page, re.MULTILINE)
    assert rows == [*CHECKS]
