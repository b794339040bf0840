"""What axe-core says of a page."""

from importlib.resources import files
from typing import Any

from tests.support.browser import Tab
from tests.support.pages import change_theme

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
EVERY_RULE = "{}"
# The rules that another theme can break.
OF_COLOURS = "{runOnly: ['color-contrast', 'link-in-text-block']}"


def check_nothing_is_seriously_inaccessible(tab: Tab) -> None:
    """Look at the page as it is, and at its colours in the other theme, which then stays."""
    found = serious(tab, EVERY_RULE)
    change_theme(tab)
    found += serious(tab, OF_COLOURS)
    assert not found, found


def serious(tab: Tab, rules: str) -> list[tuple[str, list[Any]]]:
    """Return the rules that are broken seriously, and where."""
    # What fades in has another contrast meanwhile.
    tab.page.wait_for_timeout(250)
    if not tab.page.evaluate("'axe' in window"):
        tab.page.evaluate(AXE)
    options = f"{{...{rules}, resultTypes: ['violations'], preload: false}}"
    result: dict[str, Any] = tab.page.evaluate(f"axe.run({options})")
    return [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]])
        for rule in result["violations"]
        if rule["impact"] in {"serious", "critical"}
    ]
