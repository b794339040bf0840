"""Data to figures: pure functions, no Dash and no state."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .data import MEASURES

DEFAULT_COLOR = "#1c7ed6"

CONFIG: Any = {
    "displaylogo": False,
    "modeBarButtons": [["toImage", "resetScale2d"]],
}


def empty(words: str = "") -> go.Figure:
    """Return a placeholder of a figure, with a text that says why there is none."""
    axis = {"visible": False}
    note = {"text": words, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    return go.Figure(layout={"xaxis": axis, "yaxis": axis, "annotations": [note]})


def wealth_and_health(table: pd.DataFrame, year: int, color: str = DEFAULT_COLOR) -> go.Figure:
    """Return life expectancy over GDP per person, one bubble a country.

    The second trace is empty: it holds the countries that the user pins, one appended point each.
    """
    people = table["population"]
    figure = go.Figure(
        [
            go.Scatter(
                x=table["gdp_per_person"].tolist(),
                y=table["life_expectancy"].tolist(),
                text=table["country"].tolist(),
                mode="markers",
                marker={
                    "size": people.tolist(),
                    "sizemode": "area",
                    "sizeref": max(people.max(), 1) / 40**2,
                    "sizemin": 4,
                    "color": color,
                    "opacity": 0.7,
                },
                hovertemplate="%{text}<br>%{y:.1f} years<br>$%{x:,.0f} a person<extra></extra>",
            ),
            go.Scatter(
                x=[],
                y=[],
                text=[],
                mode="markers+text",
                textposition="top center",
                marker={"size": 12, "color": "#f76707", "symbol": "diamond"},
                hovertemplate="%{text}<extra></extra>",
            ),
        ]
    )
    figure.update_layout(
        title={"text": f"Wealth and health in {year}", "font": {"size": 16}},
        xaxis={
            "type": "log",
            "title": MEASURES["gdp_per_person"],
            "tickvals": [500, 1000, 2000, 5000, 10_000, 20_000, 50_000],
            "tickformat": "~s",
        },
        yaxis={"title": MEASURES["life_expectancy"]},
        showlegend=False,
    )
    return figure
