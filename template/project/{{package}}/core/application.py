"""Makes the app object: wires the parts together and does nothing else."""

import gc
from functools import cache

import dash_mantine_components as dmc
from dash import Dash

from .. import theme
from ..settings import settings
from . import (
    background,
    bodies,
    charts,
    errors,
    logs,
    resources,
    security,
    serving,
    shell,
    start,
    storage,
)
from .settings import APP


@cache
def create_app() -> Dash:
    """Return the app, the same one at every call: Dash keeps callbacks and pages in globals."""
    gc.disable()  # what is imported and set up stays, and is no garbage
    logs.set_up()
    charts.set_up()
    dmc.pre_render_color_scheme()
    app = Dash(
        APP,  # Dash finds `pages/` and `assets/` in this package
        add_log_handler=False,  # `logs` has one
        title=theme.NAME,
        description=theme.DESCRIPTION,
        update_title="",
        use_pages=True,
        # Otherwise the index page would carry the layout of every page, for every visitor.
        suppress_callback_exceptions=True,
        background_callback_manager=background.manager,
        hooks=storage.RENDERER_HOOKS,
        on_error=errors.handle,
        requests_pathname_prefix=settings.path_prefix,
        routes_pathname_prefix="/",
        health_endpoint="health",
        enable_mcp=False,
    )
    # The mark of `pre_render_color_scheme`, which only sets it in a bare tag.
    tag = '<html lang="en" data-mantine-color-scheme="loading">'
    app.index_string = app.index_string.replace("<html>", tag)
    app.server.secret_key = settings.secret_key.get_secret_value()
    for part in (start, logs, bodies, resources, security, serving):
        part.install(app)
    storage.install(app.server)
    background.install(app.server)
    app.layout = shell.layout
    # The collector leaves all of this alone. Otherwise it would look through it at once, and each
    # process of the server would copy that memory.
    gc.freeze()
    gc.enable()
    return app
