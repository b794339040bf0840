"""How charts look where a page says nothing: a Plotly template that fits both themes.

Its text and lines have colours of their own, by which `assets/core/core.css` finds them in the
dark theme. So a figure follows the theme at once, without a callback and without a new request.
`assets/core/charts.js` does the same for axes in three dimensions.
"""

import plotly.graph_objects as go
import plotly.io as pio

from .. import theme

CLEAR = "rgba(0,0,0,0)"  # the card shows through
TEXT = "#495057"
LINES = "#dfe4ea"


def set_up() -> None:
    """Let every figure that names no template have the app's."""
    axis = {"gridcolor": LINES, "linecolor": LINES, "zerolinecolor": LINES}
    space = axis | {"color": TEXT}
    pio.templates["app"] = go.layout.Template(
        layout={
            "colorway": theme.CHART_COLORS,
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            **{kind: {"bgcolor": CLEAR} for kind in ("polar", "ternary", "smith")},
            "scene": {"bgcolor": CLEAR, "xaxis": space, "yaxis": space, "zaxis": space},
            "font": {"color": TEXT},
            "title": {"font": {"size": 16}, "x": 0.02},
            "margin": {"l": 56, "r": 16, "t": 48, "b": 48},
            "xaxis": axis | {"automargin": True},
            "yaxis": axis | {"automargin": True},
            "modebar": {"bgcolor": CLEAR, "color": "#868e96", "activecolor": TEXT},
        }
    )
    pio.templates.default = "app"
