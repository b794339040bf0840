"""DG104."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback
from dashgen.check.findings import Problem, Rule, Severity
from dashgen.check.functions import bare_returns, returned
from dashgen.check.syntax import Scope

NO_LIST = ("dash.html.", "dash.dcc.", "plotly.express.", "plotly.graph_objects.")


def check(app: App) -> Iterator[Problem]:
    """Compare Outputs with the results of the function."""
    for callback in app.callbacks:
        if app.extended or callback.function is None or callback.wrapped:
            continue
        if not callback.exact or not callback.several:
            continue
        for node in bare_returns(callback.function.node):
            message = f"no value for {_outputs(callback)}"
            yield Problem(callback.function.scope.module, node, message)
        for value in returned(callback.function.node):
            message = _compare(app, callback, value, callback.function.inner)
            if message:
                yield Problem(callback.function.scope.module, value, message)


def _outputs(callback: Callback) -> str:
    wanted = len(callback.outputs)
    return f"{wanted} Output{'s' * (wanted != 1)}"


def _compare(app: App, callback: Callback, value: ast.expr, scope: Scope) -> str:
    wanted = len(callback.outputs)
    outputs = _outputs(callback)
    if isinstance(value, (ast.Tuple, ast.List)):
        if any(isinstance(element, ast.Starred) for element in value.elts):
            return ""
        given = len(value.elts)
        if given == wanted:
            return ""
        return f"{given} value{'s' * (given != 1)} for {outputs}"
    if _is_no_list(app, value, scope):
        return f"one value for {outputs}, which {'is' if wanted == 1 else 'are'} given as a list"
    return ""


def _is_no_list(app: App, value: ast.expr, scope: Scope) -> bool:
    if isinstance(value, (ast.Constant, ast.JoinedStr, ast.Dict, ast.DictComp)):
        return True
    if isinstance(value, ast.Call):
        name = app.resolver.external(value.func, scope)
        return (
            name.startswith(NO_LIST)
            and name.rpartition(".")[2][:1].isalpha()
            and (not name.startswith("plotly.graph_objects.") or name.endswith(".Figure"))
        )
    return False


RULE = Rule(
    identifier="DG104",
    name="return-count",
    severity=Severity.BROKEN,
    summary="A callback returns another number of values than it has Outputs.",
    why="The call raises, and none of the Outputs changes.",
    help="Return one value for each Output. `no_update` keeps the present value.",
    bad="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="first"), html.P(id="second")])


@app.callback(Output("first", "children"), Output("second", "children"), Input("name", "value"))
def show(name):
    if not name:
        return ""
    return name, name.upper()
""",
    good="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="first"), html.P(id="second")])


@app.callback(Output("first", "children"), Output("second", "children"), Input("name", "value"))
def show(name):
    if not name:
        return "", ""
    return name, name.upper()
""",
    proof="`test_proofs.py` calls the bad example as a browser does: the server answers 500.",
    check=check,
)
