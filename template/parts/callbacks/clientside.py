"""Keeps the record equal to the inputs, in the clientside style.

The browser gathers the fields into one store, and the record follows that store: without any
request where the browser keeps the record, with one where the server does. One function gathers
all the fields, so no two callbacks race. It costs JavaScript, which Python tools do not check.
"""

from dash import Input, Output, clientside_callback, dcc
from dash.development.base_component import Component

from . import ids
from .fields import record

FIELDS_STORE = "profile-fields-store"


def components() -> list[Component]:
    """Return what this style needs in the page's layout: the store that the record follows."""
    return [dcc.Store(id=FIELDS_STORE, data={})]


# A cleared field is "" and is written too, one never touched is null or undefined.
clientside_callback(
    """(first_name, last_name, age) => {
        const fields = Object.entries({first_name, last_name, age});
        const touched = fields.filter(([, value]) => value != null);
        return touched.length ? Object.fromEntries(touched) : dash_clientside.no_update;
    }""",
    Output(FIELDS_STORE, "data"),
    Input(ids.FIRST_NAME, "value"),
    Input(ids.LAST_NAME, "value"),
    Input(ids.AGE, "value"),
    prevent_initial_call=True,
)
record.follow(FIELDS_STORE)
