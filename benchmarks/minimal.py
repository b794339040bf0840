"""The app that the generated one is compared with: one page, one callback, nothing else."""

from pathlib import Path

APP = """
from dash import Dash, Input, Output, callback, dcc, html

SAMPLES = [("Ada", "Lovelace", 36), ("Grace", "Hopper", 85)]
app = Dash(__name__)
app.layout = html.Div(
    [
        dcc.Input(id="profile-first-name"),
        dcc.Input(id="profile-last-name"),
        dcc.Input(id="profile-age"),
        html.Button("Load", id="profile-load"),
    ]
)
server = app.server


@callback(
    Output("profile-first-name", "value"),
    Output("profile-last-name", "value"),
    Output("profile-age", "value"),
    Input("profile-load", "n_clicks"),
    prevent_initial_call=True,
)
def fill(clicks):
    return SAMPLES[(clicks - 1) % len(SAMPLES)]


server.test_client().get("/")
"""
FIELDS = ("profile-first-name", "profile-last-name", "profile-age")
# What this callback, and the same one of the generated app, is asked.
BODY = {
    "output": f"..{'...'.join(f'{field}.value' for field in FIELDS)}..",
    "outputs": [{"id": field, "property": "value"} for field in FIELDS],
    "inputs": [{"id": "profile-load", "property": "n_clicks", "value": 1}],
    "changedPropIds": ["profile-load.n_clicks"],
    "state": [],
}
# Two processes of four threads, as the generated app's configuration has them.
FLAGS = "-w 2 --threads 4 --access-logfile - --no-control-socket"
SERVE = ["-m", "gunicorn", *FLAGS.split()]


def write(folder: Path, imports: str = "") -> Path:
    """Write the app into a new folder, and return that. It may import more packages."""
    folder.mkdir()
    (folder / "app.py").write_text(imports + APP)
    return folder
