# /// script
# dependencies = ["dash>=4.4.1,<5"]
# ///
"""The lost update, to be seen: ``uv run docs/examples/race.py``, then press *Load* several times.

Both columns have three inputs and a record in a store. *Load* fills all three inputs at once. On
the left each callback reads the whole record and writes it back, so the last one to return wins. On
the right one callback has all the inputs, as in the style `merged`.
"""

import itertools
import os
import random
import time

from dash import Dash, Input, Output, Patch, State, callback, dcc, html

FIELDS = ["first_name", "last_name", "age"]
PEOPLE = itertools.cycle([("Ada", "Lovelace", 36), ("Grace", "Hopper", 85), ("Alan", "Turing", 41)])


def column(side, title):
    return html.Div(
        [
            html.H2(title),
            *[dcc.Input(id=f"{side}-{field}", placeholder=field) for field in FIELDS],
            html.Pre(id=f"{side}-shown"),
            dcc.Store(id=f"{side}-record", data={}),
        ],
        style={"display": "grid", "gap": 8, "flex": 1},
    )


app = Dash(__name__)
app.layout = html.Div(
    [
        html.Button("Load", id="load"),
        html.Div(
            [column("naive", "Read, change, write back"), column("merged", "One callback")],
            style={"display": "flex", "gap": 32},
        ),
    ],
    style={"fontFamily": "sans-serif", "maxWidth": 800, "margin": "2rem auto"},
)


@callback(
    *[Output(f"{side}-{field}", "value") for side in ("naive", "merged") for field in FIELDS],
    Input("load", "n_clicks"),
    prevent_initial_call=True,
)
def load(_clicks):
    return [*next(PEOPLE)] * 2


# Left: do not do this. Three callbacks run at once, each with the record as it was before.
for field in FIELDS:

    @callback(
        Output("naive-record", "data", allow_duplicate=True),
        Input(f"naive-{field}", "value"),
        State("naive-record", "data"),
        prevent_initial_call=True,
    )
    def write_back(value, record, field=field):
        time.sleep(random.uniform(0, 0.05))
        return record | {field: value}


# Right: one callback has all the inputs, and returns what has changed.
@callback(
    Output("merged-record", "data"),
    inputs={field: Input(f"merged-{field}", "value") for field in FIELDS},
    prevent_initial_call=True,
)
def merge(**values):
    record = Patch()
    for field, value in values.items():
        record[field] = value
    return record


for side in ("naive", "merged"):

    @callback(
        Output(f"{side}-shown", "children"),
        Input(f"{side}-record", "data"),
        *[State(f"{side}-{field}", "value") for field in FIELDS],
    )
    def show(record, *values):
        wrong = [f for f, value in zip(FIELDS, values, strict=True) if record.get(f) != value]
        verdict = f"differs from the inputs in {', '.join(wrong)}" if wrong else "as the inputs"
        return f"{record}\n{verdict}"


if __name__ == "__main__":
    app.run(port=os.environ.get("PORT", 8050))
