"""Steps of time: as long as the data are dense, without gaps of a rhythm, whole or incomplete."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def periods(datasets: ModuleType) -> Any:
    return import_module(f"{datasets.__package__}.periods")


def days(*of: int, every: int = 1, begin: date = date(2024, 1, 1)) -> list[datetime]:
    """Return days from a first one on, or those of some weekdays; Monday is 0."""
    first = datetime.combine(begin, datetime.min.time())
    count = of[0]
    kept = of[1:] or range(7)
    found = [first + timedelta(n * every) for n in range(count)]
    return [day for day in found if day.weekday() in kept]


def firsts(months: Iterable[int]) -> list[datetime]:
    """Return the first days of months, which are counted from January 2020 on."""
    return [datetime(2020 + month // 12, month % 12 + 1, 1) for month in months]


HOURS = [datetime(2024, 3, 1) + timedelta(hours=6 * n) for n in range(8)]


@pytest.mark.parametrize(
    ("times", "finest", "length", "steps"),
    [
        (days(40), "day", "day", 40),
        (days(90), "day", "week", 13),
        (days(42, 0, 1, 2, 3, 4), "day", "day", 30),  # no gaps on weekends
        (days(8, every=7), "day", "week", 8),
        (firsts(range(12)), "day", "month", 12),
        (firsts(range(0, 40, 3)), "day", "quarter", 14),
        (firsts(range(0, 300, 12)), "day", "year", 25),
        (firsts(range(0, 1200, 120)), "day", "year", 10),  # a census
        (firsts(month for month in range(12) if month != 4), "day", "month", 12),  # a gap
        (HOURS, "hour", "hour", 8),
        (HOURS[:2], "hour", "hour", 7),
        (days(1), "day", "day", 1),
        ([datetime(2024, 1, 1), datetime(9999, 12, 31)], "day", "year", 2),
    ],
)
def test_a_line_has_a_point_for_each_step_in_which_there_should_be_data(
    periods: Any, times: list[datetime], finest: str, length: str, steps: int
) -> None:
    found = periods.course(times, finest)
    assert (found.length, len(found.steps)) == (length, steps)
    assert {periods.place(at, length) for at in times} <= set(found.steps)


@pytest.mark.parametrize("length", ["hour", "day", "week", "month", "quarter", "year"])
def test_a_step_begins_at_or_before_its_times(periods: Any, length: str) -> None:
    for at in (datetime(2024, 2, 29, 23), datetime(2021, 1, 3), datetime(1, 1, 1)):
        number = periods.place(at, length)
        assert periods.begin(number, length) <= at < periods.begin(number + 1, length)
    assert periods.text(periods.place(datetime(2024, 5, 15), "week"), "week") == "2024-05-13"


@pytest.mark.parametrize(
    ("first", "count", "closed", "expected"),
    [
        (date(2024, 1, 1), 56, 7, []),
        (date(2024, 1, 1), 59, 7, [date(2024, 2, 26)]),
        (date(2024, 1, 4), 53, 7, [date(2024, 1, 1)]),
        (date(2024, 1, 1), 54, 5, []),  # until a Friday, and the shop is closed on weekends
        (date(2024, 1, 1), 52, 5, [date(2024, 2, 19)]),
        (date(2024, 1, 1), 10, 7, []),  # too few weeks to compare
    ],
)
def test_a_week_is_incomplete_if_its_days_end_early(
    periods: Any, first: date, count: int, closed: int, expected: list[date]
) -> None:
    found = periods.cut(days(count, *range(closed), begin=first), "week")
    assert [periods.begin(number, "week").date() for number in found] == expected


def test_figures_of_a_month_may_be_of_its_first_day(periods: Any) -> None:
    assert periods.cut(firsts(range(7)), "month") == []
