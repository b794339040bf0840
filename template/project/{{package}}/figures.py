"""Data to figures: pure functions, no Dash and no state."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .data import MEASURES

DEFAULT_COLOR = "#1c7ed6"
CLEAR = "rgba(0,0,0,0)"  # the card shows through

CONFIG: Any = {
    "displaylogo": False,
    "modeBarButtons": [["toImage", "resetScale2d"]],
}


def style(theme: str | None) -> dict[str, Any]:
    """Return the layout that all figures share; `theme` is "light", "dark" or not known yet."""
    return {
        "template": "mantine_dark" if theme == "dark" else "mantine_light",
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"color": "#d7dae0" if theme == "dark" else "#343a40"},
        "modebar": {"bgcolor": CLEAR, "color": "#868e96", "activecolor": DEFAULT_COLOR},
        "margin": {"l": 56, "r": 16, "t": 40, "b": 48},
    }


def empty() -> go.Figure:
    """Return what stands where a figure will be."""
    return go.Figure(
        layout=style(None) | {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
    )


def wealth_and_health(
    table: pd.DataFrame, year: int, color: str = DEFAULT_COLOR, theme: str | None = None
) -> go.Figure:
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
                    "sizeref": max(people.max(), 1) / 40**2 if len(people) else 1,
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
        style(theme),
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


def change(results: Sequence[dict[str, Any]], measure: str, theme: str | None = None) -> go.Figure:
    """Return one bar a region, the relative change of its median."""
    figure = go.Figure(
        go.Bar(
            x=[row["region"] for row in results],
            y=[row["change"] for row in results],
            marker={"color": DEFAULT_COLOR},
            hovertemplate="%{x}: %{y:+.0%}<extra></extra>",
        )
    )
    figure.update_layout(
        style(theme),
        title={"text": f"{MEASURES[measure]}: change", "font": {"size": 16}},
        yaxis={"tickformat": "+.0%"},
    )
    return figure
