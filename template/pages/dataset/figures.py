"""Data to figures: pure functions, no Dash and no state."""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any
from urllib.parse import quote

import plotly.graph_objects as go

from ... import theme
from ...core import language
from . import data
from .data import Chart, Column, Criteria

CONFIG: Any = {"displayModeBar": False}
OTHERS = "Others"
QUIET = "#adb5bd"
BARE = {"visible": False, "fixedrange": True}
# How a point of a line names its time. The browser knows the visitor's form of a day, `%x`.
DAYS = {"hour": "%x %H:%M", "quarter": "%b %Y", "month": "%b %Y", "year": "%Y"}
DAYS |= {"day": "%x", "week": "%x"}


def number(value: float | None, column: Column | None = None) -> str:
    """Return a number as the visitor reads it: few digits, with its unit."""
    if value is None:
        return "\u2013"
    unit = column.unit if column else ""
    if unit == "%":
        return language.with_unit(language.number(value * 100, 1), unit)
    return language.with_unit(language.short(value), unit)


def numbers(values: Sequence[float], column: Column | None) -> list[str]:
    """Return numbers that stand below each other, with equal decimals."""
    if column and column.unit == "%":
        return [number(value, column) for value in values]
    unit = column.unit if column else ""
    return [language.with_unit(text, unit) for text in language.alike(values)]


def called(measure: Column | None) -> str:
    """Return the name of a chart's value."""
    if measure is None:
        return "Rows"
    return f"Mean {measure.title}" if measure.total == "mean" else measure.title


def title(chart: Chart, criteria: Criteria) -> str:
    """Return the title of a chart, from the labels of its columns."""
    match chart.kind:
        case "line":
            dots = ", dotted where incomplete" if unfinished(chart, criteria) else ""
            return f"{called(chart.measure)} by {data.step(criteria)}{dots}"
        case "points" if chart.measure:
            return f"{chart.measure.title} over {chart.over.title}"
        case "bins":
            return f"Rows by {chart.over.title}"
    return f"{called(chart.measure)} by {chart.over.title}"


def drawn(chart: Chart, criteria: Criteria) -> go.Figure:
    """Return a chart of the rows that pass the criteria."""
    if not data.totals(criteria)[0]:
        return empty()
    match chart.kind:
        case "line":
            return line(chart, criteria)
        case "bars":
            return bars(chart, criteria)
        case "points":
            return points(chart, criteria)
    return bins(chart, criteria)


def finished(trace: Any, across: dict[str, Any], along: dict[str, Any], **layout: Any) -> go.Figure:
    """Return a chart as all of them look: few ticks, no frame, room for long labels.

    In one step, because each later change of a figure takes as long as a query.
    """
    axis = {"automargin": True, "fixedrange": True, "ticklabelstandoff": 6}
    return go.Figure(
        trace,
        {
            "margin": {
                "l": 8,
                "r": 18,
                "t": 8,
                "b": 8,
            },  # half of a year, the last tick, at the right
            "showlegend": False,
            "dragmode": False,
            "xaxis": {**axis, "nticks": 5, "tickangle": 0, **across},
            "yaxis": {**axis, **along},
            **layout,
        },
    )


def pale(color: str) -> str:
    """Return a colour for areas, through which one sees the lines behind."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def bare(**layout: Any) -> go.Figure:
    """Return a figure without axes. A figure that has none shows axes of no data."""
    return go.Figure(layout={"xaxis": BARE, "yaxis": BARE, **layout})


def empty() -> go.Figure:
    """Return the figure for a chart without rows."""
    note = {"text": "No rows match the filters", "showarrow": False, "xref": "paper"}
    note |= {"yref": "paper", "x": 0.5, "y": 0.5}
    return bare(annotations=[note], margin={"l": 0, "r": 0})


def unfinished(chart: Chart, criteria: Criteria) -> list[int]:
    """Return the places of the points that are too low, because their time is incomplete.

    A mean is not lower for that.
    """
    if not data.summed(chart.measure):
        return []
    cut = data.incomplete(criteria)
    found = data.trend(criteria, chart.measure) if cut else []
    return [place for place, (at, _) in enumerate(found) if at in cut]


def line(chart: Chart, criteria: Criteria) -> go.Figure:
    """Return a measure over time."""
    found = data.trend(criteria, chart.measure)
    cut = unfinished(chart, criteria)
    whole = [(at, None if place in cut else y) for place, (at, y) in enumerate(found)]
    filled = data.summed(chart.measure)
    lone = len(found) == 1 or any(value is None for _, value in found)
    traces = [
        go.Scatter(
            **written(chart, criteria, whole),
            # A point between two gaps has no line.
            mode="lines+markers" if lone else "lines",
            marker={"size": 4},
            line={"width": 2, "color": theme.CHART_COLORS[0]},
            fillcolor=pale(theme.CHART_COLORS[0]),
            fill="tozeroy" if filled else None,
        )
    ]
    for place in cut:
        ends = (place - 1, place) if place else range(min(2, len(found)))
        traces.append(
            go.Scatter(
                **written(chart, criteria, [found[end] for end in ends]),
                mode="lines+markers",
                marker={
                    "size": [6 if end == place else 0 for end in ends],
                    "symbol": "circle-open",
                },
                line={"width": 2, "dash": "dot", "color": theme.CHART_COLORS[0]},
            )
        )
    zero = [0.0] if filled else []
    known = [value for _, value in found if value is not None]
    along = ticks(chart.measure, known + zero, bool(zero))
    across = years(found) if chart.over.type == "integer" else {}
    return finished(traces, {"showgrid": False, **across}, along)


def written(chart: Chart, criteria: Criteria, found: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the points of a line, and how one of them names its time and its value."""
    length = None if chart.over.type == "integer" else data.step(criteria)
    at = "%{x|" + DAYS[length] + "}" if length else "%{x}"
    return {
        "x": [at for at, _ in found],
        "y": [value for _, value in found],
        "customdata": [number(value, chart.measure) for _, value in found],
        "hovertemplate": at + "<br>%{customdata}<extra></extra>",
    }


def bars(chart: Chart, criteria: Criteria) -> go.Figure:
    """Return one bar for each category, the largest at the top. A click on a bar filters by it.

    Its own filter takes no bar away: it colours those that pass.
    """
    others = {key: wanted for key, wanted in criteria.items() if key != chart.over.key}
    found = data.groups(others, chart.over, chart.measure)[::-1]
    found.sort(key=lambda pair: pair[0] != "")
    chosen = criteria.get(chart.over.key)
    colors = [
        theme.CHART_COLORS[0] if name and (not chosen or name in chosen) else QUIET
        for name, _ in found
    ]
    long = lengths(found)
    trace = go.Bar(
        x=long,
        y=[*range(len(found))],  # two names may have equal labels
        hovertext=[label(name, 80) for name, _ in found],
        text=numbers([value for _, value in found], chart.measure),
        customdata=[name for name, _ in found],
        orientation="h",
        textposition=["auto" if length else "outside" for length in long],
        textangle=0,
        insidetextanchor="end",
        cliponaxis=False,
        marker={"color": colors, "cornerradius": 3},
        hovertemplate="%{hovertext}<br>%{text}<extra></extra>",
    )
    names = {"tickvals": trace.y, "ticktext": labels([name for name, _ in found])}
    ends = room(trace.x, trace.text)
    return finished(trace, {**BARE, "range": ends}, names, bargap=1 - min(0.75, 0.15 * len(found)))


def lengths(found: Sequence[tuple[str, float]]) -> list[float]:
    """Return how long bars are. That of the others has only its text where it dwarfs the rest."""
    most = max((abs(value) for name, value in found if name), default=0)
    return [value if name or abs(value) <= 1.5 * most else 0 for name, value in found]


def room(values: Sequence[float], texts: Sequence[str]) -> list[float]:
    """Return the ends of bars with room for the texts beside those that are too short for them."""
    low, high = min(0, *values), max(0, *values)
    text = (high - low or 1) * 0.04 * max(map(len, texts))  # on a phone
    ends = [low, high]
    for value in values:
        if abs(value) < 1.5 * text:
            ends.append(value - text if value < 0 else value + text)
    return [min(ends), max(ends)]


def labels(names: list[str]) -> list[str]:
    """Return categories as an axis shows them. Equal ones show how their names end."""
    found = [label(name) for name in names]
    return [
        escape(f"{name[:11]}…{name[-12:]}", quote=False)
        if len(name) > 24 and found.count(text) > 1
        else text
        for name, text in zip(names, found, strict=True)
    ]


def label(name: str, most: int = 24) -> str:
    """Return a category as an axis shows it. Plotly would take its tags for its own."""
    return escape(named(name, most), quote=False)


def named(category: str, most: int = 200) -> str:
    """Return a category in words, of which there are not too many characters."""
    words = {"": OTHERS, "true": "Yes", "false": "No"}.get(category, category)
    return f"{words[: most - 1]}…" if len(words) > most else words


def points(chart: Chart, criteria: Criteria) -> go.Figure:
    """Return a measure over another: a point a row, or how many rows are where."""
    found = data.points(criteria, chart.over, chart.measure or chart.over)
    counts = [n for _, _, n in found]
    most = max(counts, default=1)
    trace = go.Scatter(
        x=[round_to(x) for x, _, _ in found],
        y=[round_to(y) for _, y, _ in found],
        customdata=counts,
        mode="markers",
        marker={
            "size": [round(6 + 12 * ((n - 1) / max(most, 10)) ** 0.5, 1) for n in counts],
            "opacity": 0.6,
            "line": {"width": 0},
        },
        hovertemplate=read_off(chart.over, "x")
        + "<br>"
        + read_off(chart.measure, "y")
        + "<extra>Rows: %{customdata:,}</extra>",
    )
    return finished(
        trace,
        {"title": titled(chart.over, 44), **ticks(chart.over, trace.x)},
        {"title": titled(chart.measure or chart.over, 24), **ticks(chart.measure, trace.y)},
    )


def read_off(column: Column | None, axis: str) -> str:
    """Return how the browser writes a point's place on an axis, with the column's unit."""
    if column and column.unit == "%":
        return "%{" + axis + ":.4~p}"
    return language.with_unit("%{" + axis + ":,.4~f}", column.unit if column else "")


def titled(column: Column, most: int) -> dict[str, Any]:
    """Return the title of an axis, as long as the axis on a phone, beside its numbers."""
    return {"text": label(column.title, most), "standoff": 12}


def bins(chart: Chart, criteria: Criteria) -> go.Figure:
    """Return how often a measure has which size."""
    found = data.bins(criteria, chart.over)
    trace = go.Bar(
        x=[round_to(x) for x, _ in found],
        y=[n for _, n in found],
        hovertemplate=read_off(chart.over, "x") + "<br>Rows: %{y:,}<extra></extra>",
    )
    return finished(trace, ticks(chart.over, trace.x), ticks(None, [0, *trace.y]), bargap=0.05)


def round_to(value: float) -> float:
    """Return a value with the digits that one sees in a chart."""
    return float(f"{value:.6g}")


def ticks(column: Column | None, values: Iterable[float], whole: bool = True) -> dict[str, Any]:
    """Return how an axis writes the values of a column: few round numbers, as key figures are.

    Means of whole numbers are no whole numbers.
    """
    unit = column.unit if column else ""
    scale = 100 if unit == "%" else 1
    known = [float(value) * scale for value in values]
    if not known:
        return {}
    low, high = min(known), max(known)
    step = spacing(high - low or abs(high) or 1)
    if column is None or (whole and column.type == "integer"):
        step = max(step, 1)
    places = [n * step for n in range(floor(low / step), ceil(high / step) + 1)]
    size, sign = language.sized(max(map(abs, places)))
    digits = min(max(0, -floor(log10(step / size) + 1e-9)), 15)
    return {
        "tickvals": [place / scale for place in places],
        "ticktext": [
            language.with_unit(language.number(n / size, digits) + (sign if n else ""), unit)
            for n in places
        ],
    }


def spacing(width: float) -> float:
    """Return a round number that is between a fifth and a half of a width."""
    least = width / 5
    power = 10.0 ** floor(log10(least))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least)


def years(found: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return how an axis of years writes them: whole, and without a thousands separator."""
    width = int(found[-1][0]) - int(found[0][0]) if found else 0
    return {"tickformat": "d", "dtick": max(1, spacing(width or 1))}


def spark(criteria: Criteria, measure: Column | None) -> str:
    """Return a small trend as an image for CSS. Empty if there is none."""
    cut = data.incomplete(criteria) if data.summed(measure) else ()
    points = [value for at, value in data.trend(criteria, measure) if at not in cut]
    values = [value for value in points if value is not None]
    if len(values) < 3:
        return ""
    low, high = min(values), max(values)
    height = (high - low) or 1
    steps = [
        f"{'L' if place and points[place - 1] is not None else 'M'}"
        f"{100 * place / (len(points) - 1):.1f} {26 - 24 * (value - low) / height:.1f}"
        for place, value in enumerate(points)
        if value is not None
    ]
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 28' preserveAspectRatio='none' "
        "fill='none' stroke='black' stroke-width='1.5'><path vector-effect='non-scaling-stroke' "
        f"d='{''.join(steps)}'/></svg>"
    )
    return f'url("data:image/svg+xml,{quote(svg)}")'
