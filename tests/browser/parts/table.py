# mypy: ignore-errors
"""A page that somebody has added: its callback writes the rows of a table, and what it did."""

import dash_ag_grid as dag
from dash import Input, Output, callback, html, no_update, register_page

register_page(__name__, name="Table", order=9)


def layout(**_query: str):
    return html.Div(
        [
            html.H1("Table"),
            dag.AgGrid(
                id="mine-table",
                columnDefs=[{"field": "note"}],
                rowModelType="infinite",
                dashGridOptions={"cacheBlockSize": 50, "maxConcurrentDatasourceRequests": 1},
            ),
            html.P(id="mine-blocks"),
        ]
    )


@callback(
    Output("mine-blocks", "children", allow_duplicate=True),
    Output("mine-table", "getRowsResponse"),
    Input("mine-table", "getRowsRequest"),
    prevent_initial_call=True,
)
def send(request):
    if request is None:
        return no_update, no_update
    start, end = request["startRow"], request["endRow"]
    if start == 50:
        raise ValueError(start)
    return f"from {start}", {
        "rowData": [{"note": f"note {n}"} for n in range(start, end)],
        "rowCount": 240,
    }
