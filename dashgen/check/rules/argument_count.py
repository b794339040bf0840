"""DG103."""

from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback
from dashgen.check.findings import Problem, Rule, Severity


def check(app: App) -> Iterator[Problem]:
    """Compare Inputs and States with the function's parameters."""
    for callback in app.callbacks:
        problem = None if app.extended else _compare(callback)
        if problem:
            yield problem


def _compare(callback: Callback) -> Problem | None:
    function = callback.function
    if function is None or not callback.exact or callback.wrapped or not callback.inputs:
        return None
    if function.scope.kind == "class":
        return None
    given = len(callback.inputs) + len(callback.states) + callback.progress
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    if any(default is None for default in arguments.kw_defaults):
        return None
    most = None if arguments.vararg else len(positional)
    if required <= given and (most is None or given <= most):
        return None
    takes = str(required) if required == most else f"{required} to {most}"
    if most is None:
        takes = f"at least {required}"
    sent = f"{given} argument{'s' * (given != 1)}"
    return Problem(
        callback.module,
        function.node,
        f"the callback sends {sent} (one for each Input and State), "
        f"{function.node.name} takes {takes}",
    )


RULE = Rule(
    identifier="DG103",
    name="argument-count",
    severity=Severity.BROKEN,
    summary="A callback's function takes another number of arguments than Inputs and States.",
    why="Each call raises a `TypeError`, and the page shows nothing.",
    help="Give the function one parameter for each Input and State, in this order.",
    bad="""\
from dash import Dash, Input, Output, State, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.Button(id="send"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("send", "n_clicks"), State("name", "value"))
def show(name):
    return name
""",
    good="""\
from dash import Dash, Input, Output, State, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.Button(id="send"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("send", "n_clicks"), State("name", "value"))
def show(clicks, name):
    return name
""",
    proof="`test_proofs.py` calls the bad example as a browser does: `TypeError`.",
    check=check,
)
