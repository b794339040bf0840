"""DG108."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.findings import Problem, Rule, Severity
from dashgen.check.syntax import Binding, Called, Module, is_main_test

JUPYTER = frozenset({"mode", "jupyter_mode", "inline", None})
"""The options with which `run` may return at once."""


def check(app: App) -> Iterator[Problem]:
    """Look for callbacks below the line that serves the app."""
    if app.site is None or app.extended:
        return
    module = app.modules[0]
    started = _start(app, module)
    if started is None:
        return
    for callback in app.callbacks:
        below = callback.module is module and callback.node.lineno > started
        if below and callback.scope is module.scope:
            yield Problem(
                module,
                callback.node,
                f"the app runs in line {started}, so this callback is never registered",
            )


def _start(app: App, module: Module) -> int | None:
    """Return the line at which a module serves its app for good."""
    for statement in module.tree.body:
        body = [statement]
        if isinstance(statement, ast.If) and is_main_test(statement.test):
            body = statement.body
        for inner in body:
            value = inner.value if isinstance(inner, ast.Expr) else None
            if isinstance(value, ast.Call) and _serves(app, value, module):
                return inner.lineno
    return None


def _serves(app: App, call: ast.Call, module: Module) -> bool:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in ("run", "run_server"):
        return False
    if JUPYTER & {keyword.arg for keyword in call.keywords}:
        return False
    site: Called | None = app.site
    targets = app.resolver.targets(function.value, module.scope)
    return len(targets) == 1 and all(
        isinstance(target, Binding) and site is not None and target.node is site.node
        for target in targets
    )


RULE = Rule(
    identifier="DG108",
    name="callback-after-run",
    severity=Severity.BROKEN,
    summary="A callback stands below the line that runs the app.",
    why="`app.run()` serves until the app ends. The callback is never registered.",
    help="Move `app.run()` to the end of the module.",
    bad="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="text")])

if __name__ == "__main__":
    app.run()


@app.callback(Output("text", "children"), Input("name", "value"))
def show(name):
    return name
""",
    good="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("name", "value"))
def show(name):
    return name


if __name__ == "__main__":
    app.run()
""",
    proof="`test_proofs.py` runs the bad example as a script: it serves no callback.",
    check=check,
)
