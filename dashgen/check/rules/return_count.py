"""DG104."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback
from dashgen.check.findings import Problem, Rule, Severity
from dashgen.check.functions import bare_returns, returned
from dashgen.check.resolve import DEEPEST
from dashgen.check.syntax import Binding, Scope


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


def _is_no_list(app: App, value: ast.expr, scope: Scope, depth: int = 0) -> bool:
    """Say whether an expression is certainly neither a list nor a tuple."""
    if isinstance(value, (ast.Constant, ast.JoinedStr, ast.Dict, ast.DictComp)):
        return True
    if isinstance(value, ast.Name) and depth <= DEEPEST:
        targets = app.resolver.targets(value, scope)
        return bool(targets) and all(
            isinstance(target, Binding) and _is_bound_to_no_list(app, target, depth)
            for target in targets
        )
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return any(_is_text(side) for side in (value.left, value.right))
    return isinstance(value, ast.Call) and _makes_no_list(app, value, scope)


def _is_bound_to_no_list(app: App, binding: Binding, depth: int) -> bool:
    value = binding.node
    for index in binding.path:
        if not isinstance(value, (ast.Tuple, ast.List)) or index >= len(value.elts):
            return False
        value = value.elts[index]
    return binding.kind == "assign" and _is_no_list(app, value, binding.scope, depth + 1)


def _makes_no_list(app: App, call: ast.Call, scope: Scope) -> bool:
    function = call.func
    if isinstance(function, ast.Attribute) and _is_text(function.value):
        return function.attr in ("format", "join")
    if isinstance(function, ast.Name) and function.id == "str":
        return scope.find("str") is None
    if app.component(function, scope):
        return True
    made = app.resolver.external(function, scope)
    module, _, name = made.rpartition(".")
    if module == "plotly.express":
        return name.islower()
    return made == "plotly.graph_objects.Figure" or made.startswith("dash.dcc.send_")


def _is_text(value: ast.expr) -> bool:
    is_constant = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return is_constant or isinstance(value, ast.JoinedStr)


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
