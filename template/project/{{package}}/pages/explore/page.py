"""Explore: filters that lead to a table, a chart and the details of a row."""

from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import (
    Input,
    Output,
    Patch,
    State,
    callback,
    clientside_callback,
    dcc,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from ...core import csv, heading
from . import data, figures, ids

register_page(
    __name__,
    path="/explore",
    name="Explore",
    order=1,
    description="Filter 142 countries, compare them, and download what you found.",
    icon="M11 4.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M16 16l5 5",
)

COLORS = {"Blue": figures.DEFAULT_COLOR, "Teal": "#0ca678", "Grape": "#ae3ec9", "Orange": "#f76707"}
PAGE_SIZE = 50  # rows a request


def grid() -> Component:
    """Return the table: it asks the server for the rows that come into view, and for no others."""
    columns = [
        {"field": "country", "headerName": "Country", "flex": 1, "minWidth": 140},
        {"field": "region", "headerName": "Region", "width": 110},
        *[
            {
                "field": field,
                "headerName": name,
                "type": "rightAligned",
                "flex": 1,
                "minWidth": 130,
                # Rows that are still on their way have no value.
                "valueFormatter": {
                    "function": f"params.value == null ? '' : d3.format('{form}')(params.value)"
                },
            }
            for field, name, form in (
                ("life_expectancy", "Life expectancy", ".1f"),
                ("gdp_per_person", "GDP per person", ",.0f"),
                ("population", "Population", ","),
            )
        ],
    ]
    return dag.AgGrid(
        id=ids.TABLE,
        rowModelType="infinite",
        columnDefs=columns,
        defaultColDef={"sortable": True, "filter": False, "resizable": True},
        dashGridOptions={
            "rowSelection": {
                "mode": "singleRow",
                "checkboxes": False,
                "enableClickSelection": True,
            },
            "cacheBlockSize": PAGE_SIZE,
            "maxBlocksInCache": 4,
        },
        getRowId="params.data.country",
        style={"height": 380},
    )


def filters() -> Component:
    """Return the inputs, in the order in which they depend on each other."""
    years = data.years()
    marked = [*years[:-1:3], years[-1]]
    return dmc.SimpleGrid(
        [
            dmc.Select(
                id=ids.REGION,
                label="Region",
                data=data.regions(),
                placeholder="All regions",
                clearable=True,
            ),
            dmc.Select(
                id=ids.COUNTRY,
                label="Country",
                placeholder="All countries",
                searchable=True,
                clearable=True,
            ),
            dmc.TextInput(
                id=ids.SEARCH,
                label="Search",
                placeholder="Two letters or more",
                debounce=300,
            ),
            dmc.Select(
                id=ids.COLOR,
                label="Colour",
                data=[{"value": value, "label": name} for name, value in COLORS.items()],
                value=figures.DEFAULT_COLOR,
                allowDeselect=False,
            ),
            dmc.InputWrapper(
                dmc.Slider(
                    id=ids.YEAR,
                    min=years[0],
                    max=years[-1],
                    step=5,
                    value=years[-1],
                    marks=[{"value": year, "label": str(year)} for year in marked],
                    thumbLabel="Year",
                    mx="sm",
                    mb="lg",
                ),
                label="Year",
                className="wide",
            ),
        ],
        cols={"base": 2, "md": 4},
    )


def chart() -> Component:
    """Return the chart, and beside it what is known of all the rows and of the chosen one."""
    graph = dcc.Graph(
        id=ids.GRAPH,
        figure=figures.empty(),
        config=figures.CONFIG,
        responsive=True,
        style={"height": "clamp(320px, 50vh, 440px)"},
    )
    hint = dmc.Text("Choose a row of the table to see a country here.", size="sm", c="dimmed")
    texts = [
        dmc.Card(id=ids.SUMMARY, withBorder=True),
        dmc.Card(hint, id=ids.DETAIL, withBorder=True),
    ]
    return dmc.Grid(
        [
            dmc.GridCol(dmc.Card(graph, withBorder=True, p="xs"), span={"base": 12, "lg": 9}),
            dmc.GridCol(dmc.Stack(texts), span={"base": 12, "lg": 3}),
        ]
    )


def layout(**_query: str) -> Component:
    """Return the page."""
    return dmc.Stack(
        [
            heading("Explore", "142 countries over half a century: filter, compare, download."),
            dmc.Card(filters(), withBorder=True),
            dcc.Store(id=ids.CRITERIA),
            chart(),
            dmc.Group(
                [
                    dmc.Title("Countries", order=2, size="h4"),
                    dmc.Button("Download CSV", id=ids.EXPORT, variant="default"),
                    dcc.Download(id=ids.DOWNLOAD),
                ],
                justify="space-between",
                mt="sm",
            ),
            grid(),
        ]
    )


@callback(
    Output(ids.COUNTRY, "data"),
    Output(ids.COUNTRY, "value"),
    Input(ids.REGION, "value"),
)
def list_countries(region: str | None) -> tuple[list[str], None]:
    """Offer the countries of the region, none of them chosen; `collect` runs after this."""
    return data.countries(region), None


@callback(
    Output(ids.CRITERIA, "data"),
    Input(ids.REGION, "value"),
    Input(ids.COUNTRY, "value"),
    Input(ids.YEAR, "value"),
    Input(ids.SEARCH, "value"),
)
def collect(
    region: str | None, country: str | None, year: int, search: str | None
) -> data.Criteria:
    """Keep the criteria for the table, the chart and the download; one letter is no search yet.

    The store holds what was asked for and not what was found, so it stays small.
    """
    search = (search or "").strip()
    if len(search) == 1:
        raise PreventUpdate
    return {"region": region, "country": country, "year": year, "search": search}


@callback(
    Output(ids.GRAPH, "figure"),
    Output(ids.SUMMARY, "children"),
    Input(ids.CRITERIA, "data"),
    State(ids.COLOR, "value"),
)
def draw(criteria: data.Criteria | None, color: str) -> tuple[go.Figure, list[Component]]:
    """Draw the chart and sum it up."""
    if criteria is None:
        raise PreventUpdate
    table = data.rows(criteria)
    total = data.summary(table)
    if total is None:
        hint = dmc.Text("Change the search or the filters to see more.", size="sm")
        return figures.empty("No country matches"), [dmc.Text("No country", fw=600), hint]
    count = total["countries"]
    return figures.wealth_and_health(table, criteria["year"], color), [
        dmc.Text("1 country" if count == 1 else f"{count} countries", fw=600),
        dmc.Text(f"{total['population']:,.0f} people", size="sm"),
        dmc.Text(f"{total['life_expectancy']:.1f} years of life expected", size="sm"),
    ]


@callback(
    Output(ids.GRAPH, "figure", allow_duplicate=True),  # other properties than `draw`'s
    Input(ids.COLOR, "value"),
    State(ids.CRITERIA, "data"),
    prevent_initial_call=True,
)
def recolor(color: str, criteria: data.Criteria | None) -> Patch:
    """Send two properties instead of the figure: one is assigned, the other merged."""
    if criteria is None or data.rows(criteria).empty:
        raise PreventUpdate  # there is no mark to colour
    figure = Patch()
    figure["data"][0]["marker"]["color"] = color
    figure["layout"]["title"]["font"].update({"color": color})
    return figure


@callback(
    Output(ids.DETAIL, "children"),
    Output(ids.GRAPH, "figure", allow_duplicate=True),  # appends to the trace for pins
    Input(ids.TABLE, "selectedRows"),
    State(ids.GRAPH, "figure"),
    prevent_initial_call=True,
)
def show_detail(rows: list[dict[str, Any]] | None, figure: dict[str, Any] | None) -> Any:
    """Show the chosen country, and pin it on the chart by appending a single point."""
    if not rows:
        raise PreventUpdate
    row = rows[0]
    history = data.history(row["country"])
    first, last = history.iloc[0], history.iloc[-1]
    detail = [
        dmc.Text(row["country"], fw=600),
        dmc.Text(
            f"Life expectancy {first['life_expectancy']:.1f} years in {first['year']}, "
            f"{last['life_expectancy']:.1f} in {last['year']}",
            size="sm",
        ),
        dmc.Text(
            f"GDP per person ${first['gdp_per_person']:,.0f} then, "
            f"${last['gdp_per_person']:,.0f} in the end",
            size="sm",
        ),
    ]
    if not (figure and figure["data"]) or row["country"] in figure["data"][1]["text"]:
        return detail, no_update
    pin = Patch()
    pin["data"][1]["x"].append(row["gdp_per_person"])
    pin["data"][1]["y"].append(row["life_expectancy"])
    pin["data"][1]["text"].append(row["country"])
    return detail, pin


@callback(
    Output(ids.TABLE, "getRowsResponse"),
    Input(ids.TABLE, "getRowsRequest"),
    State(ids.CRITERIA, "data"),
    prevent_initial_call=True,
)
def send_rows(request: dict[str, Any] | None, criteria: data.Criteria | None) -> dict[str, Any]:
    """Answer with the rows that the table asks for."""
    if request is None:
        raise PreventUpdate
    if criteria is None:
        return {"rowData": [], "rowCount": 0}
    records, count = data.page(
        criteria, request["startRow"], request["endRow"], request["sortModel"]
    )
    return {"rowData": records, "rowCount": count}


# The table asks for its rows again when the criteria are other ones; nothing goes to the server
# for that, and the scroll position starts at the top.
clientside_callback(
    """async (_criteria, id) => {
        const table = await dash_ag_grid.getApiAsync(id);
        table.deselectAll();
        table.purgeInfiniteCache();
        return window.dash_clientside.no_update;
    }""",
    Output(ids.TABLE, "className"),
    Input(ids.CRITERIA, "data"),
    State(ids.TABLE, "id"),
    prevent_initial_call=True,
)


@callback(
    Output(ids.DOWNLOAD, "data"),
    Input(ids.EXPORT, "n_clicks"),
    State(ids.CRITERIA, "data"),
    prevent_initial_call=True,
)
def export(_clicks: int, criteria: data.Criteria | None) -> Any:
    """Send the rows that pass the filters as a file; not when the page loads."""
    if criteria is None:
        raise PreventUpdate
    return csv(data.rows(criteria), "countries.csv")
