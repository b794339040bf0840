"""DG110."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback
from dashgen.check.findings import Problem, Rule, Severity

OPTIONS = ("background_callback_manager", "long_callback_manager")
ATTRIBUTES = ("._background_manager", *(f"._{option}" for option in OPTIONS))


def check(app: App) -> Iterator[Problem]:
    """Look for background callbacks that nothing can run."""
    if app.site is None or app.extended or app.open_options:
        return
    if any(app.option(name) is not None for name in OPTIONS):
        return
    if any(name in module.source for module in app.modules for name in ATTRIBUTES):
        return
    for callback in app.callbacks:
        may_have = callback.open_keywords or callback.keyword("manager") is not None
        if _is_background(callback) and not may_have and app.is_registered(callback):
            yield Problem(
                callback.module,
                callback.node,
                "a background callback needs a manager, and the app has none",
            )


def _is_background(callback: Callback) -> bool:
    value = callback.keyword("background")
    return isinstance(value, ast.Constant) and value.value is True


RULE = Rule(
    identifier="DG110",
    name="background-without-manager",
    severity=Severity.BROKEN,
    summary="A background callback has no manager, and neither has the app.",
    why="Each call raises `MissingLongCallbackManagerError`.",
    help="Give `Dash(background_callback_manager=…)` a manager.",
    bad="""\
from dash import Dash, Input, Output, html

app = Dash()
app.layout = html.Div([html.Button(id="start"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("start", "n_clicks"), background=True)
def work(clicks):
    return f"done {clicks}"
""",
    good="""\
import diskcache
from dash import Dash, DiskcacheManager, Input, Output, html

app = Dash(background_callback_manager=DiskcacheManager(diskcache.Cache("instance")))
app.layout = html.Div([html.Button(id="start"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("start", "n_clicks"), background=True)
def work(clicks):
    return f"done {clicks}"
""",
    proof="`test_proofs.py` calls the bad example as a browser does: it raises.",
    check=check,
)
