"""Plotly's charts in WebGL, which the policy of the app forbids until a setting allows them."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Tab
from tests.support.projects import Variant, render, served

PAGE = """
import numpy as np
import pandas as pd
import plotly.express as px
from dash import Input, Output, callback, dcc, html, register_page

register_page(__name__, path="/{name}")
frame = pd.DataFrame(np.random.default_rng(1).normal(size=(60_000, 2)), columns=["x", "y"])
small = frame.head(1_500)
layout = html.Div([{charts} html.Button("More", id="more")])
"""
POINTS = """
        html.H1("Points"),
        dcc.Graph(figure=px.scatter(small, x="x", y="y"), id="points"),
        dcc.Graph(figure=px.scatter_polar(small, r="x", theta="y"), id="polar"),
        dcc.Graph(figure=px.line(x=[*range(1_500)], y=[*range(1_500)]), id="line"),
"""
MORE = """
@callback(Output("points", "figure"), Input("more", "n_clicks"), prevent_initial_call=True)
def draw_more(clicks):
    return px.scatter(frame.head(2_000), x="x", y="y")
"""
KINDS = {
    "matrix": 'dcc.Graph(figure=px.scatter_matrix(small), id="chart"),',
    "parallel": 'dcc.Graph(figure=px.parallel_coordinates(small), id="chart"),',
    "large": 'dcc.Graph(figure=px.scatter(frame, x="x", y="y"), id="chart"),',
}
TYPES = "id => document.querySelector(`#${id} .js-plotly-plot`)?._fullData?.map(({type}) => type)"
NOTE = "A chart cannot be drawn"


@pytest.mark.parametrize("webgl", [False, True], ids=["forbidden", "allowed"])
def test_charts_of_many_points_are_drawn(browser: Browser, tmp_path: Path, webgl: bool) -> None:
    project = render(tmp_path, Variant())
    pages = project / "myapp/pages"
    (pages / "points.py").write_text(PAGE.format(name="points", charts=POINTS) + MORE)
    for name, chart in KINDS.items():
        (pages / f"{name}.py").write_text(PAGE.format(name=name, charts=chart))
    env = {"APP_WEBGL": "true"} if webgl else {}
    with served(project, log=tmp_path / "log", env=env, warm=False) as process:
        tab = Tab(browser.new_context(), process.url)
        tab.go("/points")
        wanted = {"points": "scatter", "polar": "scatterpolar", "line": "scatter"}
        for chart, svg in wanted.items():
            kind = f"{svg}gl" if webgl else svg
            assert tab.until(lambda chart=chart: tab.page.evaluate(TYPES, chart)) == [kind]  # type: ignore[misc]
        drawn = tab.page.locator("#points .scatterlayer .point")
        if not webgl:
            tab.until(lambda: drawn.count() == 1_500)
            tab.page.click("#more")
            tab.until(lambda: drawn.count() == 2_000)
        assert not tab.page.get_by_text(NOTE).is_visible()
        for name in KINDS:
            tab.go(f"/{name}")
            tab.page.wait_for_selector("#chart .js-plotly-plot canvas")
            if webgl:
                assert not tab.page.get_by_text("WebGL is not supported").count()
            else:
                tab.page.get_by_text(NOTE).wait_for()
        errors = [error for error in tab.errors if "GPU stall" not in error]
        assert errors == [] or not webgl
        tab.page.context.close()
