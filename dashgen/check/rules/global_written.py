"""DG202."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.fills import fills
from dashgen.check.findings import Problem, Rule, Severity
from dashgen.check.functions import own_nodes, targets
from dashgen.check.resolve import Resolver
from dashgen.check.syntax import MUTATORS, Binding, Defined, target_names

LITERALS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
BUILT_IN = frozenset({"dict", "list", "set"})
COLLECTIONS = frozenset(
    f"collections.{name}" for name in "Counter OrderedDict defaultdict deque".split()
)


def check(app: App) -> Iterator[Problem]:
    """Look for callbacks that change a variable of their module."""
    for callback in app.callbacks:
        if callback.function is not None and not callback.clientside:
            yield from _of_function(callback.function, app.resolver)


def _of_function(function: Defined, resolver: Resolver) -> Iterator[Problem]:
    writes = [*_written(function)]
    changes = [*_changes(function, resolver)]
    filled = fills(function.node, {name for name, _ in (*writes, *changes)})
    reported: set[str] = set()
    for name, node in writes:
        if id(node) not in filled and name not in reported:
            reported.add(name)
            yield _problem(function, node, f"writes '{name}'")
    for name, node in changes:
        if id(node) not in filled:
            yield _problem(function, node, f"changes '{name}'")


def _problem(function: Defined, node: ast.AST, what: str) -> Problem:
    message = f"the callback {what}, which all users and no other process share"
    return Problem(function.scope.module, node, message)


def _written(function: Defined) -> Iterator[tuple[str, ast.AST]]:
    """Yield the global variables that a function assigns, each with the place."""
    nodes = own_nodes(function.node)
    declared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    for node in nodes:
        yield from ((name, node) for name in sorted(declared) if _assigns(node, name))


def _assigns(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Assign):
        return any(name in dict(target_names(target)) for target in node.targets)
    if isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        return isinstance(node.target, ast.Name) and node.target.id == name
    return False


def _changes(function: Defined, resolver: Resolver) -> Iterator[tuple[str, ast.AST]]:
    """Yield the lists and dicts of the module that a function changes, each with the place."""
    for node in own_nodes(function.node):
        name = _changed(node)
        found = function.inner.find(name) if name is not None else None
        if name is None or found is None or found[0].kind != "module":
            continue
        if all(_is_container(binding, resolver) for binding in found[1]):
            yield name, node


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


def _is_container(binding: Binding, resolver: Resolver) -> bool:
    if binding.kind != "assign" or binding.path:
        return False
    if not isinstance(binding.node, ast.Call):
        return isinstance(binding.node, LITERALS)
    made, scope = binding.node.func, binding.scope
    if isinstance(made, ast.Name) and made.id in BUILT_IN:
        return scope.find(made.id) is None
    return resolver.external(made, scope) in COLLECTIONS


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
