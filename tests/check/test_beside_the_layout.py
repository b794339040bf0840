"""What makes no component says nothing about ids. What may make one leaves them open."""

import pytest

from .conftest import Found

HEAD = """\
import uuid
from uuid import uuid4
import dash_bootstrap_components as dbc
import dash_mantine_components as dmc
import plotly.express as px
from dash import Dash, Input, Output, callback, dash_table, dcc, html
from flask_login import UserMixin
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
options = load()
"""
APP = """
app = Dash()
app.layout = html.Div([html.P(id="text")])

@callback(Output("text", "children"), Input("wrong", "value"))
def show(value):
    return value
"""


def rules(code: str, found: Found) -> list[str]:
    return [finding.rule for finding in found(f"{HEAD}{code}\n{APP}")]


@pytest.mark.parametrize(
    "code",
    [
        "figure = px.line(x)\nfigure.update_layout(**options)",
        "def show_all(title, subtitle): return html.H1(title)\nshow_all(**options)",
        "client.query(**options)",
        "class User(UserMixin):\n    def __init__(self, name): self.id = name",
        "class User: pass\nuser = User()\nuser.id = name()",
        "class User(db.Model):\n    def one(cls, key): return cls.query.filter_by(id=key)",
        "class User(db.Model): pass\nuser = User(id=name())",
        "colour = dmc.DEFAULT_THEME['colors']['blue'][6]",
        "frame.eval('a = b')\nsession.exec(query)",
        "table = dbc.Table.from_dataframe(frame, striped=True)",
        "table = dbc.Table.from_dataframe(frame, id='other')",
        "yes = dash_table.Format.Group.yes",
        "html.P(id=uuid.uuid4().hex)\nhtml.P(id=str(uuid4()))",
        "KEY = str(uuid4())\nhtml.P(id=KEY)",
    ],
)
def test_code_that_makes_no_component_leaves_the_ids_known(code: str, found: Found) -> None:
    assert rules(code, found) == ["DG101"]


@pytest.mark.parametrize(
    "code",
    [
        "html.P(**options)",
        "def field(**rest): return dcc.Input(**rest)\nfield(**options)",
        "class Field:\n    def made(self, **rest): return dcc.Input(**rest)\nf.made(**options)",
        "class Field:\n    def made(self, **rest): return dcc.Input(**rest)\nf.made(id=name())",
        "def field(id): return dcc.Input(id=id)\nfield(**options)",
        "FIELDS = {'a': dcc.Input}\nFIELDS['a'](**options)",
        "import parts\nparts.Field(**options)",
        "make(**options)",
        "class Field(dcc.Input):\n    def __init__(self): self.id = name()",
        "class Field(dcc.Input): pass\nField(id=name())",
        "class Base: pass\nclass Field(Base, dcc.Input): pass\nfield = Field()\nfield.id = name()",
        "class Field:\n    def __init__(self, **rest): dcc.Input(**rest)\nField(id=name())",
        "class Field:\n    def __init__(self, id): dcc.Input(id=id)\nField(id=name())",
        "box = html.P()\nbox.id = name()",
        "def named(box): box.id = name()",
        "print(dmc.TextInput)",
        "dbc.Table.from_dataframe(frame, id=name())",
        "dbc.Table.from_dataframe(frame, **options)",
        "frame.pipe(dbc.Table.from_dataframe)",
        "html.P(id=str(name()))",
        "exec(source)",
        "eval(source)",
    ],
)
def test_code_that_may_make_a_component_leaves_the_ids_open(code: str, found: Found) -> None:
    assert rules(code, found) == []
