"""What generated apps import, imported once for many of them: it takes a second and a half."""

import gc
from importlib import import_module

# What any variant imports. Not gunicorn: it takes note of the folder in which it is imported.
WARM = (
    "celery",
    "celery.backends.redis",
    "dash",
    "dash.testing",
    "dash_ag_grid",
    "dash_mantine_components",
    "diskcache",
    "flask",
    "flask.testing",
    "flask_compress",
    "kombu.transport.redis",
    "multiprocess",
    "pandas",
    "plotly.express",
    "plotly.graph_objects",
    "psycopg",
    "pydantic_settings",
    "pymongo",
    "redis",
)


def warm_up() -> None:
    """Import what the variants import, and build a chart and an app, which import more by use."""
    for name in WARM:
        import_module(name)
    import dash
    import dash_ag_grid
    import dash_mantine_components as dmc

    px, pio = import_module("plotly.express"), import_module("plotly.io")
    default = pio.templates.default
    dmc.add_figure_templates()
    px.scatter(px.data.gapminder(), x="gdpPercap", y="lifeExp", template="mantine_dark").to_json()
    # A variant that forgets to add them must not find them.
    for name in ("mantine_light", "mantine_dark"):
        del pio.templates[name]
    pio.templates.default = default

    app = dash.Dash("warm", compress=True)
    app.layout = dmc.MantineProvider([dash_ag_grid.AgGrid(), dash.dcc.Graph()])
    client = app.server.test_client()
    for route in ("/", "/_dash-layout", "/_dash-dependencies"):
        client.get(route)
    # The collector would visit, and thereby copy, all that the children share.
    gc.collect()
    gc.freeze()
