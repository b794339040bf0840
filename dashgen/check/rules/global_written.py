"""DG202."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.findings import Problem, Rule, Severity
from dashgen.check.functions import own_nodes, targets
from dashgen.check.syntax import MUTATORS, Binding, Defined, Function, target_names

EMPTY = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


def check(app: App) -> Iterator[Problem]:
    """Look for callbacks that change a variable of their module."""
    for callback in app.callbacks:
        if callback.function is not None and not callback.clientside:
            yield from _globals(callback.function)
            yield from _changes(callback.function)


def _globals(function: Defined) -> Iterator[Problem]:
    declared = {
        name
        for node in own_nodes(function.node)
        if isinstance(node, ast.Global)
        for name in node.names
    }
    for name in sorted(declared):
        writes = [node for node in own_nodes(function.node) if _assigns(node, name)]
        if writes and not _is_filled_once(function.node, name):
            yield Problem(
                function.scope.module,
                writes[0],
                f"the callback writes '{name}', which all users and no other process share",
            )


def _assigns(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Assign):
        return any(name in dict(target_names(target)) for target in node.targets)
    if isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        return isinstance(node.target, ast.Name) and node.target.id == name
    return False


def _is_filled_once(function: Function, name: str) -> bool:
    """Say whether a test asks for the value first, as a cache does."""
    for node in own_nodes(function):
        if isinstance(node, (ast.If, ast.IfExp)) and any(
            isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node.test)
        ):
            return True
    return False


def _changes(function: Defined) -> Iterator[Problem]:
    for node in own_nodes(function.node):
        name = _changed(node)
        if name is None or _is_filled_once(function.node, name):
            continue
        found = function.inner.find(name)
        if found is None or found[0].kind != "module":
            continue
        if all(_is_container(binding) for binding in found[1]):
            yield Problem(
                function.scope.module,
                node,
                f"the callback changes '{name}', which all users and no other process share",
            )


def _changed(node: ast.AST) -> str | None:
    """Return the name of a list or dict that a statement changes."""
    for target in targets(node):
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            continue
        # Other keys are those of a cache, which any process may fill for itself.
        if isinstance(node, ast.AugAssign) or isinstance(target.slice, ast.Constant):
            return target.value.id
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    function = node.value.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id if function.attr in MUTATORS - {"setdefault"} else None
    return None


def _is_container(binding: Binding) -> bool:
    return binding.kind == "assign" and not binding.path and isinstance(binding.node, EMPTY)


RULE = Rule(
    identifier="DG202",
    name="module-state-written",
    severity=Severity.RISKY,
    summary="A callback writes a variable of its module.",
    why="All users share it, so they see each other's values. Each process has its own, so it "
    "changes from request to request.",
    help="Keep the value in a `dcc.Store` or in a database.",
    bad="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([html.Button(id="add"), html.P(id="text")])
count = 0


@app.callback(Output("text", "children"), Input("add", "n_clicks"))
def add(clicks):
    global count
    count += 1
    return f"{count} items"
""",
    good="""\
from dash import Dash, Input, Output, State, dcc, html

app = Dash()
app.layout = html.Div([html.Button(id="add"), html.P(id="text"), dcc.Store(id="count", data=0)])


@app.callback(
    Output("text", "children"),
    Output("count", "data"),
    Input("add", "n_clicks"),
    State("count", "data"),
)
def add(clicks, count):
    count += 1
    return f"{count} items", count
""",
    proof="`test_proofs.py` calls the bad example for two users: the second sees the first one's "
    "items.",
    check=check,
)
