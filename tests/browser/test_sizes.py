"""An app of many pages in small windows: its menu, its current link, the focus, and fingers."""

from collections.abc import Iterator

import pytest

from tests.support.browser import closed
from tests.support.process import Process
from tests.support.projects import Variant, choices, render, served

from .conftest import Visitors

NAMES = [f"department_of_matters_{number}" for number in range(12)]
LAST = "#shell-nav-department-of-matters-11"
# As a window of 1280 pixels that is zoomed to 200 %.
ZOOMED = {"width": 640, "height": 400}
INSIDE = """([inner, outer]) => {
    const [a, b] = [inner, outer].map((one) => document.querySelector(one).getBoundingClientRect());
    const within = (low, high) => a[low] >= b[low] - 1 && a[high] <= b[high] + 1;
    return within("left", "right") && within("top", "bottom");
}"""
COVERED = """() => {
    const header = document.querySelector(".shell-header");
    const { activeElement } = document;
    const edge = header.getBoundingClientRect().bottom;
    return !header.contains(activeElement) && activeElement.getBoundingClientRect().top < edge;
}"""


@pytest.fixture(scope="module", params=choices("layout"))
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """Serve an app with more pages than a header or a small window has room for."""
    folder = tmp_path_factory.mktemp("sizes")
    pages = [{"name": name, "kind": "blank"} for name in NAMES]
    project = render(folder, Variant(layout=request.param), pages=pages)
    with served(project, log=folder / "log") as process:
        yield process


def test_a_small_window_reaches_the_last_link_of_the_menu(visitors: Visitors, app: Process) -> None:
    tab = visitors.tab(app.url, viewport=ZOOMED)  # type: ignore[arg-type]
    tab.go("/")
    tab.page.click("#shell-menu")
    tab.page.locator(LAST).scroll_into_view_if_needed()
    assert tab.page.evaluate(INSIDE, [LAST, "#shell-nav"])
    box = tab.page.locator(LAST).bounding_box()
    assert box
    assert box["y"] + box["height"] <= ZOOMED["height"]
    tab.page.click(LAST)
    tab.page.wait_for_selector(f"{LAST}[aria-current=page]", state="attached")
    closed(tab)


@pytest.mark.parametrize("width", [768, 1280])
def test_the_link_of_the_current_page_is_in_view(
    visitors: Visitors, app: Process, width: int
) -> None:
    tab = visitors.tab(app.url, viewport={"width": width, "height": 400})
    tab.go("/department-of-matters-11")
    tab.page.wait_for_selector(f"{LAST}[aria-current=page]")
    tab.until(lambda: tab.page.evaluate(INSIDE, [LAST, "#shell-nav"]), timeout=5)
    closed(tab)


def test_the_focus_is_never_below_the_header(visitors: Visitors, app: Process) -> None:
    tab = visitors.tab(app.url, viewport=ZOOMED)  # type: ignore[arg-type]
    tab.go("/")
    tab.page.wait_for_selector(".app-page-card")
    tab.page.locator("a:has(.app-page-card)").last.focus()
    for _ in NAMES:
        assert not tab.page.evaluate(COVERED)
        tab.page.keyboard.press("Shift+Tab")
    closed(tab)


def test_a_finger_hits_the_buttons_of_the_header(visitors: Visitors, app: Process) -> None:
    tab = visitors.tab(app.url, viewport={"width": 390, "height": 844})
    tab.go("/")
    for button in ("#shell-menu", "#shell-theme-toggle"):
        box = tab.page.locator(button).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 40
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
    closed(tab)
