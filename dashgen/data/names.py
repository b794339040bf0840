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
# A file may have a list of these things, and each of them has a number or a name.
THINGS = (
    *("user", "customer", "client", "product", "item", "employee", "person", "player", "patient"),
    *("student", "member", "team", "device", "station", "store", "shop"),
)
# Before `id` in one word. Others, such as `paid` and `covid`, only end so.
OWNERS = "|".join(
    (
        *(*THINGS, "order", "account", "emp", "game", "event", "trip", "session", "movie", "post"),
        *("object", "record", "transaction", "invoice", "payment", "parent", "company", "group"),
        *("location", "row"),
    )
)
IDENTIFIER = _word(
    *(f"({OWNERS})?id", "nr", "no", "number(?! of)", "code", "key", "zip", "plz", "postal"),
    *("postcode", "isbn", "ean", "sku", "uuid", "index", "iso.?num(eric)?"),
    *("zip.?codes?", "fips", "geoid", f"({OWNERS})[ ._-]?num"),
)
# The whole name. A number of one of these is its name, while `stores` would be an amount.
ENTITY = re.compile(
    "|".join(
        (
            *(*THINGS, "flight", "route", "bus", "train", "dep(artmen)?t", "branch", "machine"),
            *("vehicle", "driver", "agent", "batch", "lot", "ward", "gate", "aisle", "kunde"),
            *("produkt", "artikel", "filiale", "maschine", "fahrzeug", "abteilung", "linie"),
        )
    ),
    re.IGNORECASE,
)
YEAR = _word("year", "jahr", "année", "annee", "año", "yr", "season", "decade", "cycle")
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
    *("quarter", "quartal", "month", "monat", "weekday", "wochentag", "hour", "stunde", "p?class"),
    *("group", "cluster", "grade", "level", "stage", "category", "type", "kind", "region", "zone"),
)
# The whole name of a part of an hour, a month or a year. Plurals are amounts.
CALENDAR = re.compile(
    r"((iso|calendar|kalender)[ ._-]?)?(day|tag|week|woche|kw|minute)"
    r"([ ._-]?(of\b.*|n[or]|num(ber)?))?",
    re.IGNORECASE,
)
# Orders per month are an amount.
PER = _word("per", "pro", "je")
# A sum of these says nothing, so the page shows their mean.
_MEAN = _alone(
    *("averages?", "avg", "means?", "median", r"\w*durchschnitt\w*", "mittel(wert)?", "std(dev)?"),
    *("deviation", "variance", "abweichung", "max(imum)?", "minimum", "percentiles?"),
    *(r"\w*percent(age)?s?", "pe?r?ct", "prozent", "per", r"per.?cap(ita)?", "share", "proportion"),
    *("ratios?", r"\w*anteil", r"\w*quoten?", "(birth|death|growth|interest|bounce|heart)?rates?"),
    *("(klick|fehler|geburten|sterbe|wachstums|absprung)rate", r"\w*density", r"\w*dichte"),
    *("index", "indices", "expectancy", r"life.?exp\w*", "rank(ing)?", "position"),
    # Finance
    *("margins?", "marge", "yields?", "zinss(a|ä|ae)tze?", "(wechsel|aktien|schluss)?kurse?"),
    *("adj.?close", "roi", "roas", "roe", "irr", "cagr", "apr", "apy", "cp[acm]", "ctr", "arpu"),
    *("aov", "eps", r"volatilit(y|ät)", "p/e"),
    # Sensors
    *("temp(erature)?s?", r"\w*temperatur(en)?", "humidity", "moisture", r"\w*feucht(e|igkeit)"),
    *("(air)?pressure", "(luft|blut|wasser|reifen)?druck", "v", "volts?", "voltage", "spannung"),
    *("hpa", "battery", "batterie", "akku", r"\w*speeds?", "velocity", r"\w*geschwindigkeit"),
    *("rpm", "drehzahl", "pp[bm]", "pm ?(2.?5|10)", "aqi", "ph", "dba?", "decibels?", "dezibel"),
    *("rssi", "snr", "lux", "dew.?point", "taupunkt", "[kmg]?hz", "km/h", "mph", "kph"),
    *("altitude", "elevation", "visibility", "mag(nitude)?s?", "rms", "angle", "winkel"),
    # Cars
    *("mpg", "cylinders?", "displacement", "horse.?power", "hp", "acceleration", "torque"),
    # The web and machines
    *("latency", "latenz", "ping", "jitter", "(response|load|wait|lead|cycle).?times?"),
    *("delays?", r"\w*versp(ä|ae)tung(en)?"),
    *("(lade|antwort|warte)zeit(en)?", "[cg]pu", "(memory|ram|disk).usage", "utili[sz]ation"),
    *("auslastung", "occupancy", "availability", "verf(ü|ue)gbarkeit"),
    # Banks
    *("balances?", r"\w*saldo", "kontostand"),
    # Surveys and schools
    *("nps", "csat", "satisfaction", r"\w*zufriedenheit", "stars?", "sterne?", "gpa", "noten?"),
    *("(dis)?approv(al|e)", "(un)?favou?rable", "elo", "p.?val(ue)?s?", r"p\d\d(th)?"),
    *("likelihood", "probability", "wahrscheinlichkeit", "confidence", "importance", "wichtigkeit"),
    # Health
    *("bmi", "pulse?", "bpm", "systoli(c|sch)", "diastoli(c|sch)", "glucose", "blutzucker"),
    *("cholesterol", "cholesterin", "hba1c", "spo2", "(durchschnitts|lebens)?alter", "age"),
)
# These also stand in the names of sums, such as `Total price` and `Number of ratings`.
_SIZE = _alone(
    *(r"\w*prices?", r"\w*preise?", "unit.costs?", "st(ü|ue)ckkosten", r"\w*scores?"),
    *(r"\w*ratings?", r"\w*bewertung(en)?", "discounts?", "rabatte?", r"\w*weights?", "gewicht"),
    *(r"\w*(length|width|height|depth)s?", "l(ä|ae)nge", "breite", "h(ö|oe)he", "tiefe", "co2"),
    *("(k(ö|oe)rper)?gr(ö|oe)(ß|ss)e", "salar(y|ies)", "wages?", r"\w*gehalt", r"\w*geh(ä|ae)lter"),
    *(r"\w*lohn", r"\w*l(ö|oe)hne", "years", r"\w*jahre", "tenure", "seniority", "mass(es)?"),
    *("imdb", "metacritic", "rotten.?tomatoes", "bias", "(abs(olute)?.?)?error"),
)
_SUM = _alone(
    *("totals?", r"gesamt\w*", "sum", "summe", "counts?", "numbers?", "anzahl", "emission(s|en)?"),
    *("tons?", "tonnes?", "tonnen", "kg", "kt", "t", "votes?", "stimmen", "# ?of"),
)
# Sums of amounts say something, also if these are small or below zero.
_AMOUNT = _alone(
    *("amounts?", "betr(a|ä|ae)ge?", "revenues?", "sales", "turnover", "income", "costs?"),
    *("profits?", "loss(es)?", "gains?", "net", "gross", "p.?n.?l", "cash", "flows?", "fees?"),
    *("tax(es)?", "tips?", "charges?", "payments?", "spend(ing)?", "budget"),
    *(r"\w*kosten", r"\w*umsatz", r"\w*gewinn", r"\w*menge", r"\w*verbrauch", r"energie\w*"),
    *("quantity", "qty", "volume", "usage", "consumption", "demand", "supply", "production"),
    *("generation", "energy", "load", "imports?", "exports?", r"precip\w*", r"rain\w*"),
    *("snow(fall)?", r"\w*niederschlag", "regen", "hours?", "hrs?", "h", "min(ute)?s?", "miles?"),
    *("km", "mm", "cm", "inch(es)?", "[kmg]?wh", "g", "l", "lit(er|re)s?", "[kmgt]b"),
)
# The whole name.
_WHOLE = re.compile(
    r"((?!(this|last|next|previous|prior|per)\b)\w+[ ._-])?(year|jahr|baujahr)"
    r"|open|high|low|close|[xyz]\d?"
    r"|(?!.*(full|part|over|total)[ ._-])(.*[ ._-])?time"
    r"([ ._-]\(?(h|hours?|min(utes)?|m?s|sec(onds)?)\)?)?",
    re.IGNORECASE,
)
# Whole numbers of such a name are counted things, also if they are few. Plurals are counted.
COUNTED = _alone(
    *("how (many|much|often)", "wie ?(viele?|oft)", "quantity", "qty", r"\w*menge", "count"),
    *("anzahl", "number", "num", "n", "size", "amount", r"\w*stück", "people", "children", "pax"),
    *("kinder", "personen", "zimmer", "n(ä|ae)chte", "g(ä|ae)ste", "tage", "jahre?", "year"),
    r"\w{2,}[^\W\dsu]s(?!.*[ ?])",
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


def added(name: str) -> bool:
    """Say whether figures of such a name are amounts, of which a sum says something."""
    words = plain(name)
    return bool(_SUM.search(words) or _AMOUNT.search(words))


def averaged(name: str) -> bool:
    """Say whether a sum of such figures says nothing."""
    words = plain(name)
    sure = _MEAN.search(words) or _MEAN.search(name) or _WHOLE.fullmatch(words)
    if sure or "%" in name or "°" in name:
        return True
    return bool(_SIZE.search(words) and not _SUM.search(words))
