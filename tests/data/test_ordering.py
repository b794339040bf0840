"""Values with an order of their own stand in it: weekdays, age groups, answers of a survey."""

from types import ModuleType
from typing import Any

import pytest

ORDERED = """
Mon; Tue; Wed; Sat
Montag; Dienstag; Mittwoch
Mo; Di; Mi; Do; Fr; Sa; So
lundi; mardi; dimanche
January; March; May; August
Jan.; Feb.; Mrz.
Jan; Feb; Mär; Apr; Mai
Enero; Febrero; Marzo
spring; summer; fall; winter
0-17; 18-24; 25-34; 65+
under 18; 18\N{EN DASH}24; 25\N{EN DASH}34; 65 and over
<18; 18-30; 31-50; 51+
unter 18; 18-24; ab 65
bis 20; 21 bis 30; über 30
18 - 24 years; 25 - 34 years; 55 years and older
<1 year; 1-3 years; 4-6 years; 10+ years
0-9 min; 10-19 min; 20+ min
$0-$25k; $25k-$50k; $50k+
< $1,000; $1,000 - $5,000; > $5,000
1-2x per week; 3-4x per week
Strongly disagree; Disagree; Neutral; Agree; Strongly agree; Don't know
very_dissatisfied; satisfied; very_satisfied
Never; Rarely; Sometimes; Often; Always; Prefer not to say
Sehr unzufrieden; Unzufrieden; Teils/teils; Zufrieden
Trifft gar nicht zu; Trifft eher nicht zu; Trifft voll zu
low; medium; high; Unknown
XS; S; M; XL
Q1; Q2; Q4
Q1 2023; Q2 2023; Q1 2024
2023-Q4; 2024-Q1
1st quarter; 2nd quarter
Week 3; Week 10
P1; P2; P3
1 star; 2 stars; 5 stars
2019; 2020; 2021
4; 6; 8
1. Open; 2. In work; 3. Closed
1 - Monday; 2 - Tuesday
"""
UNORDERED = """
North; South
MO; MI
DE; FR; IT
Store 1; Store 2
7-Eleven; 3M
may; will
10115 Berlin; 10117 Berlin
< 1 hour; 1-3 days; 2 weeks
Gold; Basic
1.2.3; 1.2.4
10-A; 10-B
Unknown; Other
Other; Low
low
"""


def cases(text: str) -> list[list[str]]:
    return [line.split("; ") for line in text.strip().splitlines()]


@pytest.fixture(scope="module")
def ordering(datasets: ModuleType) -> Any:
    return datasets.ordering


@pytest.mark.parametrize("names", cases(ORDERED), ids=" ".join)
def test_values_stand_in_the_order_of_their_meaning(ordering: Any, names: list[str]) -> None:
    for known in (names[::-1], sorted(names), [*names[1:], names[0]]):
        assert ordering.ordered(known) == names


@pytest.mark.parametrize("names", cases(UNORDERED), ids=" ".join)
def test_other_values_have_none(ordering: Any, names: list[str]) -> None:
    assert ordering.ordered(names) == []


def test_codes_are_no_numbers_to_order(ordering: Any) -> None:
    assert ordering.ordered([str(number) for number in range(100, 140, 3)]) == []
    assert ordering.ordered([str(number) for number in range(24)][::-1])[:3] == ["0", "1", "2"]
