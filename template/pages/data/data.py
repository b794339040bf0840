"""Queries over the sample data. They use no Dash, so they are easy to test and to replace.

The sample is the Gapminder table that Plotly ships. It has a row for each of 142 countries
and every fifth year from 1952 to 2007. The columns are life expectancy (years), population (people)
and GDP per person. GDP is in US dollars of 2005, adjusted for purchasing power.
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


class Criteria(TypedDict):
    """The state of the filters: some words, however many rows they leave."""

    region: str | None
    country: str | None
    year: int
    search: str


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


def rows(criteria: Criteria) -> pd.DataFrame:
    """Return the rows that pass all the filters as a table of their own, one a country.

    A search matches anywhere in the name.
    """
    table = _table()
    chosen = table["year"] == criteria["year"]
    for column in ("region", "country"):
        if criteria[column]:
            chosen &= table[column] == criteria[column]
    if wanted := criteria["search"].casefold():
        chosen &= table["country"].str.casefold().str.contains(wanted, regex=False)
    return table[chosen].copy().reset_index(drop=True)


def page(
    criteria: Criteria, start: int, end: int, sort: Sequence[dict[str, str]] = ()
) -> tuple[list[dict[str, Any]], int]:
    """Return the rows from `start` to before `end` as records, and how many there are in all.

    `sort` is the sort model of AG Grid: `[{"colId": column, "sort": "asc" or "desc"}, …]`.
    """
    table = rows(criteria)
    order = [key for key in sort if key["colId"] in COLUMNS]
    if order:
        table = table.sort_values(
            [key["colId"] for key in order], ascending=[key["sort"] == "asc" for key in order]
        )
    return cast("list[dict[str, Any]]", table.iloc[start:end].to_dict("records")), len(table)


def summary(table: pd.DataFrame) -> dict[str, float] | None:
    """Return the number of countries, their people, and their life expectancy (weighted mean).

    None says that there is no country: a mean of nothing is no number.
    """
    if table.empty:
        return None
    people = int(table["population"].sum())
    years_lived = float((table["life_expectancy"] * table["population"]).sum())
    return {"countries": len(table), "population": people, "life_expectancy": years_lived / people}


def history(country: str) -> pd.DataFrame:
    """Return all the years of one country, in order."""
    table = _table()
    return table[table["country"] == country].sort_values("year").reset_index(drop=True)
