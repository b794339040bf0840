"""Each rule finds what its bad example does, and nothing in its good one."""

import ast

import pytest

from dashgen.check.documentation import PAGES, page, table
from dashgen.check.findings import Rule
from dashgen.check.rules import RULES

from .conftest import Found

rules = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.identifier)


@rules
def test_the_bad_example_is_found_by_its_rule_alone(rule: Rule, found: Found) -> None:
    assert {finding.rule for finding in found(rule.bad)} == {rule.identifier}


@rules
def test_the_good_example_is_clean(rule: Rule, found: Found) -> None:
    assert found(rule.good) == []


@rules
def test_a_finding_points_into_the_file(rule: Rule, found: Found) -> None:
    for finding in found(rule.bad):
        line = rule.bad.splitlines()[finding.line - 1]
        assert finding.source == line
        assert 1 <= finding.column < finding.end_column <= len(line) + 1


@rules
def test_the_page_in_the_documentation_is_the_rules_own(rule: Rule) -> None:
    written = (PAGES / f"{rule.identifier}.md").read_text(encoding="utf-8")
    assert written == page(rule), "run: python -m dashgen.check.documentation"


def test_the_documentation_lists_all_rules() -> None:
    assert table() in (PAGES.parent / "check.md").read_text(encoding="utf-8")


def test_identifiers_and_names_are_unique() -> None:
    assert len({rule.identifier for rule in RULES}) == len({rule.name for rule in RULES})
    assert len({rule.identifier for rule in RULES}) == len(RULES)


APP = """\
import pandas as pd
from dash import Dash, Input, Output, dcc, html

app = Dash()
app.layout = html.Div([dcc.Input(id="name"), html.P(id="text")])
frame = pd.DataFrame({"a": [1]})
state = {}
names = ["a"]


@app.callback(Output("text", "children"), Input("name", "value"))
def show(name):
    STATEMENT
    return name
"""


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("frame['b'] = name", "DG203"),
        ("frame.loc[0, 'a'] = name", "DG203"),
        ("frame.columns = ['b']", "DG203"),
        ("del frame['a']", "DG203"),
        ("frame.insert(0, 'b', name)", "DG203"),
        ("name = frame.pop('a')", "DG203"),
        ("frame.drop(columns='a', inplace=True)", "DG203"),
        ("frame.drop(columns='a', inplace=False)", ""),
        ("name = frame.drop(columns='a')", ""),
        ("own = frame.copy(); own['b'] = name; own.insert(0, 'c', name)", ""),
        ("state['user'] = name", "DG202"),
        ("state[name] += 1", "DG202"),
        ("del state['user']", "DG202"),
        ("names[0] = name", "DG202"),
        ("names.append(name)", "DG202"),
        ("state[name] = name", ""),
        ("state['read'] = state['read'] if 'read' in state else name", ""),
        ("state = {}; state['user'] = name", ""),
    ],
)
def test_what_all_visitors_share_is_changed(statement: str, rule: str, found: Found) -> None:
    findings = found(APP.replace("STATEMENT", statement))
    assert [finding.rule for finding in findings] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("returned", "rules"),
    [
        ("frame", ["DG109"]),
        ("frame[frame.a > 0]", ["DG109"]),
        ("frame[(frame['a'] > 0) & (frame.a < 9)]", ["DG109"]),
        ("frame[['a']]", ["DG109"]),
        ("frame.query('a > 0')[['a']].head()", ["DG109"]),
        ("frame['a']", []),
        ("frame[name]", []),
        ("frame[name > 0]", []),
        ("frame[frame.a > 0].to_dict('records')", []),
        ("frame[frame.a > 0]['a'].sum()", []),
    ],
)
def test_a_filtered_frame_is_a_frame(returned: str, rules: list[str], found: Found) -> None:
    app = APP.replace("    STATEMENT\n    return name", f"    return {returned}")
    assert [finding.rule for finding in found(app)] == rules


@rules
def test_the_examples_are_whole_modules(rule: Rule) -> None:
    for example in (rule.bad, rule.good):
        ast.parse(example)
        assert "Dash(" in example
