"""Which measures are averaged: a sum of prices, percentages or ratings says nothing."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from dashgen.data.columns import Column
from dashgen.data.describe import described

AVERAGED = """
Unit price, unitPrice, Verkaufspreis, price_eur, Unit cost, unit_costs, Stückkosten, Discount,
Margin, Rate, birth_rate, Exchange rate, Wechselkurs, Zinssatz, Interest rate, Yield (%), ROI,
roas, CPC, CTR, aov, volatility, Adj Close, High, P/E ratio, Market share, Marktanteil, Quote,
Klickrate, Anteil (%), pct, pct_change, Percent, percentage, Prozent, Mean, avg_order, Average
order value, Durchschnitt, Median income, GDP per capita, gdpPercap, lifeExp, Life expectancy,
p95, std, Maximum, humidity, humidity_pct, Luftfeuchtigkeit, rel. Feuchte, pressure_hpa,
Luftdruck, Blutdruck, battery_v, Battery, voltage, Volt, Spannung (V), temp, temperature_c,
Außentemperatur, °C, Wind speed, rpm, Drehzahl, ppm, co2, CO2 (ppm), co2_ppm, PM2.5, pm10, AQI,
ph, dB, Noise (dBA), rssi, lux, dew point, Taupunkt, latency, latency_ms, ping, Response time
(ms), Ladezeit, Bounce rate, CPU usage, memory_usage, cpu, Auslastung, Position, Rank, NPS, CSAT,
satisfaction, Satisfaction (1-5), Zufriedenheit, Kundenzufriedenheit, Rating, user_rating,
Bewertung, stars, Sterne, score, Test score, GPA, Note, Likelihood to recommend, probability,
Wahrscheinlichkeit, BMI, Heart rate, pulse, Puls, Systolic, Blood pressure, glucose, cholesterol,
Total cholesterol, HbA1c, SpO2, Age, Alter, Durchschnittsalter, height_cm, Körpergröße, Gewicht,
weight, sepal_length, Länge, density, Build year, Baujahr, birthweight, windspeed, Wavelength,
growth_rate, Fehlerrate, Laenge, dBA, Stueckkosten, Akku, Balance,
Account balance, Saldo, Kontostand, Salary, base_salary, Hourly wage, Gehalt, Stundenlohn,
Years at company, years_experience, Tenure, Betriebsjahre, YearsInRole, dep_delay, Verspätung,
air_time, Delivery time (min), elapsed_time_ms, body_mass_g, mag, Magnitude, rms,
mpg, horsepower, Cylinders, absolute_error, net_approval, Approve, elo, IMDB, winpercent, P25th, x
"""
ADDED = """
Revenue, Umsatz, Sales, Cost, costs, Kosten, Amount, Betrag, Budget, Units, Quantity, Menge, pop,
Population, Energy usage (kWh), usage_kwh, Data usage (GB), Verbrauch, CO2 emissions,
CO2-Emissionen (t), co2_tons, Emission CO2, Precipitation, Paper used, Super sales, Corporate
income, Shares traded, Walter, Meaning, Revenue this year, Sales last year, Total price,
Gesamtpreis, Total weight, Number of ratings, Rating count, Anzahl Bewertungen, Expected revenue,
Ausdrucke, Absatz, Kurskosten, Points, Downloads, Page views, Clicks, Impressions, Duration min,
Distance, Steps, Calories, Tips, frequency, Ratenzahlung, Open tickets, High risk, Template count,
Temporary staff, Total salaries, Lohnkosten, Total time, Full time, Times ordered, Overtime,
IMDB votes, # of polls for bias
"""


def names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", " ").split(",")]


def columns(folder: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[Column]:
    """Return what is guessed of a file."""
    file = folder / "file.csv"
    with file.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([heads, *rows])
    return list(described(file).columns)


@pytest.mark.parametrize(("text", "total"), [(AVERAGED, "mean"), (ADDED, "")])
def test_the_name_tells(text: str, total: str, tmp_path: Path) -> None:
    heads = names(text)
    found = columns(tmp_path, heads, [[n + 0.5] * len(heads) for n in range(30)])
    wrong = [one.name for one in found if (one.role, one.total) != ("measure", total)]
    assert not wrong


@pytest.mark.parametrize(
    ("name", "low", "high", "total"),
    [
        ("Service", 1, 5, "mean"),
        ("How clean was it?", 1, 7, "mean"),
        ("Q7", 0, 10, "mean"),
        ("Recommend", 1, 10, "mean"),
        ("How many children?", 1, 5, ""),
        ("Quantity", 1, 10, ""),
        ("Bestellmenge", 1, 5, ""),
        ("Nights", 1, 7, ""),
        ("Anzahl Personen", 1, 5, ""),
        ("Cleanliness", 1, 5, "mean"),
        ("How good are our opening hours?", 1, 5, "mean"),
        ("Hotel_Nights", 1, 5, ""),
        ("Bonus", 1, 20, ""),
        ("Bonus", 2, 9, ""),
    ],
)
def test_whole_numbers_of_a_small_scale_are_ratings(
    name: str, low: int, high: int, total: str, tmp_path: Path
) -> None:
    scale = range(low, high + 1)
    rows = [[n / 2, scale[n % len(scale)]] for n in range(60)]
    _, found = columns(tmp_path, ["Other", name], rows)
    assert (found.role, found.total) == ("measure", total)
    told = any("ratings" in doubt.text for doubt in found.doubts)
    assert told is bool(total)


@pytest.mark.parametrize(
    ("name", "low", "high", "total"),
    [
        ("rd1_win", 0, 1, "mean"),
        ("tsne_1", -20, 20, "mean"),
        ("raptor_offense", -5, 9, "mean"),
        ("Profit", -20, 20, ""),
        ("Net flow", -20, 20, ""),
        ("Energy (kWh)", 0, 1, ""),
        ("precipitation", 0, 1, ""),
        ("Total", 0, 1, ""),
        ("goods", -1, 20, ""),  # few are below zero
        ("goods", 0, 2, ""),
    ],
)
def test_shares_and_differences_are_averaged_and_amounts_are_not(
    name: str, low: float, high: float, total: str, tmp_path: Path
) -> None:
    rows = [["A", low + (high - low) * n / 99] for n in range(100)]
    found = columns(tmp_path, ["Group", name], rows)[1]
    assert (found.role, found.total) == ("measure", total)
    assert any("averaged" in doubt.text for doubt in found.doubts) is bool(total)


@pytest.mark.parametrize(
    ("name", "most", "role"),
    [
        ("day", 31, "category"),
        ("Day of month", 31, "category"),
        ("week", 53, "category"),
        ("KW", 53, "category"),
        ("minute", 60, "category"),
        ("Day", 365, "measure"),
        ("minutes", 60, "measure"),
        ("Orders per day", 40, "measure"),
        ("Orders per month", 20, "measure"),
        ("month", 12, "category"),
        ("iso_num", 900, "identifier"),
        ("ISO", 900, "measure"),
        ("Store", 45, "category"),
        ("flight", 900, "identifier"),
        ("stores", 45, "measure"),
    ],
)
def test_whole_numbers_of_the_calendar_and_of_things_are_no_amounts(
    name: str, most: int, role: str, tmp_path: Path
) -> None:
    rows = [[n / 2, n * 7 % most] for n in range(2000)]
    assert columns(tmp_path, ["Other", name], rows)[1].role == role


def test_few_long_answers_that_come_again_are_a_category(tmp_path: Path) -> None:
    answers = [f"{word} with the statement as it was put to me, {'and ' * 30}" for word in "ABCDE"]
    rows = [[answers[n % 5], f"{n}: {'a long remark ' * 9}"] for n in range(40)]
    assert [one.role for one in columns(tmp_path, ["Agree?", "Remark"], rows)] == [
        "category",
        "text",
    ]
    remarks = [[text, n] for n, text in enumerate(answers)]
    assert columns(tmp_path, ["Remark", "Amount"], remarks)[0].role == "text"
