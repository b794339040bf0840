"""DG102."""

from collections.abc import Iterator

from dashgen.check import components
from dashgen.check.apps import App
from dashgen.check.findings import Problem, Rule, Severity, near
from dashgen.check.layout import Placed, properties


def check(app: App) -> Iterator[Problem]:
    """Look for properties that a component does not have."""
    yield from _given(app)
    if app.is_whole:
        yield from _named(app)


def _given(app: App) -> Iterator[Problem]:
    for component in app.placed:
        known = properties(app, component.library, component.name)
        if known is None or _depends_on_version(component):
            continue
        for keyword in component.called.node.keywords:
            name = keyword.arg
            if name is not None and not components.has(known, name):
                message = f"{component.name} has no property '{name}'{near(name, known)}"
                yield Problem(component.module, keyword, message)


def _named(app: App) -> Iterator[Problem]:
    for callback in app.callbacks:
        for dependency in callback.dependencies:
            if not (named := app.property_of(dependency)):
                continue
            name, wanted = named
            if any(map(_depends_on_version, app.layout.only(name))):
                continue
            known = [properties(app, c.library, c.name) for c in app.layout.only(name)]
            if not known or any(p is None or components.has(p, wanted) for p in known):
                continue
            kind = app.layout.only(name)[0].name
            hint = near(wanted, known[0] or ())
            article = "an" if kind[0] in "AEIOU" else "a"
            message = f"'{name}' is {article} {kind}, which has no property '{wanted}'{hint}"
            yield Problem(callback.module, dependency.property_node or dependency.node, message)


def _depends_on_version(component: Placed) -> bool:
    return component.module.tests_version and bool(component.called.place.branches_but_main)


RULE = Rule(
    identifier="DG102",
    name="unknown-property",
    severity=Severity.BROKEN,
    summary="A component is given, or a callback names, a property that the component lacks.",
    why="The component raises a `TypeError` when it is made. A callback on such a property runs "
    "at the start at most, or its result is lost.",
    help="Use a property of the component in the installed version.",
    bad="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Store(id="choice"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("choice", "value"))
def show(choice):
    return str(choice)
""",
    good="""\
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Store(id="choice"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("choice", "data"))
def show(choice):
    return str(choice)
""",
    proof="`test_proofs.py` makes a component with an unknown property: `TypeError`. In a browser, "
    "the bad example gives `Invalid prop for this component`.",
    check=check,
)
