"""What axe-core says of a page."""

from importlib.resources import files
from typing import Any

from tests.support.browser import Tab

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()


def serious(tab: Tab) -> list[tuple[str, list[Any]]]:
    """Return the rules that are broken seriously, and where."""
    # What fades in has another contrast meanwhile.
    tab.page.wait_for_timeout(250)
    if not tab.page.evaluate("'axe' in window"):
        tab.page.evaluate(AXE)
    result: dict[str, Any] = tab.page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]])
        for rule in result["violations"]
        if rule["impact"] in {"serious", "critical"}
    ]
