"""Queries of the report over the sample data. They use no Dash, so they are easy to replace.

The sample is the Gapminder table that Plotly ships. It has 142 countries and every fifth
year from 1952 to 2007.
"""

from functools import cache
from typing import Any, cast

import pandas as pd
from plotly.data import gapminder

MEASURES = {
    "life_expectancy": "Life expectancy (years)",
    "gdp_per_person": "GDP per person (US$)",
    "population": "Population",
}


@cache
def _table() -> pd.DataFrame:
    columns = {
        "continent": "region",
        "lifeExp": "life_expectancy",
        "gdpPercap": "gdp_per_person",
        "pop": "population",
    }
    return cast("pd.DataFrame", gapminder()).rename(columns=columns)


def regions() -> list[str]:
    """Return the regions, in alphabetical order."""
    return sorted(_table()["region"].unique())


def years() -> tuple[int, int]:
    """Return the first and the last year."""
    return int(_table()["year"].min()), int(_table()["year"].max())


def change(region: str, measure: str) -> dict[str, Any]:
    """Return how a measure developed in a region: the medians of the first and the last year."""
    table = _table()
    part = table[table["region"] == region]
    first, last = (float(part[part["year"] == year][measure].median()) for year in years())
    return {"region": region, "first": first, "last": last, "change": last / first - 1}
