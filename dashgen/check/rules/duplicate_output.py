"""DG105."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback, Dependency
from dashgen.check.findings import Problem, Rule, Severity

Writers = dict[tuple[str, str], list[tuple[Callback, Dependency]]]


def check(app: App) -> Iterator[Problem]:
    """Look for two callbacks, or one, with the same Output."""
    if app.site is None or app.extended:
        return
    for (name, wanted), writers in _writers(app).items():
        plain = [writer for writer in writers if writer[1].allow_duplicate is False]
        for index, (callback, output) in enumerate(plain):
            first = next((w for w in plain[:index] if _run_both(app, w[0], callback)), None)
            if first is not None:
                line = first[1].node.lineno
                where = (
                    "" if first[0].module is callback.module else f"{first[0].module.path.name}, "
                )
                message = f"'{name}.{wanted}' is an Output already, see {where}line {line}"
                yield Problem(callback.module, output.node, message)


def _writers(app: App) -> Writers:
    found: Writers = {}
    for callback in app.callbacks:
        if callback.place.loops:
            continue
        for output in callback.outputs:
            if written := app.property_of(output):
                found.setdefault(written, []).append((callback, output))
    return found


def _run_both(app: App, first: Callback, second: Callback) -> bool:
    """Say whether one start of the app certainly registers both."""
    if first is second:
        return app.runs_once(first.scope, first.place.loops)
    if dict(first.place.branches_but_main) != dict(second.place.branches_but_main):
        return False
    if _by_one_call(first, second):
        return app.is_registered(first)
    if not app.run_together(first.module, second.module):
        return False
    return all(app.runs_once(c.scope, c.place.loops) for c in (first, second))


def _by_one_call(first: Callback, second: Callback) -> bool:
    """Say whether one function registers both at the same app, however often it runs."""
    if first.scope is not second.scope or first.scope.kind != "function":
        return False
    return ast.dump(first.node.func) == ast.dump(second.node.func)


RULE = Rule(
    identifier="DG105",
    name="duplicate-output",
    severity=Severity.BROKEN,
    summary="Two callbacks write the same property of a component without `allow_duplicate`.",
    why="Only the last of the two answers, for both. In debug mode, no callback of the app runs.",
    help="Merge the callbacks, or set `allow_duplicate=True` and `prevent_initial_call=True` in "
    "the second.",
    bad="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([html.Button(id="add"), html.Button(id="clear"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("add", "n_clicks"))
def add(clicks):
    return f"{clicks} items"


@app.callback(Output("text", "children"), Input("clear", "n_clicks"))
def clear(clicks):
    return "no item"
""",
    good="""\
from dash import Dash, Input, Output, ctx, dcc, html

app = Dash()
app.layout = html.Div([html.Button(id="add"), html.Button(id="clear"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("add", "n_clicks"), Input("clear", "n_clicks"))
def show(added, cleared):
    return "no item" if ctx.triggered_id == "clear" else f"{added} items"
""",
    proof="`test_proofs.py` starts the bad example in a browser. A click on one button gives the "
    "result of the other, and in debug mode no click changes anything.",
    check=check,
)
