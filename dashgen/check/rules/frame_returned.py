"""DG109."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback
from dashgen.check.findings import Problem, Rule, Severity
from dashgen.check.frames import is_frame
from dashgen.check.functions import returned


def check(app: App) -> Iterator[Problem]:
    """Look for data frames that a callback returns."""
    if app.extended:
        return
    for callback in app.callbacks:
        if callback.function is None or callback.wrapped or callback.clientside:
            continue
        scope = callback.function.inner
        for value in returned(callback.function.node):
            for part in _parts(callback, value):
                if is_frame(part, scope, app.resolver):
                    yield Problem(callback.function.scope.module, part, "a data frame is no JSON")


def _parts(callback: Callback, value: ast.expr) -> list[ast.expr]:
    if isinstance(value, (ast.Tuple, ast.List)) and callback.several:
        return list(value.elts)
    return [value]


RULE = Rule(
    identifier="DG109",
    name="data-frame-returned",
    severity=Severity.BROKEN,
    summary="A callback returns a data frame to a property of a component.",
    why="Dash cannot turn it into JSON, and the call raises `InvalidCallbackReturnValue`.",
    help='Return `frame.to_dict("records")`, or another value that the property accepts.',
    bad="""\
import pandas as pd
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Dropdown(["a", "b"], id="file"), dcc.Store(id="rows")])


@app.callback(Output("rows", "data"), Input("file", "value"))
def load(file):
    frame = pd.read_csv(f"{file}.csv")
    return frame
""",
    good="""\
import pandas as pd
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Dropdown(["a", "b"], id="file"), dcc.Store(id="rows")])


@app.callback(Output("rows", "data"), Input("file", "value"))
def load(file):
    frame = pd.read_csv(f"{file}.csv")
    return frame.to_dict("records")
""",
    proof="`test_proofs.py` returns a data frame: the server answers 500. An array or a series is "
    "turned into a list, so the rule is silent about these.",
    check=check,
)
