"""Reports: a job that takes seconds, with progress and cancel, and what comes of it."""

import time
from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from ...core import csv, heading, job
from . import data, ids

register_page(
    __name__,
    path="/reports",
    name="Reports",
    order=3,
    description="A report that takes its time, while everything else stays quick.",
    icon="M4 4v16h16M9 16v-4M13 16V8M17 16v-6",
)

SECONDS = 5.0  # that the report takes: they stand for a query that takes long


def layout(**_query: str) -> Component:
    """Return the page."""
    return dmc.Stack(
        [
            heading(
                "Reports",
                "How the median country of each region changed from the first to the last year.",
            ),
            dmc.Group(
                [
                    dmc.Select(
                        id=ids.MEASURE,
                        label="Measure",
                        data=[{"value": key, "label": text} for key, text in data.MEASURES.items()],
                        value=next(iter(data.MEASURES)),
                        allowDeselect=False,
                    ),
                    dmc.Button("Run report", id=ids.RUN),
                    dmc.Button("Cancel", id=ids.CANCEL, variant="default", disabled=True),
                ],
                align="flex-end",
            ),
            html.Div(id=ids.STATUS, role="status", className="note"),
            dmc.Progress(id=ids.PROGRESS, value=0, **{"aria-label": "Progress"}),
            dmc.Stack(id=ids.RESULT),
            dcc.Store(id=ids.TABLE),
            dcc.Download(id=ids.FILE),
        ]
    )


@job(
    Output(ids.TABLE, "data"),
    Input(ids.RUN, "n_clicks"),
    State(ids.MEASURE, "value"),
    running=[
        (Output(ids.RUN, "disabled"), True, False),
        (Output(ids.RUN, "loading"), True, False),
        (Output(ids.STATUS, "children"), "The report is under way …", ""),
    ],
    # The page cannot cancel a job before it has heard of it, so the button waits for that.
    progress=[Output(ids.PROGRESS, "value"), Output(ids.CANCEL, "disabled")],
    progress_default=[0, True],
    cancel=[Input(ids.CANCEL, "n_clicks")],
)
def run_report(
    set_progress: Callable[[tuple[int, bool]], None], _clicks: int, measure: str
) -> dict[str, Any]:
    """Work through the regions; this runs where `core/background.py` says, and returns JSON."""
    results = []
    regions = data.regions()
    set_progress((0, False))
    for done, region in enumerate(regions, start=1):
        time.sleep(SECONDS / len(regions))
        results.append(data.change(region, measure))
        set_progress((100 * done // len(regions), False))
    return {"measure": measure, "rows": results}


def figure(report: dict[str, Any]) -> go.Figure:
    """Return one bar a region, the relative change of its median."""
    title = f"{data.MEASURES[report['measure']]}: change"
    chart = px.bar(report["rows"], x="region", y="change", title=title)
    chart.update_traces(hovertemplate="%{x}: %{y:+.0%}<extra></extra>")
    chart.update_layout(xaxis_title=None, yaxis={"tickformat": "+.0%", "title": None})
    return chart


@callback(
    Output(ids.RESULT, "children"),
    Input(ids.TABLE, "data"),
)
def show_result(report: dict[str, Any] | None) -> list[Component]:
    """Show a finished report; its parts are made here, so the button's id is a pattern."""
    if report is None:
        raise PreventUpdate
    rows = [
        [row["region"], f"{row['first']:,.1f}", f"{row['last']:,.1f}", f"{row['change']:+.0%}"]
        for row in report["rows"]
    ]
    return [
        dmc.TableScrollContainer(
            dmc.Table(
                data={
                    "head": ["Region", *map(str, data.years()), "Change"],
                    "body": rows,
                }
            ),
            minWidth=320,
            type="native",
        ),
        dmc.Card(
            dcc.Graph(
                figure=figure(report),
                config={"displaylogo": False},
                responsive=True,
            ),
            withBorder=True,
        ),
        dmc.Group(
            dmc.Button("Download CSV", id=ids.download(report["measure"]), variant="default")
        ),
    ]


@callback(
    Output(ids.FILE, "data"),
    Input({"type": "reports-download", "measure": ALL}, "n_clicks"),
    State(ids.TABLE, "data"),
    prevent_initial_call=True,
)
def download(clicks: list[int | None], report: dict[str, Any] | None) -> Any:
    """Send the report as a file; the button's own arrival is no click."""
    if not any(clicks) or report is None or ctx.triggered_id is None:
        raise PreventUpdate
    return csv(pd.DataFrame(report["rows"]), f"{ctx.triggered_id['measure']}.csv")
