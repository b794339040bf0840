"""DG111."""

import ast
from collections.abc import Iterator

from dashgen.check import components
from dashgen.check.apps import DASH, App
from dashgen.check.findings import Problem, Rule, Severity
from dashgen.check.pins import allowed
from dashgen.check.resolve import MOVED
from dashgen.check.syntax import Binding, Called, Module

METHODS = {"run_server": "run", "long_callback": "callback(…, background=True)"}


def check(app: App) -> Iterator[Problem]:
    """Look for names that the project's version of Dash has removed."""
    if app.dash_major >= 3:
        for module in app.modules:
            yield from _imports(app, module)
            yield from _methods(app, module)
    yield from _components(app)


def _imports(app: App, module: Module) -> Iterator[Problem]:
    for statement in module.imports:
        if statement.place.branches_but_main:
            continue  # An import that is tried, or made for some versions only.
        top = statement.module.partition(".")[0]
        name = top.replace("_", "-")
        if statement.level or app.project.locate(module.path, statement.module) is not None:
            continue
        if top in MOVED and name not in app.pins:
            message = f"Dash {app.dash_major} does not install {top}: from dash import {MOVED[top]}"
            yield Problem(module, statement.node, message)
        elif statement.module == "dash.long_callback":
            yield Problem(
                module, statement.node, "dash.long_callback is gone since Dash 3: import from dash"
            )


def _methods(app: App, module: Module) -> Iterator[Problem]:
    for called in module.calls:
        function = called.node.func
        if not isinstance(function, ast.Attribute) or function.attr not in METHODS:
            continue
        if called.place.branches_but_main and (
            module.tests_version
            or _handles_both(module, called, f".{METHODS[function.attr].partition('(')[0]}(")
        ):
            continue
        if _is_dash(app, called):
            instead = METHODS[function.attr]
            yield Problem(
                module, function, f"{function.attr} raises since Dash 3, it is {instead} now"
            )


def _handles_both(module: Module, called: Called, instead: str) -> bool:
    """Say whether a call is tried, or stands where the other name has been tried."""
    tried = {branch for branch, label in called.place.branches if label == "try"}
    if any(label.startswith("except") for _, label in called.place.branches):
        return True
    return any(
        id(node) in tried and instead in ast.unparse(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Try)
    )


def _is_dash(app: App, called: Called) -> bool:
    """Say whether a method is called on a result of ``Dash(...)``."""
    assert isinstance(called.node.func, ast.Attribute)
    targets = app.resolver.targets(called.node.func.value, called.scope)
    return bool(targets) and all(
        isinstance(target, Binding)
        and target.kind == "assign"
        and not target.path
        and isinstance(target.node, ast.Call)
        and app.resolver.external(target.node.func, target.scope) == DASH
        for target in targets
    )


def _components(app: App) -> Iterator[Problem]:
    for component in app.placed:
        version = app.library_version(component.library)
        if version is None:
            continue
        if component.name in components.components(component.library, version):
            continue
        tried = {label[:3] for _, label in component.called.place.branches} & {"try", "exc"}
        if component.module.tests_version or tried:
            continue
        had = [
            older
            for older in components.versions(component.library)
            if component.name in components.components(component.library, older)
        ]
        name = components.DISTRIBUTIONS[component.library]
        if had and not any(allowed(app.pins, name, v) for v in had if name in app.pins):
            yield Problem(
                component.module,
                component.called.node.func,
                f"{name} {version} has no {component.name}, {had[-1]} had it",
            )


RULE = Rule(
    identifier="DG111",
    name="removed-api",
    severity=Severity.BROKEN,
    summary="The code uses a name that the project's version of Dash has removed.",
    why="It raises as soon as the line runs, often as the app starts.",
    help="Use the new name, or pin the version that the code was written for.",
    bad="""\
import dash
import dash_html_components as html

app = dash.Dash(__name__)
app.layout = html.Div("Hello")

if __name__ == "__main__":
    app.run_server(debug=True)
""",
    good="""\
import dash
from dash import html

app = dash.Dash(__name__)
app.layout = html.Div("Hello")

if __name__ == "__main__":
    app.run(debug=True)
""",
    proof="`test_proofs.py` does each of these with the installed Dash.",
    check=check,
)
