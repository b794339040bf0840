"""DG203."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.findings import Problem, Rule, Severity
from dashgen.check.frames import is_frame
from dashgen.check.functions import own_nodes, targets
from dashgen.check.resolve import DEEPEST, Resolver
from dashgen.check.syntax import Binding, Defined, Scope

IN_PLACE = frozenset({"insert", "pop", "update"})
"""The methods of a data frame that always change it."""
LABELS = frozenset({"columns", "index"})


def check(app: App) -> Iterator[Problem]:
    """Look for callbacks that change a data frame of their module."""
    for callback in app.callbacks:
        function = callback.function
        if function is None or callback.clientside:
            continue
        for node in own_nodes(function.node):
            name = _changed(node)
            if name is not None and _is_shared(name, function, app.resolver):
                yield Problem(
                    function.scope.module,
                    node,
                    f"the callback changes '{name.id}', a data frame that all users share",
                )


def _changed(node: ast.AST) -> ast.Name | None:
    """Return the name of the data frame that a statement or a call changes in place."""
    for target in targets(node):
        if isinstance(target, ast.Subscript):
            return _frame_of(target.value)
        if isinstance(target, ast.Attribute) and target.attr in LABELS:
            return target.value if isinstance(target.value, ast.Name) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        function, frame = node.func, node.func.value
        if isinstance(frame, ast.Name) and (function.attr in IN_PLACE or _is_inplace(node)):
            return frame
    return None


def _is_inplace(call: ast.Call) -> bool:
    return any(
        keyword.arg == "inplace"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


def _frame_of(value: ast.expr) -> ast.Name | None:
    """Return the frame of ``frame[…]`` and ``frame.loc[…]``."""
    if isinstance(value, ast.Attribute) and value.attr in ("loc", "iloc", "at", "iat"):
        value = value.value
    return value if isinstance(value, ast.Name) else None


def _is_shared(name: ast.Name, function: Defined, resolver: Resolver, depth: int = 0) -> bool:
    """Say whether a name is a module's data frame, or another name for it."""
    scope: Scope = function.inner
    found = scope.find(name.id)
    if found is None or depth > DEEPEST:
        return False
    if found[0] is scope:
        # All that the function binds it to has to be one frame of a module.
        values = [b.node for b in found[1] if b.kind == "assign" and not b.path]
        if len(values) != len(found[1]) or not all(isinstance(v, ast.Name) for v in values):
            return False
        return all(_is_shared(v, function, resolver, depth + 1) for v in values)
    found_at = resolver.targets(name, scope)
    return (
        bool(found_at)
        and all(
            isinstance(target, Binding)
            and target.scope.kind == "module"
            and target.kind == "assign"
            and not target.path
            for target in found_at
        )
        and is_frame(name, scope, resolver)
    )


RULE = Rule(
    identifier="DG203",
    name="module-frame-changed",
    severity=Severity.RISKY,
    summary="A callback changes a data frame of its module in place.",
    why="All users share the frame, so one user's change shows on another's page. Two calls at "
    "once may meet a frame that is half changed.",
    help="Change a copy: `frame = frame.copy()` or `frame.assign(…)`.",
    bad="""\
import pandas as pd
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="rate", type="number", value=2), html.P(id="text")])
sales = pd.DataFrame({"price": [1, 2, 3]})


@app.callback(Output("text", "children"), Input("rate", "value"))
def show(rate):
    sales["price"] = sales["price"] * rate
    return str(sales["price"].sum())
""",
    good="""\
import pandas as pd
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="rate", type="number", value=2), html.P(id="text")])
sales = pd.DataFrame({"price": [1, 2, 3]})


@app.callback(Output("text", "children"), Input("rate", "value"))
def show(rate):
    rated = sales.assign(price=sales["price"] * rate)
    return str(rated["price"].sum())
""",
    proof="`test_proofs.py` calls the bad example twice with the same input: two results.",
    check=check,
)
