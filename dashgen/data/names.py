"""The words in a column's name that tell its role."""

import re


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
# A sum of these says nothing, so the page shows their mean.
MEAN = _part(
    *("price", "preis", "score", "rating", "percent", "share", "average", "avg", "mean", "per "),
    *("length", "width", "height", "depth", "weight", "speed", "density", "%", "expect"),
    *("discount", "margin", "index", "(rate|ratio)s?([^a-z]|$)", "(^|[^a-z])temp"),
    *("(^|[^a-z])(age|alter|year)([^a-z]|$)",),
)
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


def plain(name: str) -> str:
    """Return a name with its words apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
