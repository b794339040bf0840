"""DG106."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback
from dashgen.check.findings import Problem, Rule, Severity

GLOBAL = "dash.callback"
KNOWN_ARGUMENTS = (ast.Call, ast.List, ast.Tuple)


def check(app: App) -> Iterator[Problem]:
    """Look for ``allow_duplicate`` in callbacks that run at the start."""
    if app.site is None or app.extended or app.open_options or app.dash_major < 2:
        return
    prevents = any("prevent_initial_callbacks" in module.source for module in app.modules)
    for callback in app.callbacks:
        # Dash does not ask the app's configuration about the callbacks of `dash.callback`.
        if prevents and app.resolver.external(callback.node.func, callback.scope) != GLOBAL:
            continue
        duplicates = [output for output in callback.outputs if output.allow_duplicate]
        if callback.open_keywords or not app.is_registered(callback):
            continue
        if duplicates and _runs_at_start(callback):
            yield Problem(
                callback.module,
                duplicates[0].node,
                "allow_duplicate=True needs prevent_initial_call=True in the same callback",
            )


def _runs_at_start(callback: Callback) -> bool:
    value = callback.keyword("prevent_initial_call")
    arguments = callback.node.args
    if value is None and arguments and not isinstance(arguments[-1], KNOWN_ARGUMENTS):
        return False  # It may be the option, which Dash also takes as the last argument.
    return value is None or (isinstance(value, ast.Constant) and not value.value)


RULE = Rule(
    identifier="DG106",
    name="duplicate-at-start",
    severity=Severity.BROKEN,
    summary="A callback with `allow_duplicate=True` also runs when the page is loaded.",
    why="Dash raises `DuplicateCallback` as the callback is registered, so the app does not start.",
    help='Set `prevent_initial_call=True`, or `"initial_duplicate"` if it has to run at the start.',
    bad="""\
from dash import Dash, Input, Output, html

app = Dash()
app.layout = html.Div([html.Button(id="clear"), html.P(id="text")])


@app.callback(Output("text", "children", allow_duplicate=True), Input("clear", "n_clicks"))
def clear(clicks):
    return ""
""",
    good="""\
from dash import Dash, Input, Output, html

app = Dash()
app.layout = html.Div([html.Button(id="clear"), html.P(id="text")])


@app.callback(
    Output("text", "children", allow_duplicate=True),
    Input("clear", "n_clicks"),
    prevent_initial_call=True,
)
def clear(clicks):
    return ""
""",
    proof="`test_proofs.py` runs the bad example: `DuplicateCallback`.",
    check=check,
)
