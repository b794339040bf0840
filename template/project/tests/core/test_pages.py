"""Every page answers, and every id that a callback names is on one of them."""

from typing import Any

import dash
import pytest
from dash import Dash
from flask.testing import FlaskClient


def built(layout: Any) -> Any:
    """Return a layout, which may be a function."""
    return layout() if callable(layout) else layout


def components_of(layout: Any) -> set[str]:
    """Return the ids in a layout that are plain texts."""
    components = [built(layout), *built(layout)._traverse()]
    return {name for part in components if isinstance(name := getattr(part, "id", None), str)}


def outputs_of(name: str) -> list[str]:
    """Return the outputs of a callback, which its name lists. Without outputs it has no dots."""
    return name.strip(".").split("...") if "." in name else []


def test_health(client: FlaskClient) -> None:
    assert client.get("/health").text == "OK"


def test_every_page_has_an_address_and_a_layout(client: FlaskClient) -> None:
    assert "/" in {page["path"] for page in dash.page_registry.values()}
    for page in dash.page_registry.values():
        assert client.get(page["path"]).status_code == 200
        assert built(page["layout"])


def test_every_callback_finds_its_components(app: Dash) -> None:
    known = components_of(app.layout)
    for page in dash.page_registry.values():
        known |= components_of(page["layout"])
    for name, callback in app.callback_map.items():
        named = [dependency["id"] for dependency in [*callback["inputs"], *callback["state"]]]
        named += [output.rpartition(".")[0] for output in outputs_of(name)]
        for component in named:
            if not component.startswith(("{", "_pages_")):
                assert component in known, name


def test_no_output_is_written_twice_by_accident(app: Dash) -> None:
    # With `allow_duplicate=True` an output has a name of its own.
    outputs = [output for name in app.callback_map for output in outputs_of(name)]
    assert sorted(outputs) == sorted(set(outputs))


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies"])
def test_dash_answers(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200
