"""The type and the role of a column, from all of its cells."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dashgen.data.doubts import Doubt, Flag
from dashgen.data.reading import CURRENCIES, FALSE, NO_VALUE, TRUE, Native, missing, moment, reader

LARGEST = 2**53
FEWEST = 15  # digits that any figure keeps
REMEMBERED = 100_000
FEW = 50  # values of a category that a list shows
PATIENCE = 40  # different cells that do not fit before a type is given up

DAY_FIRST = {"%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y", "%d/%m/%y": "%m/%d/%y"}
MONTH_FIRST = {month: day for day, month in DAY_FIRST.items()}
DAYS = (
    *DAY_FIRST,
    *MONTH_FIRST,
    "%d.%m.%Y",
    "%d.%m.%y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y-%m",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%b %d %Y",
    "%d %B %Y",
    "%B %d, %Y",
)
FORMS = (
    "iso",
    "quarter",
    "%Y%m%d",
    "%b %Y",
    "%b-%Y",
    "%Y-%b",
    "%B %Y",
    "%b-%d-%Y",
    *DAYS,
    *(f"{day}{time}" for day in DAYS for time in (" %H:%M", " %H:%M:%S", " %I:%M %p")),
)

# Whole numbers that are perhaps times: from 2001 to 2033.
SINCE_1970 = {"unix": re.compile(r"1[0-9]{9}"), "unix-ms": re.compile(r"1[0-9]{12}")}
ZONE = re.compile(r"(T|\d{2}:)\d{2}.*(Z|[+-]\d{2}(:?\d{2}){0,2})$")
PLAIN = re.compile(r"-?[0-9]+")
POINT = re.compile(r"-?[0-9]+\.[0-9]+")
ISO = ("datetime", "iso")
NUMBERS = {("number", "."), ("number", ",")}
LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
LOCALE = re.compile(r"\[\$([^-\]]*)[^\]]*\]")
ZEROS = re.compile("0{2,}")
UNIT = re.compile(rf"%|{CURRENCIES}")


def _word(*words: str) -> re.Pattern[str]:
    """Return a pattern that finds one of the words in a name, as a separate word."""
    return re.compile(rf"(^|[ ._-])({'|'.join(words)})($|[ ._-])", re.IGNORECASE)


def _part(*parts: str) -> re.Pattern[str]:
    """Return a pattern that finds one of the texts anywhere in a name."""
    return re.compile("|".join(parts), re.IGNORECASE)


def _alone(*words: str) -> re.Pattern[str]:
    """Return a pattern that finds one of the words in a name, beside digits or signs."""
    letter = r"[^\W\d_]"
    return re.compile(rf"(?<!{letter})({'|'.join(words)})(?!{letter})", re.IGNORECASE)


COORDINATES = ("lat", "latitude", "lon", "lng", "long", "longitude")
# Before `id` in one word. Others, such as `paid` and `covid`, only end so.
OWNERS = "|".join(
    (
        *("user", "customer", "client", "order", "product", "item", "account", "employee", "emp"),
        *("person", "player", "patient", "student", "member", "team", "game", "event", "trip"),
        *("session", "device", "station", "store", "shop", "movie", "post", "object", "record"),
        *("transaction", "invoice", "payment", "parent", "company", "group", "location", "row"),
    )
)
IDENTIFIER = _word(
    *(f"({OWNERS})?id", "nr", "no", "number(?! of)", "code", "key", "zip", "plz", "postal"),
    *("postcode", "isbn", "ean", "sku", "uuid", "index"),
)
YEAR = _word("year", "jahr", "année", "annee", "año", "yr", "season")
MOMENT = _word(
    *("ts", "time", "times", "timestamp", "date", "datetime", "epoch", "unix", "at", "when"),
    *("created", "updated", "modified", "started", "ended", "zeit", "zeitstempel", "datum"),
)
COORDINATE = _word(*COORDINATES)
PLACE = _word(
    *("country", "land", "city", "town", "state", "county", "province"),
    *("stadt", "ort", "pays", "ville", *COORDINATES),
)
# Few whole numbers in a column of such a name are names, not amounts.
GROUP = _word(
    *("quarter", "quartal", "month", "monat", "weekday", "wochentag", "hour", "stunde", "class"),
    *("group", "cluster", "grade", "level", "stage", "category", "type", "kind", "region", "zone"),
)
GROUPS = 31
# A sum of these says nothing, so the page shows their mean.
MEAN = _part(
    *("price", "preis", "score", "rating", "percent", "share", "average", "avg", "mean", "per "),
    *("length", "width", "height", "depth", "weight", "speed", "density", "%", "expect"),
    *("discount", "margin", "index", "(rate|ratio)s?([^a-z]|$)", "(^|[^a-z])temp"),
    *("(^|[^a-z])(age|alter|year)([^a-z]|$)",),
)
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
TOKEN = re.compile(
    r"(sk|pk|ghp|gho|xox[bp]|AKIA|eyJ)[-_A-Za-z0-9.]{16,}|[0-9a-f]{32,}", re.IGNORECASE
)
PHONE = re.compile(r"\+[1-9][0-9 ]{7,}")
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
NUMBER = "(no|nr|num|numbers?)"
SECRET = _alone(
    *(r"\w*passw\w*", "(api|app|client)?secrets?", "(access|api|auth|refresh|session)?token"),
    *("api.?keys?", "iban", rf"(credit)?card.?{NUMBER}", "credit.?cards?", "ssn"),
    r"social.?sec\w*",
)
PERSON = _alone(
    *(r"(user|customer|contact)?e[- _]?mails?(address)?", rf"(tele|cell)?phones?{NUMBER}?"),
    *(r"\w*telefon\w*", "tel", "fax", rf"mobile{NUMBER}?", "(first|last|full|sur).?names?"),
    *("(vor|nach)namen?", "birth.?(day|date|place|year)s?", "birth(?!.(rate|weight))"),
    *(r"\w*address(es)?", r"\w*adressen?", "streets?(name)?", r"\w*stra(ss|ß)en?(name)?"),
    *("passports?", r"geburt(s[dtjo]\w+)?"),
)


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


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    """Return a reader of the cells that a pattern matches as a whole."""
    return lambda cell: cell if pattern.fullmatch(cell) else None


@dataclass
class Fit:
    """How well the cells fit one way to read them."""

    read: Callable[[str], str | None]
    misfits: list[str] = field(default_factory=list)
    fits: int = 0


class Profile:
    """The facts about a column's cells, which come in blocks.

    Args:
        name: The column's name.
        typed: Whether cells may have their type in the file.
        limit: The largest whole number that has all of its digits.
        shown: The number format that a workbook shows it in.
        asis: Whether a text stays one, because a database has it.
    """

    def __init__(
        self,
        name: str,
        *,
        typed: bool = False,
        limit: int = LARGEST,
        shown: str = "",
        asis: bool = False,
    ) -> None:
        self.name = name
        self.typed = typed
        self.limit = limit
        self.shown = shown
        self.asis = asis
        self.natives = 0
        self.rows = 0
        self.values: Counter[str] = Counter()
        self.many = False
        self.absent: Counter[str] = Counter()
        self.fits: dict[tuple[str, str], Fit] = {
            **{("number", mark): Fit(reader("number", decimal=mark)) for mark in ".,"},
            ("boolean", ""): Fit(reader("boolean")),
            ("time", ""): Fit(reader("time")),
            **{("datetime", form): Fit(reader("datetime", form=form)) for form in FORMS},
            **{("datetime", form): Fit(_matching(what)) for form, what in SINCE_1970.items()},
        }
        self.longest = 0
        self.zones = 0
        self.distinct = 0
        self.units: Counter[str] = Counter()
        self.zeros = self.large = self.fractions = self.clock = self.marks = 0
        self.mails = self.tokens = self.cards = self.spaces = self.phones = 0
        self.settled = False

    def add(self, cells: Iterable[str]) -> None:
        """Take a block of cells."""
        if self.typed:
            # A text and a figure may be equal as texts.
            block = list(cells)
            natives: Counter[str] = Counter(cell for cell in block if type(cell) is Native)
            self.natives += natives.total()
            self._count(natives)
            cells = (cell for cell in block if type(cell) is not Native)
        self._count(Counter(cells))

    def _count(self, counts: Counter[str]) -> None:
        self.rows += counts.total()
        for cell, count in counts.items():
            text = cell if type(cell) is Native else cell.strip()
            if text.lower() in NO_VALUE:
                self.absent[text] += count
                continue
            known = text in self.values
            if known or len(self.values) < REMEMBERED:
                self.values[text] += count
            else:
                self.many = True
            self.distinct += not known
            if not known or (self.typed and type(text) is not Native):
                self._look(text)

    def _look(self, text: str) -> None:
        self.longest = max(self.longest, len(text))
        self.spaces += " " in text
        self.clock += ":" in text
        self.marks += type(text) is not Native and ("." in text or "," in text)
        if self.settled and self._is_number(text):
            return
        if PLAIN.fullmatch(text):
            self.zeros += bool(LEADING_ZERO.fullmatch(text))
            self.large += self._is_large(text)
            self.cards += _is_card(text)
        else:
            self.fractions += 1
            self.zones += bool(ZONE.search(text))
            self.phones += bool(PHONE.fullmatch(text))
            self.mails += bool(MAIL.fullmatch(text))
            self.cards += _is_card(text.replace(" ", "").replace("-", ""))
            self.tokens += bool(TOKEN.fullmatch(text) or IBAN.fullmatch(text.replace(" ", "")))
            if unit := UNIT.search(text):
                self.units[unit[0]] += 1
        if self.asis and type(text) is not Native:
            self.fits.clear()
        for way, fit in list(self.fits.items()):
            found = fit.read(text)
            if found is not None:
                fit.fits += 1
                if way[0] == "number":
                    self.large += found != text and self._is_large(found)
                elif way == ISO:
                    self.clock += not found.endswith(" 00:00:00")
                continue
            fit.misfits.append(text)
            if len(fit.misfits) > PATIENCE or (not fit.fits and len(fit.misfits) > 3):
                del self.fits[way]
        self.settled = self.fits.keys() <= NUMBERS and bool(self.fits)

    def _is_large(self, figure: str) -> bool:
        """Say whether a figure is a whole number with more digits than are kept."""
        long = len(figure) > FEWEST and PLAIN.fullmatch(figure)
        return bool(long) and abs(int(figure[:30])) > self.limit

    def _is_number(self, text: str) -> bool:
        """Say whether a cell is like most of a column of numbers, without a look at all else."""
        plain = bool(PLAIN.fullmatch(text)) and len(text) < 13 and not LEADING_ZERO.fullmatch(text)
        pointed = self.fits.keys() == {("number", ".")} or type(text) is Native
        if not plain and not (pointed and POINT.fullmatch(text)):
            return False
        self.fractions += not plain
        for fit in self.fits.values():
            fit.fits += 1
        return True

    def fitting(self, kind: str) -> list[str]:
        """Return the ways to read all cells as a type: decimal marks, or forms of dates."""
        return [how for (type_, how), fit in self.fits.items() if type_ == kind and not fit.misfits]

    def nearly(self) -> tuple[str, list[str]] | None:
        """Return a type that all cells fit but few, and those."""
        found = [
            (kind, fit.misfits)
            for (kind, _), fit in self.fits.items()
            if fit.misfits and fit.fits >= 5 * len(fit.misfits) and kind != "boolean"
        ]
        return min(found, key=lambda one: len(one[1]), default=None)

    @property
    def dialled(self) -> bool:
        """Whether all cells look like phone numbers."""
        return 0 < self.distinct <= self.phones

    @property
    def filled(self) -> int:
        return self.rows - self.absent.total()


def _is_card(digits: str) -> bool:
    """Say whether a text may be the number of a card, by its length and Luhn's check digit."""
    if not (digits.isdecimal() and 13 <= len(digits) <= 19):
        return False
    figures = [int(d) for d in reversed(digits)]
    return (
        len(set(figures)) > 1
        and (sum(figures[::2]) + sum(sum(divmod(2 * d, 10)) for d in figures[1::2])) % 10 == 0
    )


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
    unit = mixed = ""
    if kind in ("number", "integer"):
        unit = profile.units.most_common(1)[0][0] if profile.units else _shown_unit(profile)
        if len(profile.units) > 1:
            mixed = f"the figures are in {' and '.join(sorted(profile.units))}"
        elif kind == "number" and 0 < profile.units["%"] < profile.distinct:
            mixed = "some figures have % and some have none"
    if mixed:
        flags = (Flag("column", f"{profile.name}=text", "keeps it as text"),)
        doubts.append(Doubt(mixed, flags, not role))
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
        total="mean"
        if (role or guessed) == "measure" and (unit == "%" or MEAN.search(_plain(profile.name)))
        else "",
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
    if MOMENT.search(_plain(profile.name)):
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
    name = _plain(profile.name)
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
            if GROUP.search(name) and profile.distinct <= GROUPS:
                return "category"
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
    if (few or profile.distinct <= min(1000, profile.filled * 0.02)) and profile.longest <= 80:
        return "category"
    if unique and not profile.spaces and profile.longest <= 40:
        return "identifier"
    return "text"


def _plain(name: str) -> str:
    """Return a name with its words apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


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
    name = _plain(profile.name)
    if SECRET.search(name):
        return "the name is that of a secret"
    if PERSON.search(name):
        return "the name is that of personal data"
    return ""
