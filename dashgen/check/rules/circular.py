"""DG204."""

from collections.abc import Iterator
from itertools import pairwise

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback
from dashgen.check.findings import Problem, Rule, Severity

Node = tuple[str, str]
"""An id and a property."""


def check(app: App) -> Iterator[Problem]:
    """Look for callbacks that trigger each other."""
    if app.site is None or app.extended:
        return
    graph = _graph(app)
    reported: set[frozenset[int]] = set()
    for node in graph:
        for cycle in _cycles(graph, node):
            callbacks = [graph[one][two] for one, two in pairwise(cycle)]
            members = frozenset(map(id, callbacks))
            # One callback may write a property that it reads.
            if len(members) < 2 or members in reported or not _run_together(app, callbacks):
                continue
            reported.add(members)
            last = max(callbacks, key=lambda c: (c.module.path, c.node.lineno))
            shown = " → ".join(f"{name}.{wanted}" for name, wanted in cycle)
            yield Problem(last.module, last.node, f"callbacks trigger each other: {shown}")


def _graph(app: App) -> dict[Node, dict[Node, Callback]]:
    graph: dict[Node, dict[Node, Callback]] = {}
    for callback in app.callbacks:
        if not app.runs_once(callback.scope, callback.place.loops):
            continue
        if callback.place.branches_but_main:
            continue
        for read in callback.inputs:
            source = app.property_of(read)
            for written in callback.outputs:
                target = app.property_of(written)
                if source and target and written.allow_duplicate is False:
                    graph.setdefault(source, {}).setdefault(target, callback)
    return graph


def _cycles(graph: dict[Node, dict[Node, Callback]], start: Node) -> Iterator[list[Node]]:
    """Yield the shortest way back to a property, if there is one."""
    ways: list[list[Node]] = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        for following in graph.get(way[-1], {}):
            if following == start and len(way) > 1:
                yield [*way, start]
                return
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])


def _run_together(app: App, callbacks: list[Callback]) -> bool:
    first = callbacks[0]
    return all(app.run_together(first.module, other.module) for other in callbacks[1:])


RULE = Rule(
    identifier="DG204",
    name="circular-callbacks",
    severity=Severity.RISKY,
    summary="Two callbacks trigger each other.",
    why="Dash reports `Circular Dependencies` in debug mode. Without it, the second callback "
    "overwrites the input of the user.",
    help="Put both into one callback. A callback may write its own inputs.",
    bad="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="celsius"), dcc.Input(id="fahrenheit")])


@app.callback(Output("fahrenheit", "value"), Input("celsius", "value"))
def warm(celsius):
    return float(celsius or 0) * 9 / 5 + 32


@app.callback(Output("celsius", "value"), Input("fahrenheit", "value"))
def cool(fahrenheit):
    return (float(fahrenheit or 0) - 32) * 5 / 9
""",
    good="""\
from dash import Dash, Input, Output, ctx, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="celsius"), dcc.Input(id="fahrenheit")])


@app.callback(
    Output("celsius", "value"),
    Output("fahrenheit", "value"),
    Input("celsius", "value"),
    Input("fahrenheit", "value"),
)
def convert(celsius, fahrenheit):
    if ctx.triggered_id == "fahrenheit":
        return (float(fahrenheit or 0) - 32) * 5 / 9, fahrenheit
    return celsius, float(celsius or 0) * 9 / 5 + 32
""",
    proof="`test_proofs.py` starts such an app in a browser: Dash reports it, and an entered 5 "
    "becomes a 6.",
    check=check,
)
