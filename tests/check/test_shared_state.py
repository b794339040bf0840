"""A variable of the module is state of all visitors, unless callbacks only fill it once."""

import pytest

from .conftest import Found

APP = """\
from collections import deque
from dash import Dash, Input, Output, ctx, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="text")])
cache = labels = last = None
values = []
recent = deque(maxlen=9)
options = dict()


@app.callback(Output("text", "children"), Input("name", "value"))
def show(name):
    global cache, labels, last
"""


def named(body: str, found: Found) -> list[str]:
    """Return the variables that are reported, in the order of their lines."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    findings = found(f"{APP}{lines}    return str(cache)\n", select=["DG202"])
    return [finding.message.split("'")[1] for finding in findings]


@pytest.mark.parametrize(
    "body",
    [
        "if cache is None:\n    cache = load()",
        "if cache is None:\n    cache = load()\n    labels = cache.labels",
        "if name and cache is None:\n    cache, labels = load()",
        "if cache is None:\n    with lock:\n        cache = load()",
        "if cache is not None:\n    return cache\ncache = load()\nlabels = cache.labels",
        "if not name or cache is not None:\n    return ''\ncache = load()",
        "if cache:\n    pass\nelse:\n    cache = load()",
        "for part in parts:\n    if cache:\n        continue\n    cache = load(part)",
        "cache = load() if cache is None else cache",
        "cache = cache or load()",
        "if time() - last > 60:\n    cache = load()\n    last = time()",
        "if not values:\n    values.extend(load())\n    options.update(labels=1)",
        "while len(values) > 100:\n    values.pop(0)",
    ],
)
def test_a_cache_is_filled_where_a_test_asks_for_it(body: str, found: Found) -> None:
    assert named(body, found) == []


@pytest.mark.parametrize(
    ("body", "variables"),
    [
        ("cache = parse(name)\nif cache.empty:\n    return ''", ["cache"]),
        ("if cache:\n    print(cache)\ncache = parse(name)", ["cache"]),
        ("if name == last:\n    return cache\ncache = load(name)\nlast = name", ["cache", "last"]),
        ("if name != last:\n    cache = load(name)\n    last = name", ["cache", "last"]),
        ("key = name.lower()\nif key != last:\n    last = key", ["last"]),
        ("if ctx.triggered_id != last:\n    last = ctx.triggered_id", ["last"]),
        ("if name or cache is None:\n    cache = name", ["cache"]),
        ("if cache is None:\n    cache = load()\nlabels = name", ["labels"]),
        ("values.append(name)\nif len(values) > 9:\n    values.pop(0)", ["values"]),
        ("recent.append(name)", ["recent"]),
        ("recent.appendleft(name)", ["recent"]),
        ("options['name'] = name", ["options"]),
    ],
)
def test_what_one_visitor_leaves_to_the_next_is_reported(
    body: str, variables: list[str], found: Found
) -> None:
    assert named(body, found) == variables
