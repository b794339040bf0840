"""The order of values by their meaning: weekdays, months, age groups, answers of a survey.

Without it a chart would show Friday before Monday, because Friday had more sales.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

# English, German, French, Spanish. Three letters are enough, such as Mon.
WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miercoles jueves viernes sabado domingo
"""
MONTHS = """
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
"""
# From the least to the most. A bar separates words of the same step.
SCALES = """
strongly disagree, disagree, somewhat disagree|rather disagree, neutral|neither agree nor disagree|\
undecided|neither, somewhat agree|rather agree, agree, strongly agree
very dissatisfied|very unsatisfied, dissatisfied|unsatisfied, somewhat dissatisfied, \
neutral|neither satisfied nor dissatisfied, somewhat satisfied, satisfied, very satisfied
very unlikely, unlikely, neutral, likely, very likely
very poor, poor, fair, average|neutral, good, very good, excellent|outstanding
very bad|terrible, bad, ok|okay|neutral|average, good, very good|great
not at all, slightly|a little, somewhat|moderately, quite|mostly, very|very much, extremely
not important, slightly important, moderately important, important, very important
never, almost never, rarely|seldom, sometimes|occasionally, often|frequently, usually, \
almost always, always
none, very low|minimal, low|minor|mild, medium|moderate|mid|normal, high|major|severe, \
very high, critical|urgent|extreme
beginner, intermediate, advanced, expert
xxs, xs, s, m, l, xl, xxl, xxxl
very small|tiny, small, medium, large|big, very large|huge
child|children, teen|teenager, young adult, adult, senior
bronze, silver, gold, platinum, diamond
morning, noon, afternoon, evening, night
spring, summer, autumn|fall, winter
stimme uberhaupt nicht zu|stimme gar nicht zu, stimme nicht zu, stimme eher nicht zu, \
neutral|teils teils|weder noch, stimme eher zu, stimme zu, stimme voll zu|stimme voll und ganz zu
trifft uberhaupt nicht zu|trifft gar nicht zu, trifft nicht zu, trifft eher nicht zu, \
neutral|teils teils, trifft eher zu, trifft zu, trifft voll zu|trifft voll und ganz zu
sehr unzufrieden, unzufrieden, eher unzufrieden, neutral|teils teils, eher zufrieden, zufrieden, \
sehr zufrieden
sehr schlecht, schlecht, mittel|mittelmassig|neutral, gut, sehr gut
nie|niemals, selten, manchmal|gelegentlich, oft|haufig, meistens, immer
sehr niedrig|sehr gering, niedrig|gering, mittel|normal, hoch, sehr hoch, kritisch
sehr klein, klein, mittel, gross, sehr gross
fruhling|fruhjahr, sommer, herbst, winter
"""
# Answers beside a scale. They come last.
BESIDE = re.compile(
    r"others?|unknown|n/?a|not applicable|(i )?do ?n[o']?t know|no (answer|opinion|response)"
    r"|prefer not to (say|answer)|missing|andere|sonstiges?|unbekannt|keine (angabe|antwort)"
    r"|weiss nicht|-+"
)
COUNTS = (
    r"q|quarter|quartal|w|wk|week|kw|woche|day|tag|month|monat|year|jahr|hour|stunde|h"
    r"|grade|klasse|level|lvl|stufe|step|stage|phase|stars?|sterne?|p|prio|priority"
    r"|round|runde|period|decile|quartile|quintile|tier"
)
# Q1, Week 3, 4 stars, Q1 2024, 2024-Q1, 2nd quarter.
COUNTED = re.compile(
    r"(?:(\d{4})[ /]?)?"
    rf"(?:(?:{COUNTS}) ?(\d{{1,3}})|(\d{{1,3}})(?:st|nd|rd|th|\.)? ?(?:{COUNTS}))"
    r"(?:[ /](\d{4}))?"
)
NUMBERED = re.compile(r"(\d{1,3})[ .:)]+[^\W\d].*")
LESS = r"under|below|less than|up to|unter|bis|weniger als|<=?|≤"
MORE = r"over|above|more than|at least|from|uber|ab|mehr als|>=?|≥"
FIGURE = r"[$€£]? ?(\d[\d.,']*) ?([km](?![a-z]))?"
# 18 to 24, <18, 65+, under 18, $1,000 to $5,000, 1 to 3 years, 50 and over.
RANGE = re.compile(
    rf"(?:({LESS})|({MORE}))? ?{FIGURE}(?: ?(?:[-\u2013\u2014]|to|bis) ?{FIGURE})? ?"
    r"(\+)? ?([^\d+]{0,12}?)"
    r"(?: ?(?:((?:and|or|und) (?:under|less|younger|junger|weniger))"
    r"|((?:and|or|und) (?:over|above|older|more|alter|mehr))))?"
)
GROUPED = re.compile(r"\d{1,3}([.,']\d{3})+")
MANY = 12  # whole numbers that may be codes, such as those of stores
FEW = 5  # values that two letters must name, because MO and MI are states, too
Places = list[tuple[float, ...]]


def ordered(names: Sequence[str]) -> list[str]:
    """Return values in the order of their meaning. Empty if they have none, or one is unknown."""
    ranked = ranks([plain(name) for name in names])
    if len(names) < 2 or ranked is None:
        return []
    return [name for _, _, name in sorted(zip(ranked, names, names, strict=True))]


def plain(name: str) -> str:
    """Return a value in small letters, without accents, and with single spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(kept.replace("_", " ").replace("\u2019", "'").split())


def ranks(names: list[str]) -> Places | None:
    """Return a place for each value. Answers beside a scale come last."""
    told = [name for name in names if not BESIDE.fullmatch(name)]
    if len(set(told)) < 2:
        return None
    ways: list[Callable[[list[str]], Places | None]] = [
        lambda known: calendar(known, WEEKDAYS),
        lambda known: calendar(known, MONTHS),
        scale,
        counted,
        ranges,
        whole,
        numbered,
    ]
    for way in ways:
        if found := way(told):
            places = dict(zip(told, found, strict=True))
            return [places.get(name, (float("inf"),)) for name in names]
    return None


def calendar(names: list[str], languages: str) -> Places | None:
    """Return the places of weekdays or months, in full or by their first letters."""
    short = [re.sub("^mrz$", "marz", name.rstrip(".")) for name in names]
    least = 2 if len(names) >= FEW else 3
    for line in languages.strip().splitlines():
        words = line.split()
        fits = [
            [words.index(name)]
            if name in words
            else [place for place, word in enumerate(words) if word.startswith(name)]
            for name in short
        ]
        if all(len(places) == 1 for places in fits) and min(map(len, short)) >= least:
            return [(places[0],) for places in fits]
    return None


def scale(names: list[str]) -> Places | None:
    """Return the places of answers on a scale."""
    spaced = [name.replace("-", " ").replace("/", " ") for name in names]
    for line in SCALES.strip().splitlines():
        steps = [step.strip().split("|") for step in line.split(",")]
        places = {word: place for place, words in enumerate(steps) for word in words}
        if all(name in places for name in spaced):
            return [(places[name],) for name in spaced]
    return None


def counted(names: list[str]) -> Places | None:
    """Return the places of counted things, such as quarters, weeks and stars."""
    found = matches(COUNTED, (name.replace("-", " ") for name in names))
    parts = [match.groups() for match in found]
    return [(int(year or after or 0), int(number or first)) for year, number, first, after in parts]


def ranges(names: list[str]) -> Places | None:
    """Return the places of groups between numbers, such as ages and incomes, in one unit."""
    parts = [match.groups() for match in matches(RANGE, names)]
    places: Places = []
    marked = 0
    units = set()
    for less, more, low, size, high, higher, plus, unit, down, up in parts:
        side = bool(more or plus or up) - bool(less or down)
        marked += bool(side or high)
        units.add(unit.strip(" .").rstrip("s"))
        places.append((figure(low, size or higher), side, figure(high or "0", higher)))
    return places if 2 * marked >= len(names) and len(units - {""}) < 2 else None


def figure(text: str, size: str | None) -> float:
    """Return a number as a name has it: 1,000 or 1.5 or 20k."""
    kept = text.rstrip(".,'")
    kept = re.sub(r"[.,']", "", kept) if GROUPED.fullmatch(kept) else kept.replace(",", ".")
    try:
        value = float(kept)
    except ValueError:  # 1.2.3
        value = float("inf")
    return value * {"k": 1e3, "m": 1e6}.get(size or "", 1)


def whole(names: list[str]) -> Places | None:
    """Return the places of whole numbers, such as years and hours: few, or without a gap."""
    if not all(re.fullmatch(r"[0-9]{1,4}", name) for name in names):
        return None
    numbers = [int(name) for name in names]
    if len(numbers) > MANY and len(set(numbers)) != max(numbers) - min(numbers) + 1:
        return None
    return [(number,) for number in numbers]


def numbered(names: list[str]) -> Places | None:
    """Return the places of texts that begin with a number of their own: 1. Open, 2. Closed."""
    found = matches(NUMBERED, (re.sub(" ?- ?", ". ", name, count=1) for name in names))
    numbers = [int(match[1]) for match in found]
    if not numbers or len(set(numbers)) != max(numbers) - min(numbers) + 1 or min(numbers) > 1:
        return None
    return [(number,) for number in numbers]


def matches(pattern: re.Pattern[str], names: Iterable[str]) -> list[re.Match[str]]:
    """Return the matches of all values. Empty if one does not match."""
    found = [pattern.fullmatch(name) for name in names]
    known = [match for match in found if match]
    return known if len(known) == len(found) else []
