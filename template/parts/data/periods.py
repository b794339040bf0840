"""Steps of time: hours, days, weeks, months, quarters and years, and which of them the data have.

A step has a number, which is the former step's plus one. So a missing step is a missing number.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import gcd

LENGTHS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30.4, "quarter": 91.3, "year": 365.2}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
MOST = 60  # steps that a line should not exceed
FILLED = 0.4  # of the steps: with fewer, a longer step tells more
FEW = 3  # steps of a line that shows a course at all


@dataclass(frozen=True)
class Course:
    """How times are put into steps.

    Args:
        length: How long a step is.
        steps: The numbers of the steps, from the first to the last.
        cut: The first and the last step, as far as the data have only a part of it.
    """

    length: str
    steps: tuple[int, ...]
    cut: tuple[int, ...] = ()


def course(times: Sequence[datetime], finest: str) -> Course:
    """Return the steps of times, of which each is given once, in their order.

    Args:
        times: At least one, each at its hour or its day.
        finest: The shortest length of a step that has a meaning: an hour or a day.
    """
    length = step(times, finest)
    numbers = {place(at, length) for at in times}
    return Course(length, tuple(rhythm(numbers, length)), tuple(cut(times, length)))


def place(at: datetime, length: str) -> int:
    """Return the number of the step in which a time is."""
    if length in MONTHS:
        return (at.year * 12 + at.month - 1) // MONTHS[length]
    days = at.toordinal()
    if length == "hour":
        return days * 24 + at.hour
    return (days - 1) // 7 if length == "week" else days  # the first of all days was a Monday


def text(number: int, length: str) -> str:
    """Return when a step begins: a day without a time, or an hour in full."""
    return str(begin(number, length)).removesuffix(" 00:00:00")


def begin(number: int, length: str) -> datetime:
    """Return when a step begins."""
    if length in MONTHS:
        year, month = divmod(number * MONTHS[length], 12)
        return datetime(year, month + 1, 1)
    if length == "hour":
        return datetime.fromordinal(number // 24) + timedelta(hours=number % 24)
    return datetime.fromordinal(number * 7 + 1 if length == "week" else number)


def step(times: Sequence[datetime], finest: str) -> str:
    """Return the length of a step, so that there are not too many, and most have data."""
    known = list(LENGTHS)[list(LENGTHS).index(finest) :]
    days = (times[-1] - times[0]) / timedelta(days=1)
    fitting = [length for length in known if days / LENGTHS[length] <= MOST] or ["year"]
    for length in fitting:
        numbers = {place(at, length) for at in times}
        steps = max(numbers) - min(numbers) + 1
        if steps < FEW:
            break
        if len(numbers) / steps >= FILLED:
            return length
    return fitting[0]


def rhythm(numbers: Collection[int], length: str) -> Sequence[int]:
    """Return each step from the first to the last in which there should be data.

    A census may be each ten years, and a shop may close on weekends. Such steps are no gaps.

    Args:
        numbers: The steps in which there are data.
        length: How long a step is.
    """
    known = sorted(numbers)
    first, last = known[0], known[-1]
    if length == "year" and last - first > 1000:  # 9999 for "never"
        return known
    each = gcd(*(later - earlier for earlier, later in pairwise(known)))
    found = range(first, last + 1, each if len(known) > FEW else 1)
    if length == "day" and last - first >= 14:
        weekdays = {day % 7 for day in known}
        return [day for day in found if day % 7 in weekdays]
    return found


def cut(times: Sequence[datetime], length: str) -> list[int]:
    """Return those of the first and the last step in which times begin late, or end early.

    Shops may close on Sundays, and figures of a month may be all of its first day. So each other
    step must reach farther, and the rest must be longer than a usual pause.
    """
    begun: dict[int, timedelta] = {}
    ended: dict[int, timedelta] = {}
    for at in times:
        number = place(at, length)
        since = at - begin(number, length)
        begun.setdefault(number, since)
        ended[number] = since
    if len(ended) < FEW:
        return []
    pauses = sorted(later - earlier for earlier, later in pairwise(times))
    pause = pauses[len(pauses) * 95 // 100]
    first, *_, last = ended
    late, early = begun.pop(first), ended.pop(last)
    rest = timedelta(LENGTHS[length]) - early
    found = [first] if late > max(pause, *begun.values()) else []
    return [*found, last] if early < min(ended.values()) and rest > pause else found
