"""What is not certain is not reported; what is certain across modules is."""

from pathlib import Path

import pytest

from .conftest import Found

HEAD = "from dash import Dash, Input, Output, State, callback, dcc, html\n"
WRONG = """
@callback(Output("text", "children"), Input("wrong", "value"))
def show(value):
    return value
"""


def app(layout: str, code: str = "") -> str:
    return f"{HEAD}{code}\napp = Dash()\napp.layout = {layout}\n{WRONG}"


@pytest.mark.parametrize(
    "layout",
    [
        'html.Div([dcc.Input(id="right"), html.P(id="text")])',
        'html.Div([html.P(id="text")] + [dcc.Input(id=f"right-{i}") for i in range(3)])',
        'html.Div([html.P(id="text"), *[dcc.Input(id=name) for name in ("one", "two")]])',
        'html.Div([html.P(id="text"), dcc.Input(id={"type": "wrong-type", "index": 1})])',
        'html.Div([html.P(id="text"), dcc.Dropdown(list(range(9)), input(), id="right")])',
        'html.Div([html.P(id="text"), dcc.Slider(int(input()), 9)])',
        'html.Div([html.P(id="text"), html.P(isinstance(x, dcc.Input))])',
        'html.Div([html.P(id="text"), *[html.P(id="a" + (x + x)) for x in ("--1", "1")]])',
    ],
)
def test_an_id_that_is_nowhere_is_found(layout: str, found: Found) -> None:
    assert [finding.rule for finding in found(app(layout))] == ["DG101"]


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        (
            "html.Div([html.P(id='text'), dcc.Input(id=name())])",
            "from random import choice as name",
        ),
        ("html.Div([html.P(id='text'), dcc.Input('wrong')])", ""),
        ("html.Div([html.P(id='text'), dcc.Input(**options)])", "options = load()"),
        (
            "html.Div([html.P(id='text'), field('wrong')])",
            "def field(name): return dcc.Input(id=name)",
        ),
        (
            "html.Div([html.P(id='text'), field('wro')])",
            "def field(x): return dcc.Input(id=f'{x}ng')",
        ),
        ("html.Div([html.P(id='text'), dcc.Input(id=ID)])", "ID = 'wro' + 'ng'"),
        (
            "html.Div([html.P(id='text'), *map(field, rows)])",
            "def field(x): return dcc.Input(id=x)",
        ),
        (
            "html.Div([html.P(id='text')] + [dcc.Input(id=i) for i in read()])",
            "from csv import read",
        ),
        ("html.Div([html.P(id='text'), dcc.Input(id='{}ng'.format(start))])", "start = input()"),
        ("html.Div([html.P(id='text'), dcc.Input(id='wr%s' % end)])", "end = input()"),
        ("html.Div([html.P(id='text'), *[dcc.Input(id=f'w-{i + 1}') for i in (4, 9)]])", "W = 5"),
        ("html.Div([html.P(id='text'), *[dcc.Input(id='w-' + str(i + 1)) for i in [4]]])", "W = 5"),
        ("html.Div([html.P(id='text'), dcc.Input(id=f'w-{W + 1}')])", "W = 4"),
        ("html.Div([html.P(id='text'), dcc.Input(id=f'w-{W + 1}')])", "W = int(input())"),
        ("html.Div([html.P(id='text'), dcc.Input(id=f'w-{15 % 10}')])", "W = 5"),
        ("html.Div([html.P(id='text'), box])", "box = dcc.Input()\nbox.id = given()"),
        ("html.Div([html.P(id='text'), *map(dcc.Input, rows)])", "rows = read()"),
        ("html.Div([html.P(id='text'), KINDS[0](name)])", "KINDS = [dcc.Input]\nname = input()"),
        ("board.layout()", "import explainerdashboard\nboard = explainerdashboard.Board()"),
        ("layout", "from .parts import layout"),
        ("layout", "from neighbour import layout"),
        ("layout", "from importlib import import_module\nlayout = import_module('x').layout"),
    ],
)
def test_an_id_that_may_be_somewhere_is_not_reported(layout: str, code: str, found: Found) -> None:
    name = '"w-" + "5"' if "w-" in layout else '"wrong"'
    assert found(app(layout, code).replace('"wrong"', name)) == []


@pytest.mark.parametrize(
    "code",
    [
        "@callback(Output('text', 'children'), Input('right', 'value'))\n"
        "def show(value):\n    a = b\n    b = a\n    a['value'] = value\n    return a\n",
        "inputs = [*more, Input('right', 'value')]\nmore = [*inputs]\n"
        "@callback(Output('text', 'children'), inputs)\ndef show(value): return value\n",
        "options = {**more, 'id': 'other'}\nmore = {**options}\ndcc.Input(**options)\n",
        "texts = [*texts, 'a']\nfor text in texts: dcc.Input(id=text)\n",
        "def name(x): return name(x)\ndcc.Input(id=name('a'))\n",
        "text = text + text\ndcc.Input(id=text)\n",
        "from app import layout\n",
        "from app import *\ndcc.Input(id=somewhere)\n",
    ],
)
def test_what_refers_to_itself_is_unknown(code: str, found: Found) -> None:
    layout = "html.Div([html.P(id='text'), html.P(id='title'), dcc.Input(id='right')])"
    other = (
        "@callback(Output('title', 'children'), Input('right', 'value'))\ndef name(x): return x\n"
    )
    assert found(app(layout, code).removesuffix(WRONG) + f"\n{other}") == []


@pytest.mark.parametrize(
    ("used", "rules"),
    [
        ("acme.navbar()", []),
        ("*[acme.navbar(name) for name in ('a', 'b')]", []),
        ("bar()", []),
        ("BAR", []),
        ("LIST", []),
        ("LIST[0]", ["DG101"]),
        ("str(acme.read())", ["DG101"]),
        ("dcc.Dropdown(acme.read())", ["DG101"]),
    ],
)
def test_components_of_a_package_that_is_not_known_may_have_any_id(
    used: str, rules: list[str], found: Found
) -> None:
    code = "import acme\nBAR = acme.navbar()\nLIST = [BAR]\n"
    code += "def bar():\n    return acme.navbar()\n" if used == "bar()" else ""
    files = {
        "requirements.txt": "acme\n",
        "app.py": app(f"html.Div([html.P(id='text'), {used}])", code),
    }
    assert [f.rule for f in found(files)] == rules


@pytest.mark.parametrize(
    ("layout", "rules"),
    [
        ("fac.AntdSpace([])", ["DG101"]),
        ("functools.partial(serve, 1)", ["DG101"]),
        ("views.home.layout", ["DG101"]),
        ("[views.home.layout, html.Div(views.home.layout)]", ["DG101"]),
        ("pickle.load(open('layout'))", []),
    ],
)
def test_a_layout_of_the_app_or_of_a_known_package_is_read(
    layout: str, rules: list[str], found: Found
) -> None:
    code = "import functools, pickle, views.home\nimport feffery_antd_components as fac\n"
    code += "def serve(x): return []\nBOX = html.P(id='text')\n"
    files = {"views/home.py": f"{HEAD}layout = html.P()\n", "app.py": app(layout, code)}
    assert [finding.rule for finding in found(files)] == rules


def test_a_library_of_callbacks_without_an_app_is_not_asked_for_ids(found: Found) -> None:
    assert found(HEAD + WRONG) == []


def test_a_folder_without_a_module_does_not_hide_dash(found: Found) -> None:
    files = {"app.py": app("html.Div(id='text')"), "dash/notes.py": "x = 1\n"}
    assert [finding.rule for finding in found(files)] == ["DG101"]


@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [
        (", allow_duplicate=True", ", allow_duplicate=True", ["DG201", "DG201"]),
        ("", ", allow_duplicate=True", ["DG201", "DG201"]),
        ("", ", allow_duplicate=given()", []),
        ("", None, []),
    ],
)
def test_a_record_that_several_callbacks_write_back_is_found(
    first: str, second: str | None, rules: list[str], found: Found
) -> None:
    code = f"{HEAD}app = Dash()\napp.layout = [html.P(id='p'), dcc.Store(id='s')]\n"
    for options in (first, second):
        if options is not None:
            code += f"@callback(Output('s', 'data'{options}), Input('p', 'id'), "
            code += "State('s', 'data'), prevent_initial_call=True)\n"
            code += "def write(x, record): return {**record, 'x': x}\n"
    assert [finding.rule for finding in found(code)] == rules


def test_two_apps_in_one_folder_are_two_apps(found: Found) -> None:
    one = app('html.Div([dcc.Input(id="wrong"), html.P(id="text")])')
    other = app('html.Div([dcc.Input(id="other"), html.P(id="text")])')
    findings = found({"one.py": one, "two.py": other})
    assert [(finding.file, finding.rule) for finding in findings] == [("two.py", "DG101")]


PAGES = {
    "app.py": HEAD + "app = Dash(use_pages=True)\napp.layout = html.Div(id='text')\n",
    "pages/home.py": HEAD
    + "import dash\nfrom ids import FIELD\ndash.register_page(__name__)\n"
    + "layout = dcc.Input(id=FIELD)\n",
    "ids.py": 'FIELD = "field"\n',
}


@pytest.mark.parametrize(("name", "rules"), [("FIELD", []), ("'feild'", ["DG101"])])
def test_an_app_reaches_over_its_pages_and_modules(
    name: str, rules: list[str], found: Found
) -> None:
    code = WRONG.replace('"wrong"', name)
    files = PAGES | {"pages/home.py": PAGES["pages/home.py"] + code}
    assert [finding.rule for finding in found(files)] == rules


METHOD = "def callback(self, *given):\n    return lambda f: f\n"


@pytest.mark.parametrize(
    ("core", "rules"),
    [
        ("from dash import Dash\nmade = Dash()\n", ["DG103"]),
        ("from dash import callback\nclass made: pass\n", ["DG103"]),
        ("def callback(*given): return lambda f: f\n", []),
        (f"class Core:\n  {METHOD.replace('    ', '      ')}made = Core()\n", []),
        ("import dash\nclass A(dash.Dash): pass\nclass B(A): pass\nmade = B()\n", []),
        ("import functools, dash\ncallback = functools.partial(dash.callback, x)\n", []),
    ],
)
def test_callbacks_of_the_projects_own_kind_are_not_judged(
    core: str, rules: list[str], found: Found
) -> None:
    call = "core.made.callback" if "made =" in core else "core.callback"
    code = "from dash import Input, Output\nimport core\n" + WRONG.replace("@callback", f"@{call}")
    files = {"core.py": core, "app.py": code.replace("show(value)", "show()")}
    assert [finding.rule for finding in found(files)] == rules


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ("use_pages=True, pages_folder='views'", []),
        ("use_pages=True, pages_folder=FOLDER", []),
        ("use_pages=True, pages_folder=FOLDER + '/all'", ["DG101"]),
        ("use_pages=True, pages_folder=join(FOLDER, '')", []),
        ("use_pages=bool(FOLDER)", []),
        ("use_pages=USES", ["DG101"]),
        ("**options", []),
    ],
)
def test_pages_are_where_the_app_says(options: str, rules: list[str], found: Found) -> None:
    code = f"from os.path import join\nFOLDER = 'views'\nUSES = True\napp = Dash({options})\n"
    page = HEAD + "import dash\ndash.register_page(__name__)\nlayout = dcc.Input(id='wrong')\n"
    layout = "app.layout = html.Div(id='text')\n"
    assert [
        f.rule for f in found({"app.py": HEAD + code + layout + WRONG, "views/home.py": page})
    ] == rules


def test_modules_that_import_the_app_belong_to_it(found: Found) -> None:
    files = {
        "app.py": HEAD + "app = Dash()\n",
        "index.py": HEAD + "from app import app\nimport views\napp.layout = views.layout\n",
        "views.py": HEAD + "layout = html.Div([html.P(id='text'), dcc.Input(id='a')])\n" + WRONG,
    }
    assert [(f.file, f.rule) for f in found(files)] == [("views.py", "DG101")]


@pytest.mark.parametrize(
    ("dependency", "rules"),
    [
        ("Input('other', 'value'))", ["DG101"]),
        ("Input('other', 'value', allow_optional=True))", []),
        ("Input('other', 'value', True))", []),
        ("Input('other', 'value'), optional=True)", []),
    ],
)
def test_an_optional_id_may_be_nowhere(dependency: str, rules: list[str], found: Found) -> None:
    code = app("html.Div(id='text')").replace('Input("wrong", "value"))', dependency)
    assert [finding.rule for finding in found(code)] == rules


@pytest.mark.parametrize(
    ("outputs", "body", "message"),
    [
        ("Output('a', 'id'), Output('b', 'id')", "return 1, 2", ""),
        ("Output('a', 'id'), Output('b', 'id')", "return", "no value for 2 Outputs"),
        ("Output('a', 'id')", "return", ""),
        ("[Output('a', 'id')]", "return 'x'", "1 Output, which is given as a list"),
        ("output=[Output('a', 'id'), Output('b', 'id')]", "return 1, 2, 3", "3 values for 2"),
        ("output={'a': Output('a', 'id'), 'b': Output('b', 'id')}", "return 1", ""),
        ("output=[[Output('a', 'id'), Output('b', 'id')]]", "return 1,", ""),
    ],
)
def test_returned_values_are_counted_where_they_can_be(
    outputs: str, body: str, message: str, found: Found
) -> None:
    inputs = "inputs=Input('a', 'n_clicks')" if "=" in outputs else "Input('a', 'n_clicks')"
    code = f"{HEAD}app = Dash()\napp.layout = [html.P(id='a'), html.P(id='b')]\n"
    code += f"@callback({outputs}, {inputs})\ndef show(x):\n    {body}\n"
    findings = found(code, select=["DG104"])
    assert [message in finding.message for finding in findings] == [True] * bool(message)


@pytest.mark.parametrize(
    ("body", "found_one"),
    [
        ("fig = px.line(x); return fig", True),
        ("fig = go.Figure(); fig.add_bar(y=x); return fig", True),
        ("fig = px.line(x)\n    if x: fig = px.bar(x)\n    return fig", True),
        ("box = dbc.Card(x); return box", True),
        ("return dmc.Text(x)", True),
        ("text = f'{x}'; other = text; return other", True),
        ("return str(x)", True),
        ("return ', '.join(x)", True),
        ("return 'a' + x", True),
        ("fig = px.line(x); fig = [fig]; return fig", False),
        ("fig = [px.line(x)]; return fig", False),
        ("fig, other = px.line(x), 1; return fig", True),
        ("fig = px.line(x)\n    for fig in x: pass\n    return fig", False),
        ("return x", False),
        ("return join(x)", False),
        ("return px.colors.sample_colorscale('Viridis', 1)", False),
        ("return dcc.send_string(x, 'a')", True),
    ],
)
def test_one_value_for_a_list_of_outputs_is_found_by_its_name(
    body: str, found_one: bool, found: Found
) -> None:
    code = f"import plotly.express as px, plotly.graph_objects as go\n{HEAD}"
    code += "import dash_bootstrap_components as dbc, dash_mantine_components as dmc\n"
    code += f"@callback([Output('a', 'id')], Input('a', 'n_clicks'))\ndef show(x):\n    {body}\n"
    assert [f.rule for f in found(code, select=["DG104"])] == ["DG104"] * found_one


@pytest.mark.parametrize(
    ("made", "rules"),
    [
        ("pd.concat([pd.read_csv('a'), pd.read_csv('b')])", ["DG109"]),
        ("pd.concat([pd.Series(x), pd.Series(x)])", []),
        ("pd.concat(x)", []),
        ("pd.read_pickle('a')", []),
    ],
)
def test_a_series_is_no_data_frame(made: str, rules: list[str], found: Found) -> None:
    code = f"import pandas as pd\n{HEAD}@callback(Output('a', 'id'), Input('b', 'id'))\n"
    assert [f.rule for f in found(f"{code}def show(x):\n    return {made}\n")] == rules


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("", ["DG110"]),
        ("app._background_manager = 1\n", []),
        ("if app._background_callback_manager: print()\n", []),
    ],
)
def test_a_manager_may_be_set_later(code: str, rules: list[str], found: Found) -> None:
    work = "@callback(Output('a', 'id'), Input('b', 'id'), background=True)\ndef f(x): return x\n"
    assert [f.rule for f in found(f"{HEAD}app = Dash()\n{code}{work}")] == rules


def test_running_progress_and_cancel_are_read(found: Found) -> None:
    code = app('html.Div([html.Button(id="wrong"), html.P(id="text")])').replace(
        '"value"))', '"n_clicks"), running=[(Output("wrnog", "disabled"), 1, 0)])'
    )
    assert [finding.rule for finding in found(code)] == ["DG101"]


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("def show(*values): return values[0]", []),
        ("def show(one, other=None): return one", []),
        ("def show(one, *, other): return one", []),
        ("def show(): return 1", ["DG103"]),
        ("@cached\ndef show(): return 1", []),
        ("(show)\ndef show(): return 1", ["DG103"]),
        ("(show)\n@cached\ndef show(): return 1", []),
        ("(show)\ndef show(): return 1\ndef show(x): return x", []),
    ],
)
def test_arguments_are_counted_where_they_can_be(code: str, rules: list[str], found: Found) -> None:
    head = app('html.Div([dcc.Input(id="wrong"), html.P(id="text")])', "cached = print")
    if code.startswith("("):  # As a call, and not as a decorator.
        head = head.replace("@callback", "callback").replace(")\ndef show", ")def show")
    assert [
        f.rule for f in found(head.replace("def show(value):\n    return value", code))
    ] == rules


@pytest.mark.parametrize(
    ("inputs", "rules"),
    [
        ('Input("wrong", "value"), Input("wrong", "type")', ["DG103"]),
        ('[Input("wrong", "value")], [State("wrong", "type")]', ["DG103"]),
        ("*more", []),
        ('inputs={"value": Input("wrong", "value")}', []),
        ('inputs=[Input("wrong", "value")], state=rest', []),
        ('inputs=[Input("wrong", "value")]', []),
        ('inputs=[[Input("wrong", "value"), Input("wrong", "type")]]', []),
        ('inputs=[Input("wrong", "value")], state=[State("wrong", "type")]', ["DG103"]),
    ],
)
def test_inputs_are_counted_where_they_can_be(inputs: str, rules: list[str], found: Found) -> None:
    code = app('html.Div([dcc.Input(id="wrong"), html.P(id="text")])', "more = rest = read()")
    assert [f.rule for f in found(code.replace('Input("wrong", "value"))', f"{inputs})"))] == rules


@pytest.mark.parametrize(
    ("second", "rules"),
    [
        ('@app.callback(Output("t", "children"), Input("b", "n_clicks"))', ["DG105"]),
        (
            '@app.callback(Output("t", "children", allow_duplicate=True), Input("b", "n_clicks"), '
            "prevent_initial_call=True)",
            [],
        ),
        ('@app.callback(Output("t", "title"), Input("b", "n_clicks"))', []),
        ('@app.callback(Output("t", "children", True), Input("b", "n_clicks"), None, True)', []),
    ],
)
def test_duplicates_are_counted_by_property(second: str, rules: list[str], found: Found) -> None:
    first = '@app.callback(Output("t", "children"), Input("a", "n_clicks"))'
    code = HEAD + (
        "app = Dash()\napp.layout = html.Div([html.Button(id='a'), html.Button(id='b'), "
        f"html.P(id='t')])\n{first}\ndef one(x): return x\n{second}\ndef two(x): return x\n"
    )
    assert [finding.rule for finding in found(code)] == rules


@pytest.mark.parametrize(
    ("options", "callback", "rules"),
    [
        ("", "@app.callback(OUTPUT, INPUT)", ["DG106"]),
        ("", "@app.callback(OUTPUT, [Input('wrong', 'value')])", ["DG106"]),
        ("", "@app.callback(OUTPUT, INPUT, True)", []),
        ("", "@app.callback(OUTPUT, INPUT, LATER)", []),
        ("prevent_initial_callbacks=True", "@app.callback(OUTPUT, INPUT)", []),
        ("prevent_initial_callbacks=True", "@callback(OUTPUT, INPUT)", ["DG106"]),
        (")\napp.config.update(prevent_initial_callbacks=True", "@app.callback(OUTPUT, INPUT)", []),
    ],
)
def test_what_prevents_the_first_call_is_known(
    options: str, callback: str, rules: list[str], found: Found
) -> None:
    made = callback.replace("OUTPUT", "Output('text', 'title', allow_duplicate=True)")
    made = made.replace("INPUT", "Input('wrong', 'value')")
    code = app("html.Div([html.P(id='text'), dcc.Input(id='wrong')])", "LATER = True")
    first = f"{made}\ndef first(x): return x\n"
    assert [f.rule for f in found(code.replace("Dash()", f"Dash({options})") + first)] == rules


@pytest.mark.parametrize(
    ("head", "second", "start", "rules"),
    [
        ("def register(app):", "@app", "register(app); register(other)", ["DG105"]),
        ("def register(app):", "@app", "try: register(app)\nexcept OSError: pass", ["DG105"]),
        ("def register(app, two):", "@two", "register(app, other)\nregister(app, 1)", []),
        ("def register(app):", "if app: @app", "register(app); register(other)", []),
        ("def register(app):", "for app in [app]: @app", "register(app); register(other)", []),
        ("def register(app):", "@app", "", []),
    ],
)
def test_one_function_that_registers_both_makes_a_duplicate(
    head: str, second: str, start: str, rules: list[str], found: Found
) -> None:
    test, _, name = second.rpartition("@")
    space = " " * bool(test)
    code = HEAD + (
        "app = Dash()\napp.layout = html.Div([html.Button(id='a'), html.P(id='t')])\n"
        f"{head}\n"
        "    @app.callback(Output('t', 'children'), Input('a', 'n_clicks'))\n"
        "    def one(x): return x\n"
        f"    {test}\n"
        f"    {space}@{name}.callback(Output('t', 'children'), Input('a', 'n_clicks'))\n"
        f"    {space}def two(x): return x\n"
        f"{start}\n"
    )
    assert [finding.rule for finding in found(code)] == rules


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("if input():", "else:"),
        ("match input():\n  case 'a':", "\n  case _:"),
        ("try:\n    import other_dash\n", "except ImportError:"),
    ],
)
def test_callbacks_of_different_cases_are_no_duplicates(
    first: str, second: str, found: Found
) -> None:
    code = HEAD + (
        "app = Dash()\napp.layout = html.Div([html.Button(id='a'), html.P(id='t')])\n"
        f"{first}\n"
        "    @app.callback(Output('t', 'children'), Input('a', 'n_clicks'))\n"
        "    def one(x): return x\n"
        f"{second}\n"
        "    @app.callback(Output('t', 'children'), Input('a', 'n_clicks'))\n"
        "    def two(x): return x\n"
    )
    assert found(code) == []


@pytest.mark.parametrize(
    ("one", "two", "rules"),
    [
        ("import one\n", "import two\n", ["DG105"]),
        ("def start():\n  import one\n", "def other():\n  import two\n", []),
        ("def make():\n  app = Dash()\n  import one\n", "  import two\n", ["DG105"]),
    ],
)
def test_an_import_in_a_function_may_never_run(
    one: str, two: str, rules: list[str], found: Found
) -> None:
    part = HEAD + "@callback(Output('t', 'title'), Input('b', 'n_clicks'))\ndef f(x): return x\n"
    site = "" if "make" in one else "app = Dash()\n"
    layout = "layout = html.Div([html.Button(id='b'), html.P(id='t')])\n"
    files = {"app.py": HEAD + site + one + two + layout, "one.py": part, "two.py": part}
    assert [finding.rule for finding in found(files)] == rules


@pytest.mark.parametrize(
    ("call", "rules"),
    [("two.register(app)", ["DG105"]), ("two.register(app)\nx = two.register", []), ("", [])],
)
def test_each_module_may_have_a_function_of_the_same_name(
    call: str, rules: list[str], found: Found
) -> None:
    part = HEAD + "def register(app):\n  @app.callback(Output('t', 'title'), Input('b', 'id'))\n"
    part += "  def show(x): return x\n"
    code = f"import one, two\n{HEAD}app = Dash()\none.register(app)\n{call}\n"
    layout = "app.layout = html.Div([html.Button(id='b'), html.P(id='t')])\n"
    files = {"app.py": code + layout, "one.py": part, "two.py": part}
    assert [finding.rule for finding in found(files)] == rules


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("app.run_server()\n", ["DG111"]),
        ("try:\n  app.run()\nexcept AttributeError:\n  app.run_server()\n", []),
        ("try:\n  app.run_server()\nexcept Exception:\n  app.run()\n", []),
        ("try:\n  app.run_server()\nexcept OSError:\n  print('busy')\n", ["DG111"]),
        ("with suppress(ImportError):\n  import dash_html_components\n", []),
        ("import dash_html_components\n", ["DG111"]),
        ("dcc.Input(search=1) if dash.__version__ < '1' else dcc.Input()\n", []),
        ("if hasattr(dcc, 'Old'):\n  dcc.Input(search=1)\n", []),
        ("conversion = 1\nif conversion:\n  dcc.Input(search=1)\n", ["DG102"]),
    ],
)
def test_code_for_several_versions_knows_what_it_does(
    code: str, rules: list[str], found: Found
) -> None:
    head = f"import dash\nfrom contextlib import suppress\n{HEAD}app = Dash()\n"
    assert [finding.rule for finding in found(head + code)] == rules


@pytest.mark.parametrize(
    ("file", "text", "rules"),
    [
        ("requirements.txt", "dash==2.9.1\n", []),
        ("requirements.txt", "dash<3\n", []),
        ("requirements.txt", "dash>=2\n", ["DG111"]),
        ("requirements.txt", "dash\n", ["DG111"]),
        ("pyproject.toml", '[project]\ndependencies = ["dash~=2.18"]\n', []),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndash = "^2.5"\n', []),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndash = "^3.0"\n', ["DG111"]),
        ("pyproject.toml", "project.dependencies = [1]\n", []),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndash = "2.*"\n', []),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndash = [{version = "^2.9"}]\n', []),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndash = {git = "https://x"}\n', []),
        ("pyproject.toml", '[tool.poetry.dependencies]\ndash = "~2.9"\n', []),
        ("pyproject.toml", '[tool.pixi.dependencies]\ndash = "2.9.*"\n', []),
        ("pyproject.toml", 'project.dynamic = ["dependencies"]\n', []),
        ("uv.lock", '[[package]]\nname = "dash"\nversion = "2.17.0"\n', []),
        ("uv.lock", '[[package]]\nversion = "2.17.0"\n', []),
        ("uv.lock", '[[package]]\nname = "dash"\nversion = "3.0.0"\n', ["DG111"]),
        ("Pipfile.lock", '{"default": {"dash": {"version": "==2.0.0"}}}', []),
        ("Pipfile", '[packages]\ndash = "==2.0.0"\n', []),
        ("environment.yml", "dependencies:\n  - dash=2.11\n  - pip\n", []),
        ("environment.yml", "dependencies:\n  - pip:\n      - dash==3.0.0\n", ["DG111"]),
        ("environment.yml", "dependencies:\n- dash=2.11\n", []),
        ("environment.yml", "dependencies:\n- conda-forge::dash=2.9.3=py_0\n", []),
        ("environment.yml", "dependencies: [python, dash 2.9.*]\n", []),
        ("environment.yml", "dependencies: [python, dash=3]\n", ["DG111"]),
        ("environment-dev.yml", "dependencies:\n- dash=2.11\n", []),
        ("environment.yml", "dependencies: [", []),
        ("requirements.txt", "dash=2.9.3=pyhd8_0\n", []),
        ("requirements.txt", "git+https://github.com/plotly/dash.git@v2\n", []),
        ("requirements.txt", "dash @ https://x/dash-2.0.0.whl\n", []),
        ("requirements.txt", "-r missing.txt\n", []),
        ("requirements.txt", "-e .\n./other\n", ["DG111"]),
        ("requirements.in", "dash<3\n", []),
        ("requirements.txt", "dash<3 \\\r\n  --hash=sha256:1\r\n", []),
        ("requirements.txt", "flask \\\r\n  --hash=sha256:1\r\n", ["DG111"]),
        ("requirements/prod.txt", "dash<3\n", []),
        ("setup.cfg", "[options]\ninstall_requires =\n  flask\n  dash<3\n", []),
        ("setup.cfg", "[options]\ninstall_requires =\n  dash>=3\n", ["DG111"]),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=['dash<3'])", []),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=read())", []),
        ("setup.py", "from setuptools import setup\nsetup(name='x')", ["DG111"]),
    ],
)
def test_the_version_of_dash_comes_from_the_projects_own_pins(
    file: str, text: str, rules: list[str], found: Found
) -> None:
    code = "from dash import Dash\napp = Dash()\napp.run_server()\n"
    Path(file).parent.mkdir(exist_ok=True)
    Path(file).write_text(text)
    assert [finding.rule for finding in found(code)] == rules


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_requirements_of_powershell_are_read(encoding: str, found: Found) -> None:
    Path("requirements.txt").write_bytes("dash==2.9.1\n".encode(encoding))
    assert found("from dash import Dash\napp = Dash()\napp.run_server()\n") == []


def test_requirements_of_other_files_and_of_the_script_count(found: Found) -> None:
    code = "from dash import Dash\napp = Dash()\napp.run_server()\n"
    assert found({"app.py": code, "requirements.txt": "-r base.txt", "base.txt": "dash<3"}) == []
    script = '# /// script\n# dependencies = ["dash==2.9"]\n# ///\n'
    assert found({"app.py": script + code, "requirements.txt": "dash"}) == []


@pytest.mark.parametrize(
    ("wanted", "rules"),
    [
        ("==0.12.0", []),
        ("==0.14.3", ["DG111"]),
        ("==0.13.0", []),
        ("<0.14", []),
        ("<0.12", []),
        (">=2", ["DG111"]),
    ],
)
def test_below_1_each_minor_version_is_another(wanted: str, rules: list[str], found: Found) -> None:
    code = "import dash_mantine_components as dmc\nfrom dash import Dash\napp = Dash()\n"
    files = {"requirements.txt": f"dash-mantine-components{wanted}\n"}
    made = code + "app.layout = dmc.Burger()\napp.layout = dmc.Prism()\n"
    found_rules = [finding.rule for finding in found(files | {"app.py": made})]
    assert sorted(set(found_rules)) == rules


@pytest.mark.parametrize("test", ["dmc.__version__ < '1'", "hasattr(dmc, 'Header')", "VERSION < 1"])
def test_a_module_that_asks_for_a_version_knows_what_it_does(test: str, found: Found) -> None:
    code = "import dash_mantine_components as dmc\nfrom dash import Dash\napp = Dash()\n"
    made = "app.layout = dmc.Header(height=1)"
    assert [finding.rule for finding in found(f"{code}{made}\n")] == ["DG111"]
    assert found(f"{code}{made} if {test} else None\n") == []


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("prevent_initial_call=True", ""),
        ("prevent_intial_call=True", "did you mean 'prevent_initial_call'?"),
        ("prevent_initial_callback=True", "did you mean 'prevent_initial_call'?"),
        ("allow_duplicate=True", "it is one of Output"),
        ("suppress_callback_exceptions=True", "it is one of Dash"),
        ("an_option_of_a_later_version=True", ""),
        ("_allow_dynamic_callbacks=True", ""),
        ("**options", ""),
    ],
)
def test_an_option_that_is_much_like_another_is_a_mistake(
    option: str, hint: str, found: Found
) -> None:
    code = app("html.Div([html.P(id='text'), dcc.Input(id='wrong')])", "options = {}")
    findings = found(code.replace('"value"))', f'"value"), {option})'))
    assert [finding.message.rpartition(", ")[2] for finding in findings] == [hint] * bool(hint)


@pytest.mark.parametrize(
    "start",
    [
        "from dash_extensions.enrich import DashProxy as Dash, Input, Output, callback, dcc, html",
        "def callback(*given, **options): return lambda function: function",
    ],
)
def test_the_options_of_other_callbacks_are_not_judged(start: str, found: Found) -> None:
    code = app("html.Div([html.P(id='text'), dcc.Input(id='wrong')])", start)
    assert found(code.replace('"value"))', '"value"), prevent_inital_call=True)')) == []


def test_the_options_of_an_unknown_version_are_not_judged(found: Found) -> None:
    code = app("html.Div([html.P(id='text'), dcc.Input(id='wrong')])")
    code = code.replace('"value"))', '"value"), events=[], prevent_inital_call=True)')
    assert found({"app.py": code, "requirements.txt": "dash==0.43\n"}) == []
