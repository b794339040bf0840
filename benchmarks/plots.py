"""The tables as pictures: plotly draws them, and Chromium writes them as SVG files."""

import re
from pathlib import Path

import plotly.graph_objects as go
from playwright.sync_api import Browser

from .report import Plot, Table, amount

WIDTH = 760
WRITE = """
Plotly.toImage(document.querySelector(".plotly-graph-div"), {format: "svg", width: %d, height: %d})
  .then((url) => decodeURIComponent(url.slice(url.indexOf(",") + 1)))
"""


def write(table: Table, folder: Path, browser: Browser) -> str:
    """Draw a table as it says into a file, and return the file's name. Empty if it says nothing."""
    if not (plot := table.plot):
        return ""
    figure = bars(table, plot) if plot.over is None else lines(table, plot)
    page = browser.new_page()
    page.set_content(figure.to_html())
    text = page.evaluate(WRITE % (WIDTH, figure.layout.height))
    page.close()
    name = re.sub(r"\W+", "-", table.title.lower()) + ".svg"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"{text}\n")
    return name


def bars(table: Table, plot: Plot) -> go.Figure:
    """Return a bar for each figure of a row, the first row at the top."""
    figure = go.Figure()
    for name, place in plot.values:
        rows = [(row[0], row[place]) for row in table.rows if amount(row[place]) is not None]
        figure.add_bar(
            name=name,
            x=[amount(cell) for _, cell in rows],
            y=[row.replace("`", "") for row, _ in rows],
            text=[cell for _, cell in rows],
            orientation="h",
        )
    height = 90 + 26 * len(table.rows) * len(plot.values)
    return finished(figure, height).update_yaxes(autorange="reversed")


def lines(table: Table, plot: Plot) -> go.Figure:
    """Return a line for each name and column of figures. Both axes are logarithmic."""
    assert plot.over is not None
    figure = go.Figure()
    for first in dict.fromkeys(row[0] for row in table.rows):
        for name, place in plot.values:
            rows = [row for row in table.rows if row[0] == first and amount(row[place])]
            figure.add_scatter(
                name=f"{first.replace('`', '')}: {name}",
                x=[amount(row[plot.over]) for row in rows],
                y=[amount(row[place]) for row in rows],
            )
    figure = finished(figure, 380)
    figure.update_yaxes(type="log", dtick=1, title="seconds")
    return figure.update_xaxes(type="log", dtick=1, title=table.columns[plot.over])


def finished(figure: go.Figure, height: int) -> go.Figure:
    """Return a chart as all of them look."""
    return figure.update_layout(
        template="plotly_white",
        height=height,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        showlegend=len(figure.data) > 1,
        xaxis={"automargin": True},
        yaxis={"automargin": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
    )
