"""Reports: a job that takes seconds, with progress and cancel, and what comes of it."""

import time
from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
import pandas as pd
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from .. import data, exports, figures, ids
from ..background import job
from ..frame import heading
from ..settings import settings

register_page(
    __name__,
    path="/reports",
    name="Reports",
    order=3,
    description="A report that takes its time, while everything else stays quick.",
)


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
                        id=ids.REPORTS_MEASURE,
                        label="Measure",
                        data=[{"value": key, "label": text} for key, text in data.MEASURES.items()],
                        value=next(iter(data.MEASURES)),
                        allowDeselect=False,
                    ),
                    dmc.Button("Run report", id=ids.REPORTS_RUN),
                    dmc.Button("Cancel", id=ids.REPORTS_CANCEL, variant="default", disabled=True),
                ],
                align="flex-end",
            ),
            html.Div(id=ids.REPORTS_STATUS, role="status", className="note"),
            dmc.Progress(id=ids.REPORTS_PROGRESS, value=0, **{"aria-label": "Progress"}),
            dmc.Stack(id=ids.REPORTS_RESULT),
            dcc.Store(id=ids.REPORTS_TABLE),
            dcc.Download(id=ids.REPORTS_FILE),
        ]
    )


@job(
    Output(ids.REPORTS_TABLE, "data"),
    Input(ids.REPORTS_RUN, "n_clicks"),
    State(ids.REPORTS_MEASURE, "value"),
    running=[
        (Output(ids.REPORTS_RUN, "disabled"), True, False),
        (Output(ids.REPORTS_RUN, "loading"), True, False),
        (Output(ids.REPORTS_STATUS, "children"), "The report is under way …", ""),
    ],
    # The page cannot cancel a job before it has heard of it, so the button waits for that.
    progress=[Output(ids.REPORTS_PROGRESS, "value"), Output(ids.REPORTS_CANCEL, "disabled")],
    progress_default=[0, True],
    cancel=[Input(ids.REPORTS_CANCEL, "n_clicks")],
)
def run_report(
    set_progress: Callable[[tuple[int, bool]], None], _clicks: int, measure: str
) -> dict[str, Any]:
    """Work through the regions; this runs where `background.py` says, and returns JSON."""
    results = []
    regions = data.regions()
    set_progress((0, False))
    for done, region in enumerate(regions, start=1):
        time.sleep(settings.report_seconds / len(regions))  # stands for a query that takes long
        results.append(data.change_by_region(region, measure))
        set_progress((100 * done // len(regions), False))
    return {"measure": measure, "rows": results}


@callback(
    Output(ids.REPORTS_RESULT, "children"),
    Input(ids.REPORTS_TABLE, "data"),
    Input(ids.THEME_STORE, "data"),
)
def show_result(report: dict[str, Any] | None, theme: str | None) -> list[Component]:
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
                    "head": ["Region", str(data.years()[0]), str(data.years()[-1]), "Change"],
                    "body": rows,
                }
            ),
            minWidth=320,
            type="native",
        ),
        dmc.Card(
            dcc.Graph(
                figure=figures.change(report["rows"], report["measure"], theme),
                config=figures.CONFIG,
                responsive=True,
            ),
            withBorder=True,
        ),
        dmc.Group(
            dmc.Button(
                "Download CSV", id=ids.reports_download(report["measure"]), variant="default"
            )
        ),
    ]


@callback(
    Output(ids.REPORTS_FILE, "data"),
    Input({"type": "reports-download", "measure": ALL}, "n_clicks"),
    State(ids.REPORTS_TABLE, "data"),
    prevent_initial_call=True,
)
def download(clicks: list[int | None], report: dict[str, Any] | None) -> Any:
    """Send the report as a file; the button's own arrival is no click."""
    if not any(clicks) or report is None or ctx.triggered_id is None:
        raise PreventUpdate
    return exports.csv(pd.DataFrame(report["rows"]), f"{ctx.triggered_id['measure']}.csv")
