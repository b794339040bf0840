"""Queries over the page's data, without Dash, so that they are easy to test and to replace.

Each query is made of DuckDB's own expressions. Its answer is kept until the data change.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, Expression
from duckdb import FunctionExpression as Function

from ...core import answers, datasets, description, language

Column = description.Column
Criteria = datasets.Criteria
Turn = answers.Turn
turn = answers.turn
spoken = language.spoken
DATA = datasets.opened(Path(__file__).parent)

LISTS = 4  # filters that list values
RANGES = 2  # filters of measures
CHARTS = 4
FIGURES = 3  # key figures beside the number of rows
TOP = 8  # bars, before the others
ORDERED = 12  # bars of values that have an order, such as months
POINTS = 1500  # points of a scatter chart; more are counted in cells
CELLS = 30
SPREAD = 12  # values from which on points show how two measures go together
STEPS = 60  # points that a line should not exceed
MOST = 100_000  # rows of a download
LENGTHS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30.4, "quarter": 91.3, "year": 365.2}
FREQUENCIES = {
    "hour": "h",
    "day": "D",
    "week": "W-MON",
    "month": "MS",
    "quarter": "QS",
    "year": "YS",
}


@dataclass(frozen=True)
class Chart:
    """A chart: its kind, its column, and its measure. Without a measure it counts rows."""

    kind: str
    over: Column
    measure: Column | None = None


def of_role(*roles: str) -> list[Column]:
    """Return the columns of some roles, in their order."""
    return [column for column in DATA.shown if column.role in roles]


def measures() -> list[Column]:
    """Return the measures: sums of money, other sums, then means."""
    return sorted(of_role("measure"), key=lambda column: (column.total != "sum", not column.money))


def time() -> Column | None:
    """Return the column that the page's time is: days, moments or years."""
    known = ("date", "datetime", "integer")
    return next((column for column in of_role("time") if column.type in known), None)


def categories() -> list[Column]:
    """Return the columns of which one chooses values, the most telling first."""
    facts = DATA.facts()
    half = DATA.count() / 2
    listed = [column for column in DATA.shown if column.listed and not constant(column)]

    def rank(column: Column) -> tuple[bool, ...]:
        known = facts[column.key]
        return column.role == "flag", known["filled"] < half, known["distinct"] > 30

    return sorted(listed, key=rank)


def filters() -> list[Column]:
    """Return the columns that have a filter: few of each role, or as the description says."""
    facts = DATA.facts()
    # The first one in which a search is possible. An identifier may be a number.
    searched = sorted(of_role("text", "identifier"), key=lambda c: c.type != "text")[:1]
    ranges = [column for column in measures() if not constant(column)]
    usual = [*of_role("time")[:1], *categories()[:LISTS], *ranges[:RANGES], *searched]
    asked = [column for column in DATA.shown if column.filter and column not in usual]
    known = [c for c in [*usual, *asked] if facts[c.key]["min"] is not None]
    telling = [column for column in known if column.filter or not constant(column)]
    return [column for column in telling or known if column.filter is not False]


def constant(column: Column) -> bool:
    """Whether all values of a column are the same, or missing."""
    facts = DATA.facts()[column.key]
    return bool(facts["min"] == facts["max"])


def charts() -> list[Chart]:
    """Return the charts: over time, by the first two categories, and of the measures.

    Without measures, such as in a survey, more categories have one, and the charts count rows.
    """
    sums = measures()
    main = sums[0] if sums else None
    found = []
    if (moment := time()) and DATA.facts()[moment.key]["distinct"] > 1:
        found.append(Chart("line", moment, main))
    found += [Chart("bars", category, main) for category in categories()[: 2 if main else CHARTS]]
    if len(sums) > 1:
        # Points of ratings and other few values would be stripes.
        spread = [c for c in sums[1:] if DATA.facts()[c.key]["distinct"] > SPREAD]
        found.append(Chart("points", sums[0], (spread or sums[1:])[0]))
    elif main:
        found.append(Chart("bins", main))
    return found[:CHARTS]


def total(column: Column) -> Expression:
    """Return the sum or the mean of a measure."""
    return Function("avg" if column.total == "mean" else "sum", column.value.cast("DOUBLE"))


def summed(measure: Column | None) -> bool:
    """Whether the values of a chart add up: sums and numbers of rows, but no means."""
    return measure is None or measure.total == "sum"


def shown(measure: Column | None) -> Expression:
    """Return the value of a chart: a measure, or the number of rows."""
    return total(measure) if measure else datasets.count("n").cast("DOUBLE")


def totals(criteria: Criteria) -> tuple[int, dict[str, float | None]]:
    """Return how many rows there are, and the sum or the mean of each measure."""

    def ask() -> tuple[int, dict[str, float | None]]:
        columns = measures()
        wanted = [datasets.count("n"), *(total(column) for column in columns)]
        rows, *values = DATA.rows(criteria).aggregate(wanted).fetchall()[0]
        return rows, dict(zip([column.key for column in columns], values, strict=True))

    return DATA.answer(["totals", dict(criteria)], ask)


def period(criteria: Criteria) -> tuple[Any, Any]:
    """Return the first and the last time, within the filter of the time if there is one."""
    moment = time()
    if moment is None:
        return None, None
    facts = DATA.facts()[moment.key]
    wanted = criteria.get(moment.key)

    def ask() -> tuple[Any, Any]:
        ends = [Function(end, moment.value) for end in ("min", "max")]
        first, last = DATA.rows({moment.key: wanted}).aggregate(ends).fetchall()[0]
        return first, last

    first, last = DATA.answer(["period", moment.key, wanted], ask) if wanted else (None, None)
    return (facts["min"], facts["max"]) if first is None else (first, last)


def step(criteria: Criteria) -> str:
    """Return the length of time of one point, so that there are not too many."""
    first, last = period(criteria)
    if not isinstance(first, date):
        return "year"
    days = (last - first) / timedelta(days=1)
    finest = "hour" if isinstance(first, datetime) else "day"
    known = list(LENGTHS)[list(LENGTHS).index(finest) :]
    return next((name for name in known if days / LENGTHS[name] <= STEPS), "year")


def trend(criteria: Criteria, measure: Column | None) -> list[tuple[str, float]]:
    """Return a measure over time, one point a step. Without a measure it is the number of rows."""
    points = trends(criteria)
    place = [None, *measures()[:FIGURES]].index(measure)
    return [(at, values[place]) for at, *values in points]


def trends(criteria: Criteria) -> list[tuple[Any, ...]]:
    """Return the key figures over time, with one row for each step, by one query.

    A step without rows has no values, so that a line has a gap there.
    """
    moment = time()
    if moment is None:
        return []
    sums = measures()[:FIGURES]
    length = step(criteria)

    def ask() -> list[tuple[Any, ...]]:
        at = ColumnExpression("at")
        each = [part.alias(f"{c.key}{n}") for c in sums for n, part in enumerate(halves(c))]
        rows = DATA.rows(criteria).filter(moment.value.isnotnull())
        found = rows.aggregate([finest(moment, length).alias("at"), datasets.count("n"), *each])
        if moment.type != "integer":
            # Put together twice: months of days cost less than months of rows.
            whole = Function("date_trunc", ConstantExpression(length), at)
            parts = ["n", *(f"{c.key}{n}" for c in sums for n in (0, 1))]
            added = [Function("sum", ColumnExpression(name)).alias(name) for name in parts]
            found = found.aggregate([whole.alias("at"), *added])
        wanted = [ColumnExpression("n"), *(joined(column) for column in sums)]
        given = {at: values for at, *values in found.select(at, *wanted).fetchall()}
        none = [0, *(None for _ in sums)]
        return [(text, *given.get(at, none)) for at, text in steps(given, length)]

    return DATA.answer(["trends", dict(criteria)], ask)


def incomplete(criteria: Criteria) -> set[str]:
    """Return the first and the last step, as `trends` has them, if the data have only a part."""
    moment = time()
    if moment is None or moment.type == "integer":
        return set()
    wanted = criteria.get(moment.key)
    length = step(criteria)
    # Of a day, the hours tell.
    parts = "hour" if length == "day" and moment.type == "datetime" else length

    def ask() -> set[str]:
        rows = DATA.rows({moment.key: wanted} if wanted else {}).filter(moment.value.isnotnull())
        times = rows.select(finest(moment, parts).cast("TIMESTAMP").alias("at")).distinct()
        at = ColumnExpression("at")
        found = times.select(at, Function("date_trunc", ConstantExpression(length), at)).fetchall()
        return {
            text_of(pd.Timestamp(one)) for one in cut(sorted(found), timedelta(LENGTHS[length]))
        }

    return DATA.answer(["incomplete", length, wanted], ask)


def cut(times: list[tuple[datetime, datetime]], length: timedelta) -> list[datetime]:
    """Return those of the first and the last step in which times begin late, or end early.

    Args:
        times: All times in their order, each with its step.
        length: How long a step is.

    Shops may close on Sundays, and figures of a month may be all of its first day. So each other
    step must reach farther, and the rest must be longer than a usual pause.
    """
    begun: dict[datetime, timedelta] = {}
    ended: dict[datetime, timedelta] = {}
    for at, start in times:
        begun.setdefault(start, at - start)
        ended[start] = at - start
    if len(ended) < 3:
        return []
    pauses = sorted(later - at for (at, _), (later, _) in pairwise(times))
    pause = pauses[len(pauses) * 95 // 100]
    first, *_, last = ended
    late, early = begun.pop(first), ended.pop(last)
    found = [first] if late > max(pause, *begun.values()) else []
    return [*found, last] if early < min(ended.values()) and length - early > pause else found


def finest(moment: Column, length: str) -> Expression:
    """Return the hours or days of the time, or its whole numbers."""
    if moment.type == "integer":
        return moment.value
    if length == "hour":
        return Function("date_trunc", ConstantExpression("hour"), moment.value)
    return moment.value.cast("DATE")


def halves(column: Column) -> tuple[Expression, Expression]:
    """Return the sum of a measure and the number of its values, of which means are made."""
    return Function("sum", column.value.cast("DOUBLE")), Function("count", column.value)


def joined(column: Column) -> Expression:
    """Return the sum or the mean of a measure, of its halves."""
    whole = ColumnExpression(f"{column.key}0")
    return whole / ColumnExpression(f"{column.key}1") if column.total == "mean" else whole


def steps(given: dict[Any, Any], length: str) -> list[tuple[Any, str]]:
    """Return each step from the first to the last of some, with its text."""
    if not given:
        return []
    if isinstance(next(iter(given)), int):
        years = range(min(given), max(given) + 1)
        return [(year, str(year)) for year in (years if len(years) <= 1000 else sorted(given))]
    known = {pd.Timestamp(at): at for at in given}
    first, last = min(known), max(known)
    if length == "year" and last.year - first.year > 1000:  # 9999 for "never"
        found = sorted(known)
    else:
        found = list(pd.date_range(first, last, freq=FREQUENCIES[length]))
    return [(known.get(at), text_of(at)) for at in found]


def text_of(at: pd.Timestamp) -> str:
    """Return a day without a time, and other times in full."""
    return str(at).removesuffix(" 00:00:00")


def groups(criteria: Criteria, over: Column, measure: Column | None) -> list[tuple[str, float]]:
    """Return a measure by category: those that count most, and then the sum of the others.

    Few values that have an order stand in it.
    """

    def ask() -> list[tuple[str, float]]:
        name = over.value.cast("VARCHAR").alias("x")
        found = DATA.rows(criteria).aggregate([name, shown(measure).alias("y")]).fetchall()
        pairs = [(x, y) for x, y in found if x is not None and y is not None]
        places = DATA.places(over)
        if places and len(pairs) <= ORDERED:
            return sorted(pairs, key=lambda pair: (places.get(pair[0], len(places)), pair[0]))
        # A large cost counts, too.
        pairs.sort(key=lambda pair: (-abs(pair[1]), pair[0]))
        others = [y for _, y in pairs[TOP:]]
        top = sorted(pairs[:TOP], key=lambda pair: (-pair[1], pair[0]))
        return [*top, *([("", sum(others))] if summed(measure) and others else [])]

    return DATA.answer(["groups", dict(criteria), over.key, measure and measure.key], ask)


def points(criteria: Criteria, x: Column, y: Column) -> list[tuple[float, float, int]]:
    """Return the points of two measures, or the middles of cells, with the rows in each."""

    def ask() -> list[tuple[float, float, int]]:
        if not filled(x, y):
            return []
        rows = DATA.rows(criteria).filter(x.value.isnotnull() & y.value.isnotnull())
        if totals(criteria)[0] <= POINTS:
            return rows.aggregate([x.value, y.value, datasets.count("n")]).fetchall()
        found = rows.aggregate([cell(x), cell(y), datasets.count("n")]).fetchall()
        return [(across, up, n) for (across, up), n in together(found, x, y).items()]

    return DATA.answer(["points", dict(criteria), x.key, y.key], ask)


def bins(criteria: Criteria, over: Column) -> list[tuple[float, int]]:
    """Return how many rows are in each part of a measure's range."""

    def ask() -> list[tuple[float, int]]:
        if not filled(over):
            return []
        rows = DATA.rows(criteria).filter(over.value.isnotnull())
        found = rows.aggregate([cell(over), datasets.count("n")]).fetchall()
        return sorted((at, n) for (at,), n in together(found, over).items())

    return DATA.answer(["bins", dict(criteria), over.key], ask)


def largest(column: Column) -> float:
    """Return the largest absolute value of a column of numbers."""
    facts = DATA.facts()[column.key]
    return max(abs(float(facts[end] or 0)) for end in ("min", "max"))


def filled(*columns: Column) -> bool:
    """Whether each column has a value at all."""
    return all(DATA.facts()[column.key]["min"] is not None for column in columns)


def span(column: Column) -> tuple[float, float]:
    """Return the least value of a measure, and the width of a part of its range."""
    facts = DATA.facts()[column.key]
    low, high = float(facts["min"]), float(facts["max"])
    if column.type == "integer" and high - low < CELLS:
        return low - 0.5, 1.0  # a part for each whole number
    return low, (high - low) / CELLS or 1.0


def cell(column: Column) -> Expression:
    """Return the number of the part of the range in which a value lies."""
    low, width = span(column)
    value = column.value.cast("DOUBLE")
    return Function("floor", (value - ConstantExpression(low)) / width).alias(f"in_{column.key}")


def together(found: list[tuple[Any, ...]], *columns: Column) -> dict[tuple[float, ...], int]:
    """Return the rows at the middle of each cell. The largest value is in the last one."""
    counted: dict[tuple[float, ...], int] = {}
    spans = [span(column) for column in columns]
    for *places, n in found:
        at = tuple(
            (min(place, CELLS - 1) + 0.5) * width + low
            for place, (low, width) in zip(places, spans, strict=True)
        )
        counted[at] = counted.get(at, 0) + n
    return counted


def detail(row: dict[str, Any]) -> list[tuple[Column, Any]]:
    """Return each column with its value in a row of the table."""
    return [(column, row.get(column.key)) for column in DATA.shown]
