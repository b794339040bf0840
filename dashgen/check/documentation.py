"""Writes a page for each rule: ``python -m dashgen.check.documentation``."""

from pathlib import Path

from dashgen.check.findings import Rule
from dashgen.check.rules import RULES

PAGES = Path(__file__).parents[2] / "docs/rules"


def page(rule: Rule) -> str:
    """Return the page of a rule."""
    return f"""\
# {rule.identifier} {rule.name}

{rule.summary}

Severity: *{rule.severity}*. {rule.why}

**Instead:** {rule.help}

## Bad

```python
{rule.bad}```

## Good

```python
{rule.good}```

## Why this is certain

{rule.proof}
"""


def table() -> str:
    """Return the table of all rules."""
    rows = [
        f"| [{rule.identifier}](rules/{rule.identifier}.md) | {rule.name} | {rule.severity} "
        f"| {rule.summary} |"
        for rule in RULES
    ]
    return "\n".join(["| Rule | Name | Severity | Finds |", "|---|---|---|---|", *rows])


def main() -> None:
    """Write all pages."""
    PAGES.mkdir(exist_ok=True)
    for rule in RULES:
        (PAGES / f"{rule.identifier}.md").write_text(page(rule), encoding="utf-8")


if __name__ == "__main__":
    main()
