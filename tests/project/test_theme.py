"""The colours of the app are readable, in both themes."""

import runpy
from pathlib import Path

from tests.support.projects import Variant, render

WHITE = "#ffffff"  # also the text that Plotly writes on a dark bar
DARK_CARD = "#1f2229"


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, by WCAG 2.2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, by WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_bars_stand_out_from_the_card_and_their_texts_from_the_bars(tmp_path: Path) -> None:
    project = render(tmp_path, Variant())
    bar = runpy.run_path(str(project / "myapp/theme.py"))["CHART_COLORS"][0]
    assert contrast(bar, WHITE) >= 4.5
    assert contrast(bar, DARK_CARD) >= 3
