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


@rules
def test_the_examples_are_whole_modules(rule: Rule) -> None:
    for example in (rule.bad, rule.good):
        ast.parse(example)
        assert "Dash(" in example
