"""Queries over the sample data; no Dash here, so that they are easy to test and to replace.

The sample is the Gapminder table that Plotly ships: 142 countries, every fifth year from 1952 to
2007, one row each with life expectancy (years), population (people) and GDP per person (US dollars
of 2005, adjusted for purchasing power).
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypedDict, cast

import pandas as pd
from plotly.data import gapminder

MEASURES = {
    "life_expectancy": "Life expectancy (years)",
    "gdp_per_person": "GDP per person (US$)",
    "population": "Population",
}
COLUMNS = ["country", "region", "year", *MEASURES]


class Selection(TypedDict):
    """What the filters leave: the countries that match, in the year that was chosen."""

    countries: list[str]
    year: int


@cache
def _table() -> pd.DataFrame:
    columns = {
        "continent": "region",
        "lifeExp": "life_expectancy",
        "gdpPercap": "gdp_per_person",
        "pop": "population",
    }
    return cast("pd.DataFrame", gapminder()).rename(columns=columns)[COLUMNS]


def regions() -> list[str]:
    """Return the regions, in alphabetical order."""
    return sorted(_table()["region"].unique())


def years() -> list[int]:
    """Return the years that the data has, in order."""
    return sorted(int(year) for year in _table()["year"].unique())


def countries(region: str | None = None) -> list[str]:
    """Return the countries of a region, or all of them, in alphabetical order."""
    table = _table()
    if region:
        table = table[table["region"] == region]
    return sorted(table["country"].unique())


def select(region: str | None, country: str | None, year: int, search: str = "") -> Selection:
    """Return the countries that pass all the filters; a search matches anywhere in the name."""
    names = [country] if country else countries(region)
    wanted = search.casefold()
    return {"countries": [name for name in names if wanted in name.casefold()], "year": year}


def rows(selection: Selection) -> pd.DataFrame:
    """Return the selected rows as a table of their own, one a country."""
    table = _table()
    chosen = table["country"].isin(selection["countries"]) & (table["year"] == selection["year"])
    return table[chosen].copy().reset_index(drop=True)


def page(
    selection: Selection, start: int, end: int, sort: Sequence[dict[str, str]] = ()
) -> tuple[list[dict[str, Any]], int]:
    """Return the rows from `start` to before `end` as records, and how many there are in all.

    `sort` is the sort model of AG Grid: `[{"colId": column, "sort": "asc" or "desc"}, …]`.
    """
    table = rows(selection)
    order = [key for key in sort if key["colId"] in COLUMNS]
    if order:
        table = table.sort_values(
            [key["colId"] for key in order], ascending=[key["sort"] == "asc" for key in order]
        )
    return cast("list[dict[str, Any]]", table.iloc[start:end].to_dict("records")), len(table)


def summary(selection: Selection) -> dict[str, float]:
    """Return the number of countries, their people, and their life expectancy (weighted mean)."""
    table = rows(selection)
    people = int(table["population"].sum())
    years_lived = float((table["life_expectancy"] * table["population"]).sum())
    return {
        "countries": len(table),
        "population": people,
        "life_expectancy": years_lived / people if people else 0.0,
    }


def history(country: str) -> pd.DataFrame:
    """Return all the years of one country, in order."""
    table = _table()
    return table[table["country"] == country].sort_values("year").reset_index(drop=True)


def countries_below(age: float) -> int:
    """Return how many countries had a life expectancy below `age` in the last year of the data."""
    table = _table()
    return int((table[table["year"] == years()[-1]]["life_expectancy"] < age).sum())


def change_by_region(region: str, measure: str) -> dict[str, Any]:
    """Return how a measure developed in a region: the medians of the first and the last year."""
    table = _table()
    part = table[table["region"] == region]
    first, last = (
        float(part[part["year"] == year][measure].median()) for year in (years()[0], years()[-1])
    )
    return {"region": region, "first": first, "last": last, "change": last / first - 1}
