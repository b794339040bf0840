"""The type and the role of a column, from all of its cells."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashgen.data.doubts import Doubt, Flag
from dashgen.data.names import (
    CALENDAR,
    COORDINATE,
    COUNTED,
    ENTITY,
    GROUP,
    IDENTIFIER,
    MOMENT,
    PER,
    PERSON,
    PLACE,
    SECRET,
    YEAR,
    added,
    averaged,
    plain,
)
from dashgen.data.profile import DAY_FIRST, LARGEST, MONTH_FIRST, SINCE_1970, UNIT, Profile
from dashgen.data.reading import FALSE, TRUE, Native, missing, moment, reader

FEW = 50  # values of a category that a list shows
SCALES = ((1, 5), (1, 7), (1, 10), (0, 10))
GROUPS = 31  # whole numbers that may be names, such as the days of a month
# A workbook's number formats: of zeros alone, and the currency in one.
ZEROS = re.compile("0{2,}")
LOCALE = re.compile(r"\[\$([^-\]]*)[^\]]*\]")


@dataclass(frozen=True)
class Column:
    """A column, as it was guessed or as the user has said."""

    name: str
    role: str
    type: str
    missing: float
    examples: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()
    decimal: str = ""
    format: str = ""
    unit: str = ""
    total: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Habits:
    """The decimal mark and the order of dates, from other columns of the file or from the user."""

    decimal: str | None = None
    day_first: bool | None = None


def habits(profiles: Iterable[Profile], decimal: str | None, day_first: bool | None) -> Habits:
    """Return the decimal mark and the order of dates that are sure somewhere in the file."""
    marks: set[str] = set()
    orders: set[bool] = set()
    for profile in profiles:
        if profile.filled and profile.marks and len(sure := profile.fitting("number")) == 1:
            marks.update(sure)
        forms = {form.split(" ")[0] for form in profile.fitting("datetime")}
        if len(forms) == 1:
            form = forms.pop()
            orders |= {True} if form in DAY_FIRST else {False} if form in MONTH_FIRST else set()
    return Habits(
        decimal or (marks.pop() if len(marks) == 1 else None),
        day_first if day_first is not None else (orders.pop() if len(orders) == 1 else None),
    )


def column(profile: Profile, habit: Habits, role: str = "", show: bool = False) -> Column:
    """Return the description of a column.

    Args:
        profile: All of its cells.
        habit: The habits of the file.
        role: The role that the user gives it. Empty if it is guessed.
        show: Whether it is shown although it looks like a secret or a person.
    """
    doubts: list[Doubt] = []
    kind, how = _type(profile, habit, doubts, role)
    guessed = _role(profile, kind, doubts)
    if role:
        kind, how = _as_role(role, kind, how)
    absent = {t: n for t, n in profile.absent.items() if missing(t, kind)}
    kept = profile.rows - sum(absent.values())
    if words := [t for t in absent if t]:
        doubts.append(Doubt(f"{', '.join(words[:5])} count as missing"))
    if not kept:
        doubts.append(Doubt("the column is empty and left off the page"))
    elif profile.distinct == 1 and profile.rows > 1:
        doubts.append(Doubt("all values are the same"))
    sensitive = _sensitive(profile)
    if sensitive:
        doubts.append(
            Doubt(
                f"{sensitive}, so it is left off the page",
                (Flag("show", profile.name, "shows it"),),
            )
        )
    unit, mixed = _unit(profile, kind)
    if mixed:
        flags = (Flag("column", f"{profile.name}=text", "keeps it as text"),)
        doubts.append(Doubt(mixed, flags, not role))
    mean = unit == "%" or averaged(profile.name)
    if not mean and guessed == "measure":
        looks = _scale(profile) if kind == "integer" else _level(profile, how)
        mean = bool(looks)
        if looks:
            doubts.append(Doubt(f"averaged, because {looks}"))
    return Column(
        profile.name,
        role or guessed,
        kind,
        round(sum(absent.values()) / profile.rows, 4) if profile.rows else 1.0,
        () if sensitive else tuple(map(_example(kind, how), profile.values.most_common(3))),
        tuple(doubts),
        decimal=how if kind in ("number", "integer") and how == "," else "",
        format=how if kind in ("text", "date", "datetime") and how != "iso" else "",
        unit=unit,
        total="mean" if (role or guessed) == "measure" and mean else "",
        hidden=bool(sensitive and not show) or not kept,
    )


def _as_role(role: str, kind: str, how: str) -> tuple[str, str]:
    """Return the type that goes with a role of the user's."""
    if role == "text" or (role == "identifier" and kind in ("integer", "number")):
        return "text", how if kind == "text" else ""
    return kind, how


def _example(kind: str, how: str) -> Callable[[tuple[str, int]], str]:
    read = reader("text", form=how) if kind == "text" and how else str
    return lambda counted: read(counted[0]) or ""


def _unit(profile: Profile, kind: str) -> tuple[str, str]:
    """Return the unit of a column's figures, and a problem if they have several."""
    if kind not in ("number", "integer"):
        return "", ""
    units = profile.units
    unit = units.most_common(1)[0][0] if units else _shown_unit(profile)
    if len(units) > 1:
        return unit, f"the figures are in {' and '.join(sorted(units))}"
    if kind == "number" and 0 < units["%"] < profile.distinct:
        return unit, "some figures have % and some have none"
    return unit, ""


def _scale(profile: Profile) -> str:
    """Return the ends of a scale, in words, if whole numbers keep to one, such as 1 to 5."""
    if profile.distinct > 11 or profile.filled < 20 or profile.units:
        return ""
    figures = sorted(int(value) for value in profile.values if value.isdigit())
    full = len(figures) == profile.distinct == figures[-1] - figures[0] + 1 if figures else False
    if not full or (figures[0], figures[-1]) not in SCALES or COUNTED.search(plain(profile.name)):
        return ""
    return f"the figures look like ratings from {figures[0]} to {figures[-1]}"


def _level(profile: Profile, mark: str) -> str:
    """Return why a sum of figures says nothing, where their name does not tell."""
    if profile.units or profile.filled < 20 or profile.distinct < 4 or added(profile.name):
        return ""
    read = reader("number", decimal=mark or ".")
    figures = [
        (float(figure), count)
        for text, count in profile.values.items()
        if (figure := read(text)) is not None
    ]
    if not figures:
        return ""
    low, high = min(figures)[0], max(figures)[0]
    if low >= 0 and high <= 1:
        return "the figures look like shares from 0 to 1"
    # A few negative amounts may be returned goods.
    below = sum(count for figure, count in figures if figure < 0)
    return "many figures are below zero" if 5 * below > sum(n for _, n in figures) else ""


def _shown_unit(profile: Profile) -> str:
    """Return the unit that a workbook shows with the figures of a column."""
    found = UNIT.search(LOCALE.sub(r"\1", profile.shown))
    return found[0] if found else ""


def _type(profile: Profile, habit: Habits, doubts: list[Doubt], role: str) -> tuple[str, str]:
    if not profile.filled:
        return "text", ""
    words = {value.lower() for value in profile.values}
    native = profile.natives == profile.filled
    if native and words <= {"true", "false"}:
        return "boolean", ""
    if native and ZEROS.fullmatch(profile.shown) and not profile.fractions:
        doubts.append(Doubt("text, because the workbook shows leading zeros"))
        return "text", profile.shown
    if profile.fitting("boolean") and len(words) == 2 and words & TRUE and words & FALSE:
        return "boolean", ""
    forms = profile.fitting("datetime")
    if forms and forms[0] in SINCE_1970:
        if _counts_from_1970(profile, forms[0], doubts, role):
            return "datetime", forms[0]
    elif forms and (forms != ["%Y%m%d"] or all(v[:2] in ("19", "20") for v in profile.values)):
        return _moment(profile, forms, habit, doubts, bool(role))
    if profile.fitting("time") and profile.clock:
        return "time", ""
    if marks := profile.fitting("number"):
        return _number(profile, marks, habit, doubts)
    if near := profile.nearly():
        kind, misfits = near
        named = ", ".join(misfits[:3])
        what = {"number": "figures", "datetime": "dates", "time": "times"}[kind]
        doubts.append(Doubt(f"text, because all cells are {what} but {named[:60]}"))
    return "text", ""


def _counts_from_1970(profile: Profile, form: str, doubts: list[Doubt], role: str) -> bool:
    """Say whether whole numbers of ten or thirteen digits are times, by the role or the name."""
    if profile.asis or role:  # a database has a type for times
        return role == "time" and not profile.asis
    unit = "seconds" if form == "unix" else "milliseconds"
    if MOMENT.search(plain(profile.name)):
        flag = Flag("column", f"{profile.name}=measure", "keeps the figures")
        doubts.append(Doubt(f"times in UTC, read as {unit} since 1970", (flag,)))
        return True
    flag = Flag("column", f"{profile.name}=time", "reads them so")
    doubts.append(Doubt(f"the figures may be times, as {unit} since 1970", (flag,)))
    return False


def _number(
    profile: Profile, marks: list[str], habit: Habits, doubts: list[Doubt]
) -> tuple[str, str]:
    if profile.zeros:
        doubts.append(Doubt("text, because of leading zeros"))
        return "text", ""
    if profile.dialled:
        doubts.append(Doubt("text, because figures with a plus look like phone numbers"))
        return "text", ""
    if profile.large:
        text = "text, because a figure beyond 2**53 would lose digits"
        if profile.limit < LARGEST:
            text = "text, because a workbook keeps only 15 digits of a figure"
        doubts.append(Doubt(text))
        return "text", ""
    mark = marks[0]
    if len(marks) == 2 and profile.marks:
        marked = [v for v in profile.values if "." in v or "," in v]
        example = next((v for v in marked if type(v) is not Native), "".join(marked[:1]))
        if habit.decimal in marks:
            mark = habit.decimal
        elif example:
            flags = (
                Flag("decimal", ",", "reads a comma as the decimal mark"),
                Flag("decimal", ".", "a point"),
            )
            doubts.append(Doubt(f"{example} may have decimals or thousands", flags, True))
            mark = "."
    elif len(marks) == 2:
        mark = "."
    whole = reader("integer", decimal=mark)
    integers = not profile.fractions or (
        not profile.many and all(whole(value) is not None for value in profile.values)
    )
    percent = "%" in profile.units
    return ("integer" if integers and not percent else "number"), mark


def _moment(
    profile: Profile, forms: list[str], habit: Habits, doubts: list[Doubt], stated: bool
) -> tuple[str, str]:
    if 0 < profile.zones < profile.distinct and "iso" in forms:
        doubts.append(Doubt("text, because some times have a time zone and some have none"))
        return "text", ""
    form = forms[0]
    first = [f for f in forms if f.split(" ")[0] in DAY_FIRST]
    second = [f for f in forms if f.split(" ")[0] in MONTH_FIRST]
    if profile.natives == profile.filled and "iso" in forms:
        form = "iso"
    elif first and second:
        pairs = ((v, moment(v, first[0]), moment(v, second[0])) for v in profile.values)
        example = next((v for v, one, other in pairs if one != other), None)
        if habit.day_first is None and example is not None:
            flags = (
                Flag("day-first", "", "reads the day first"),
                Flag("month-first", "", "the month"),
            )
            doubts.append(Doubt(f"{example} may begin with the day or the month", flags, True))
        form = second[0] if habit.day_first is False else first[0]
    if 0 < profile.natives < profile.filled:
        flags = (
            Flag("column", f"{profile.name}=time", "takes them as they are"),
            Flag("column", f"{profile.name}=text", "keeps all as text"),
        )
        text = "some dates are texts, so Excel may have swapped day and month of the others"
        doubts.append(Doubt(text, flags, not stated))
    if form.split(" ")[0].endswith("%y"):
        doubts.append(Doubt("years have two digits: 69 to 99 are 1969 to 1999"))
    if profile.zones:
        doubts.append(Doubt("times with a time zone are shown in UTC"))
    days = not profile.clock and "%H" not in form and "%I" not in form
    return ("date" if days else "datetime"), form


def _role(profile: Profile, kind: str, doubts: list[Doubt]) -> str:
    name = plain(profile.name)
    unique = profile.distinct >= profile.filled > 20
    if kind in ("date", "datetime"):
        return "time"
    if kind == "boolean":
        if set(profile.values) <= {"0", "1"}:
            doubts.append(Doubt("0 and 1 are read as no and yes"))
        return "flag"
    if kind in ("integer", "number"):
        if COORDINATE.search(name):
            return "place"
        if kind == "integer" and not profile.units:
            if YEAR.search(name) and all(
                v.isdigit() and 1000 < int(v) < 3000 for v in profile.values
            ):
                return "time"
            few = GROUP.search(name) and profile.distinct <= GROUPS
            if (few and not PER.search(name)) or _in_calendar(profile):
                return "category"
            if ENTITY.fullmatch(name):
                return "category" if profile.distinct <= FEW else "identifier"
            if IDENTIFIER.search(name):
                return "identifier"
            if unique and _counts_up(profile):
                doubts.append(Doubt("an identifier, because each row has the next number"))
                return "identifier"
        return "measure"
    if kind == "time":
        return "text"
    if PLACE.search(name) and profile.distinct <= 1000:
        return "place"
    coded = profile.zeros or profile.large or profile.dialled
    if coded or (IDENTIFIER.search(name) and profile.distinct > FEW):
        return "identifier"
    few = profile.distinct <= max(12, min(FEW, profile.filled * 0.5))
    # A survey has long answers that come again.
    again = profile.distinct <= 12 and profile.filled >= 2 * profile.distinct
    short = profile.longest <= 80 or again
    if (few or profile.distinct <= min(1000, profile.filled * 0.02)) and short:
        return "category"
    if unique and not profile.spaces and profile.longest <= 40:
        return "identifier"
    return "text"


def _in_calendar(profile: Profile) -> bool:
    """Say whether whole numbers are days of a month, weeks of a year or minutes of an hour."""
    named = CALENDAR.fullmatch(plain(profile.name))
    return bool(named) and all(v.isdigit() and int(v) < 60 for v in profile.values)


def _counts_up(profile: Profile) -> bool:
    if profile.many:
        return False
    figures = sorted(int(v) for v in profile.values if v.isdigit())
    return bool(figures) and figures[-1] - figures[0] == len(figures) - 1 and figures[0] in (0, 1)


def _sensitive(profile: Profile) -> str:
    half = profile.distinct / 2
    if profile.distinct and (profile.mails > half or profile.tokens > half or profile.cards > half):
        what = "mail addresses" if profile.mails > half else "secrets or account numbers"
        return f"the values look like {what}"
    name = plain(profile.name)
    if SECRET.search(name):
        return "the name is that of a secret"
    if PERSON.search(name):
        return "the name is that of personal data"
    return ""
