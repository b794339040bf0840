"""Queries over the page's data, without Dash, so that they are easy to test and to replace.

Each query is made of DuckDB's own expressions. Its answer is kept until the data change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from duckdb import ColumnExpression, ConstantExpression, Expression
from duckdb import FunctionExpression as Function

from ...core import answers, datasets, description, language, periods

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
MOST = 100_000  # rows of a download


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
    """Return the column that the page's time is: days or moments, or else years."""
    known = ("date", "datetime", "integer")
    found = [column for column in of_role("time") if column.type in known]
    return min(found, key=lambda c: (constant(c), c.type == "integer"), default=None)


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
    searched = sorted(
        of_role("text", "identifier"), key=lambda c: (c.type != "text", c.role != "text")
    )
    moments = [moment] if (moment := time()) else of_role("time")
    ranges = [column for column in measures() if not constant(column)]
    usual = [*moments[:1], *categories()[:LISTS], *ranges[:RANGES], *searched[:1]]
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


def course(criteria: Criteria) -> periods.Course | None:
    """Return the steps of time. Only the filter of the time changes them, and no other one."""
    moment = time()
    if moment is None:
        return None
    first, last = period(criteria)
    wanted = criteria.get(moment.key)

    def ask() -> periods.Course | None:
        hours = isinstance(first, datetime) and last - first <= timedelta(periods.MOST)
        years = moment.type == "integer"
        at = finest(moment, "hour" if hours else "day")
        at = (at if years else at.cast("TIMESTAMP")).alias("at")
        rows = DATA.rows({moment.key: wanted} if wanted else {}).filter(moment.value.isnotnull())
        times = sorted(at for (at,) in rows.select(at).distinct().fetchall())
        if not times:
            return None
        if years:
            return periods.Course("year", tuple(periods.rhythm(times, "year")))
        return periods.course(times, "hour" if hours else "day")

    return DATA.answer(["course", moment.key, wanted], ask)


def step(criteria: Criteria) -> str:
    """Return the length of time of one point, so that there are not too many."""
    found = course(criteria)
    return found.length if found else "year"


def trend(criteria: Criteria, measure: Column | None) -> list[tuple[str, float]]:
    """Return a measure over time, one point a step. Without a measure it is the number of rows."""
    points = trends(criteria)
    place = [None, *measures()[:FIGURES]].index(measure)
    return [(at, values[place]) for at, *values in points]


def trends(criteria: Criteria) -> list[tuple[Any, ...]]:
    """Return the key figures over time, with one row for each step, by one query.

    A step without rows has no values, so that a line has a gap there.
    """
    moment, along = time(), course(criteria)
    if moment is None or along is None:
        return []
    sums = measures()[:FIGURES]
    whole = moment.type == "integer"

    def ask() -> list[tuple[Any, ...]]:
        at = ColumnExpression("at")
        each = [part.alias(f"{c.key}{n}") for c in sums for n, part in enumerate(halves(c))]
        rows = DATA.rows(criteria).filter(moment.value.isnotnull())
        shortest = finest(moment, along.length).alias("at")
        found = rows.aggregate([shortest, datasets.count("n"), *each])
        if not whole:
            # Put together twice: months of days cost less than months of rows.
            start = Function("date_trunc", ConstantExpression(along.length), at)
            parts = ["n", *(f"{c.key}{n}" for c in sums for n in (0, 1))]
            added = [Function("sum", ColumnExpression(name)).alias(name) for name in parts]
            found = found.aggregate([start.cast("TIMESTAMP").alias("at"), *added])
        wanted = [ColumnExpression("n"), *(joined(column) for column in sums)]
        given = {
            at if whole else periods.place(at, along.length): values
            for at, *values in found.select(at, *wanted).fetchall()
        }
        none = [0, *(None for _ in sums)]
        return [
            (str(n) if whole else periods.text(n, along.length), *given.get(n, none))
            for n in along.steps
            if given and min(given) <= n <= max(given)
        ]

    return DATA.answer(["trends", dict(criteria)], ask)


def incomplete(criteria: Criteria) -> set[str]:
    """Return the first and the last step, as `trends` has them, if the data have only a part."""
    along = course(criteria)
    return {periods.text(number, along.length) for number in along.cut} if along else set()


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
