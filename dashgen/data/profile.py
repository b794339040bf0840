"""The facts about a column's cells."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dashgen.data.reading import CURRENCIES, NO_VALUE, Native, reader

LARGEST = 2**53
FEWEST = 15  # digits that any figure keeps
REMEMBERED = 100_000
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
    *(
        f"{day}{time}"
        for day in DAYS
        for time in (" %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    ),
)

# Whole numbers that are perhaps times: from 2001 to 2033.
SINCE_1970 = {"unix": re.compile(r"1[0-9]{9}"), "unix-ms": re.compile(r"1[0-9]{12}")}
ZONE = re.compile(r"(T|\d{2}:)\d{2}.*(Z|[+-]\d{2}(:?\d{2}){0,2})$")
PLAIN = re.compile(r"-?[0-9]+")
POINT = re.compile(r"-?[0-9]+\.[0-9]+")
ISO = ("datetime", "iso")
NUMBERS = {("number", "."), ("number", ",")}
LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
UNIT = re.compile(rf"%|{CURRENCIES}")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
TOKEN = re.compile(
    r"(sk|pk|ghp|gho|xox[bp]|AKIA|eyJ)[-_A-Za-z0-9.]{16,}|[0-9a-f]{32,}", re.IGNORECASE
)
PHONE = re.compile(r"\+[1-9][0-9 ]{7,}")
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")


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
