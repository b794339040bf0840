"""What the style sheet owes a visitor: the first paint, paper, and high contrast."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dashgen.data.describe import described
from tests.support.browser import Tab
from tests.support.process import Process
from tests.support.projects import Variant, choices, render, served

from .datasets import shop

DARK = "rgb(36, 36, 36)"
STORED = "localStorage.setItem('mantine-color-scheme-value', '{}')"
GROUND = "getComputedStyle(document.documentElement).backgroundColor"


@pytest.fixture(scope="module", params=choices("layout"))
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """Serve an app with a page of data and two more, in each layout."""
    folder = tmp_path_factory.mktemp("appearance")
    file: Path = folder / "orders.csv"
    file.write_text(shop(10), encoding="utf-8")
    data = {"name": "orders", "kind": "data", **described(file).entry(str(file))}
    pages = [data, {"name": "profile", "kind": "form"}, {"name": "explore", "kind": "data"}]
    project = render(folder, Variant(layout=request.param), pages=pages)
    with served(project, log=folder / "log") as process:
        yield process


@pytest.mark.parametrize(
    ("stored", "system", "dark"),
    [
        ("dark", "light", True),
        ("light", "dark", False),
        ("auto", "dark", True),
        ("auto", "light", False),
        (None, "dark", True),
        (None, "light", False),
    ],
)
def test_the_first_paint_has_the_theme(
    browser: Browser, app: Process, stored: str | None, system: str, dark: bool
) -> None:
    context = browser.new_context(color_scheme=system)  # type: ignore[arg-type]
    if stored:
        context.add_init_script(STORED.format(stored))
    tab = Tab(context, app.url)
    tab.page.route("**/*.js*", lambda route: route.abort())  # the page as it is before any of them
    tab.page.goto(f"{app.url}/", wait_until="domcontentloaded")
    assert (tab.page.evaluate(GROUND) == DARK) is dark
    tab.page.unroute_all()
    tab.errors.clear()
    tab.go("/")
    tab.page.wait_for_selector(f"html[data-mantine-color-scheme={'dark' if dark else 'light'}]")
    assert tab.errors == []
    context.close()


# The luminance of an element's text, and of the first ground behind it that is not transparent.
CONTRAST = """(selector) => {
    const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const brush = pixel.getContext("2d", { willReadFrequently: true });
    const light = (colour) => {
        brush.clearRect(0, 0, 1, 1);
        brush.fillStyle = colour;
        brush.fillRect(0, 0, 1, 1);
        const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
        return alpha ? (red + green + blue) / 765 : null;
    };
    const element = document.querySelector(selector);
    let ground = null;
    for (let one = element; one && ground === null; one = one.parentElement)
        ground = light(getComputedStyle(one).backgroundColor);
    return [light(getComputedStyle(element).color), ground ?? 1];
}"""
NO_USE = [".shell-header", "#shell-nav", ".dataset-filters", "#orders-export", "#profile-submit"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_white_and_has_the_content_alone(
    browser: Browser, app: Process, scheme: str
) -> None:
    paper = {"width": 794, "height": 1123}
    context = browser.new_context(color_scheme=scheme, viewport=paper)  # type: ignore[arg-type]
    tab = Tab(context, app.url)
    for path, text in (("/orders", ".ag-cell"), ("/profile", "#profile-first-name")):
        tab.go(path)
        tab.page.wait_for_selector(text)
        tab.page.wait_for_selector(f"html[data-mantine-color-scheme={scheme}]")
        tab.page.emulate_media(media="print")
        tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        ink, ground = tab.page.evaluate(CONTRAST, text)
        assert ground == 1
        assert ink < 0.4
        box = tab.page.locator("h1:visible").first.bounding_box()
        assert box
        assert box["x"] == 0
        for selector in NO_USE:
            assert not tab.page.locator(selector).filter(visible=True).count(), selector
        tab.page.emulate_media(media="screen")
        tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
        tab.page.pdf()
        tab.page.wait_for_selector(f"html[data-mantine-color-scheme={scheme}]")
        assert tab.page.evaluate("document.documentElement.dataset.agThemeMode") == scheme
    assert tab.errors == []
    context.close()


def test_charts_fit_the_paper_and_then_the_screen(browser: Browser, app: Process) -> None:
    context = browser.new_context(reduced_motion="reduce")
    tab = Tab(context, app.url)
    tab.go("/explore")
    tab.page.wait_for_selector(".js-plotly-plot .main-svg", state="attached")
    tab.page.emulate_media(media="print")
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    # Plotly draws for the screen. Its drawing shrinks to the paper, because it has a box.
    assert tab.page.locator(".main-svg[viewBox]").count()
    assert not tab.page.locator(".main-svg:not([viewBox])").count()
    tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not tab.page.locator(".main-svg[viewBox]").count()
    assert tab.errors == []
    context.close()


# What is drawn by a background alone, by page. High contrast replaces colours that are no system's.
DRAWN = {
    "/orders": [
        "#shell-theme-toggle .app-icon",
        "[id^=shell-nav-] .app-icon",
        ".dataset-spark[style*=spark]",
        ".mantine-RangeSlider-bar",
    ],
    "/profile": [".shell-brand .app-icon"],
    "/explore": [".mantine-Slider-bar"],
}
VISIBLE = """(selector) => {
    const ground = (element) => getComputedStyle(element).backgroundColor;
    return ground(document.querySelector(selector)) !== ground(document.body);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_high_contrast_leaves_no_picture_empty(browser: Browser, app: Process, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, forced_colors="active")  # type: ignore[arg-type]
    tab = Tab(context, app.url)
    for path, drawn in DRAWN.items():
        tab.go(path)
        for selector in drawn:
            tab.page.wait_for_selector(selector, state="attached")
            assert tab.page.evaluate(VISIBLE, selector), selector
    tab.page.set_viewport_size({"width": 390, "height": 844})
    lines = "getComputedStyle(document.querySelector('.mantine-Burger-burger')).backgroundColor"
    body = "getComputedStyle(document.body).backgroundColor"
    assert tab.page.evaluate(lines) != tab.page.evaluate(body)
    assert tab.errors == []
    context.close()
