"""DG112."""

import ast
from collections.abc import Iterator

from dashgen.check.apps import App
from dashgen.check.callbacks import Callback
from dashgen.check.findings import Problem, Rule, Severity, near

OPTIONS = frozenset(
    "api_endpoint background cache_args_to_ignore cache_ignore_triggered cancel "
    "config_prevent_initial_callbacks hidden inputs interval manager mcp_enabled "
    "mcp_expose_docstring on_error optional output persistent prevent_initial_call progress "
    "progress_default running state websocket".split()
)
"""The keywords that Dash reads, of all versions since 2."""
OF_OTHERS = {
    "allow_duplicate": "Output",
    "allow_optional": "Input and State",
    "suppress_callback_exceptions": "Dash",
}
"""Options of something else, which are taken for those of a callback."""


def check(app: App) -> Iterator[Problem]:
    """Look for keywords that no version of Dash reads."""
    if app.extended or app.dash_major < 2:
        return
    for callback in app.callbacks:
        for keyword in callback.node.keywords:
            message = _message(callback, keyword)
            if message:
                yield Problem(callback.module, keyword, message)


def _message(callback: Callback, keyword: ast.keyword) -> str:
    name = keyword.arg
    if name is None or name in OPTIONS or name.startswith("_"):
        return ""
    other = OF_OTHERS.get(name)
    # A later version of Dash may have more options. Their names are hardly so similar.
    hint = f", it is one of {other}" if other else near(name, OPTIONS)
    return f"a callback has no option '{name}'{hint}" if hint else ""


RULE = Rule(
    identifier="DG112",
    name="unknown-option",
    severity=Severity.BROKEN,
    summary="A callback is given an option that Dash does not have.",
    why="Dash ignores it without a word. So the callback runs as the page is loaded, for example.",
    help="Write the option as Dash does, such as `prevent_initial_call`.",
    bad="""\
from dash import Dash, Input, Output, html

app = Dash()
app.layout = html.Div([html.Button(id="delete"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("delete", "n_clicks"), prevent_inital_call=True)
def delete(clicks):
    return "deleted"
""",
    good="""\
from dash import Dash, Input, Output, html

app = Dash()
app.layout = html.Div([html.Button(id="delete"), html.P(id="text")])


@app.callback(Output("text", "children"), Input("delete", "n_clicks"), prevent_initial_call=True)
def delete(clicks):
    return "deleted"
""",
    proof="`test_proofs.py` registers both examples: only the good one waits for a click.",
    check=check,
)
