"""DG101."""

from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.findings import Problem, Rule, Severity, near


def check(app: App) -> Iterator[Problem]:
    """Look for ids that no component has."""
    if not app.is_whole or not app.callbacks:
        return
    for callback in app.callbacks:
        if callback.open_keywords or callback.keyword("optional") is not None:
            continue
        for dependency in callback.dependencies:
            if dependency.id_node is None or dependency.optional is not False:
                continue
            name = app.resolver.text(dependency.id_node, dependency.scope)
            if name is None or app.layout.may_have(name):
                continue
            message = f"no component of the app has the id '{name}'{near(name, app.layout.by_id)}"
            yield Problem(callback.module, dependency.id_node, message)


RULE = Rule(
    identifier="DG101",
    name="unknown-id",
    severity=Severity.BROKEN,
    summary="A callback names an id that no component of the app has.",
    why="The browser does not run the callback. In `running`, `progress` and `cancel` nothing "
    "says so.",
    help="Name the id of a component, or add the component.",
    bad="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="greeting")])


@app.callback(Output("greeting", "children"), Input("nmae", "value"))
def greet(name):
    return f"Hello {name}"
""",
    good="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="greeting")])


@app.callback(Output("greeting", "children"), Input("name", "value"))
def greet(name):
    return f"Hello {name}"
""",
    proof="`test_proofs.py` starts the bad example in a browser: typing changes nothing.",
    check=check,
)
