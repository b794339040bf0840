"""Pages of the user's own, with what Dash and Plotly offer, in the frame of the app."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Tab
from tests.support.pages import change_theme, follow, marked, open_page
from tests.support.process import Process
from tests.support.projects import Variant, choices, render, served

from .accessibility import OF_COLOURS, serious

PAGE = """
import dash_ag_grid as dag
import plotly.graph_objects as go
from dash import dash_table, dcc, get_asset_url, html, register_page

register_page(__name__, path="/new-place", redirect_from=["/old-place"])

NAMES = [f"a long name of a column {number}" for number in range(8)]
ROWS = [{name: "a value" for name in NAMES}]
CELLS = {"values": [["a value"]] * 2}
MAP = go.Figure(go.Scattermap(lat=[50], lon=[10]), layout={"map": {"style": "white-bg"}})
RANGE = go.Figure(go.Scatter(x=["2024-01-01", "2024-02-01"], y=[1, 2]))
RANGE.update_xaxes(rangeselector={"buttons": [{"count": 7, "label": "Week"}]})
ROUND = go.Figure(go.Scatterpolar(r=[1, 2, 3], theta=[0, 90, 180]))
KEPT = {
    "rowData": [{"place": "North"}, {"place": "South"}],
    "columnDefs": [{"field": "place"}],
    "dashGridOptions": {"rowSelection": {"mode": "singleRow"}},
    "getRowId": "params.data.place",
    "persistence": True,
}


def layout():
    return html.Div(
        [
            html.H1("Own"),
            html.Table(html.Tr([html.Th(name) for name in NAMES]), id="plain"),
            dash_table.DataTable(ROWS, id="table"),
            dcc.Graph(figure=go.Figure(go.Table(header=CELLS, cells=CELLS)), id="cells"),
            dcc.Graph(figure=MAP, id="map"),
            dcc.Graph(figure=RANGE, id="range"),
            dcc.Graph(figure=ROUND, id="round"),
            dag.AgGrid(**KEPT, id="kept"),
            html.Iframe(src=get_asset_url("report.html"), id="report"),
        ]
    )
"""
REPORT = """<!doctype html><title>Report</title><p id="text">not run</p>
<script>document.getElementById("text").textContent = "run"</script>
"""
# Ids and classes as tutorials of Dash and Bootstrap have them.
NAMES = """
from dash import Input, Output, callback, html, register_page

from ..core import notify

register_page(__name__)
IDS = ["nav", "nav-home", "theme", "theme-provider", "menu", "main", "tabs", "url", "location"]
CLASSES = ["nav-link", "brand", "skip-link", "tabs", "section", "note", "record", "wide", "open"]
layout = html.Div(
    [
        html.P("Ready", id="names-ready"),
        html.Button("Tell", id="theme-toggle"),
        html.P(id="notifications"),
        *(html.Div(id=name) for name in IDS),
        *(html.A(name, href="#", className=name, **{"data-page": name}) for name in CLASSES),
    ]
)


@callback(
    Output("notifications", "children"),
    Input("theme-toggle", "n_clicks"),
    prevent_initial_call=True,
)
def tell(clicks):
    notify("Told", "A message of the app.")
    return f"{clicks} times"
"""
CLASSES = """
.nav-link, .brand, .skip-link, .tabs, .section, .note, .record, .wide, .open { outline: 9px solid }
"""
# A page of Mantine's tutorials, which has a provider of its own.
TUTORIAL = """
import dash_mantine_components as dmc
from dash import Input, Output, callback, register_page

register_page(__name__)
layout = dmc.MantineProvider(
    [dmc.Button("Count", id="tutorial-ready"), dmc.Text(id="tutorial-count")],
    id="tutorial-provider",
    forceColorScheme="light",
)


@callback(Output("tutorial-count", "children"), Input("tutorial-ready", "n_clicks"))
def count(clicks):
    return f"{clicks or 0} clicks"
"""

SPACE = """
import plotly.graph_objects as go
from dash import dcc, html, register_page

register_page(__name__)
POINTS = go.Scatter3d(x=[1, 2, 3], y=[1, 2, 3], z=[1, 2, 3])
layout = html.Div(
    [
        html.P("Ready", id="space-ready"),
        dcc.Graph(figure=go.Figure(POINTS), id="space"),
        dcc.Graph(figure=go.Figure(POINTS, layout={"template": "plotly"}), id="other"),
    ]
)
"""


@pytest.fixture(scope="module", params=choices("layout"))
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """Serve an app with pages of the user's own."""
    folder = tmp_path_factory.mktemp("own")
    project = render(folder, Variant(layout=request.param))
    (project / "myapp/pages/own.py").write_text(PAGE)
    (project / "myapp/pages/names.py").write_text(NAMES)
    (project / "myapp/pages/tutorial.py").write_text(TUTORIAL)
    (project / "myapp/pages/space.py").write_text(SPACE)
    (project / "myapp/assets/report.html").write_text(REPORT)
    (project / "myapp/assets/classes.css").write_text(CLASSES)
    for number in range(8):
        page = "from dash import html, register_page\nregister_page(__name__)\nlayout = html.P()\n"
        (project / f"myapp/pages/page_number_{number}.py").write_text(page)
    env = {"APP_PATH_PREFIX": "/app"}
    # Not forked from where an app is: the rule of `redirect_from` would be that one's.
    with served(project, log=folder / "log", env=env, warm=False) as process:
        yield process


def test_a_page_may_have_any_plain_ids_and_classes(browser: Browser, app: Process) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    tab = Tab(context, f"{app.url}/app")
    open_page(tab, "names")
    tab.page.click("#theme-toggle")
    tab.page.wait_for_selector("[role=alert]:has-text('A message of the app.')")
    tab.page.wait_for_selector("#notifications:has-text('1 times')")
    drawn = "(all) => all.filter((one) => getComputedStyle(one).outlineWidth === '9px').length"
    assert tab.page.eval_on_selector_all(":not([data-page])", drawn) == 0
    kinds = "(all) => new Set(all.map((one) => getComputedStyle(one).padding)).size"
    assert tab.page.eval_on_selector_all("a[data-page]", kinds) == 1
    follow(tab, "home")
    tab.until(lambda: marked(tab) == ["home"])
    follow(tab, "names")
    tab.until(lambda: marked(tab) == ["names"])
    assert tab.errors == []
    context.close()


def test_a_provider_in_a_page_leaves_the_theme_to_the_app(browser: Browser, app: Process) -> None:
    context = browser.new_context(color_scheme="dark")
    tab = Tab(context, f"{app.url}/app")
    open_page(tab, "home")
    follow(tab, "tutorial")
    tab.page.click("#tutorial-ready")
    tab.page.wait_for_selector("#tutorial-count:has-text('1 clicks')")
    for _ in range(2):
        for seen in ("dark", "light"):
            attributes = ("mantine-color-scheme", "ag-theme-mode", "bs-theme")
            wanted = "".join(f"[data-{name}={seen}]" for name in attributes)
            tab.page.wait_for_selector(f"html{wanted}")
            change_theme(tab)
    assert tab.errors == []
    context.close()


AXIS = """([id, colour]) => {
    const plot = document.querySelector(`#${id} .js-plotly-plot`);
    return plot?._fullLayout?.scene?.zaxis.tickfont.color === colour;
}"""
TURN = """() => {
    const plot = document.querySelector("#space .js-plotly-plot");
    return Plotly.relayout(plot, { "scene.camera.eye": { x: 2, y: 1, z: 0.5 } });
}"""
EYE = "document.querySelector('#space .js-plotly-plot')._fullLayout.scene.camera.eye.x"


@pytest.mark.parametrize("app", ["sidebar"], indirect=True)
def test_axes_in_three_dimensions_follow_the_theme(browser: Browser, app: Process) -> None:
    context = browser.new_context(color_scheme="dark")
    tab = Tab(context, f"{app.url}/app")
    open_page(tab, "space")
    for colour in ("#d7dae0", "#495057", "#d7dae0"):
        tab.page.wait_for_function(AXIS, arg=["space", colour])
        tab.page.wait_for_function(AXIS, arg=["other", "#2a3f5f"])
        tab.page.evaluate(TURN)
        change_theme(tab)
        tab.until(lambda: tab.page.evaluate(EYE) == 2)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("app", ["sidebar", "navbar"], indirect=True)
def test_a_page_of_anything_that_dash_offers_is_readable(
    browser: Browser, app: Process, scheme: str
) -> None:
    for width in (390, 800):
        size = {"width": width, "height": 844}
        context = browser.new_context(color_scheme=scheme, viewport=size)  # type: ignore[arg-type]
        tab = Tab(context, app.url)
        tab.go("/app/old-place")
        tab.page.wait_for_selector("h1:has-text('Own')")
        assert tab.page.url.endswith("/app/new-place")
        tab.page.wait_for_selector("#table td.dash-cell")
        tab.page.wait_for_selector("#cells .cell-text")
        tab.page.wait_for_selector("#map canvas")
        tab.page.frame_locator("#report").get_by_text("run", exact=True).wait_for()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious(tab, OF_COLOURS) == []
        fill = "(e) => getComputedStyle(e).fill"
        assert tab.page.eval_on_selector("#cells .cell-text", fill) == "rgb(73, 80, 87)"
        assert tab.page.eval_on_selector("#range .rangeselector text", fill) == ("rgb(73, 80, 87)")
        clear = "(e) => getComputedStyle(e).fillOpacity"
        assert tab.page.eval_on_selector("#round .plotbg path", clear) == "0"
        tab.page.get_by_role("radio").or_(tab.page.get_by_role("checkbox")).last.check()
        tab.page.reload()
        tab.page.wait_for_selector("#kept .ag-row-selected >> text=South")
        toggle = tab.page.locator("#shell-theme-toggle").bounding_box()
        assert toggle
        assert toggle["x"] + toggle["width"] <= width
        # The graphics driver and axe-core warn.
        assert [one for one in tab.errors if not one.startswith("warning: ")] == []
        context.close()
