"""What the rules say of Dash is so: their bad examples run, with the installed Dash."""

import json
import os
import runpy
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import dash
import pandas as pd
import pytest
from dash import dcc, exceptions, html
from playwright.sync_api import Browser, Page

from dashgen.check.findings import Rule
from dashgen.check.rules import RULES
from tests.support.browser import PATIENCE
from tests.support.process import free_port, running

RULE = {rule.name: rule for rule in RULES}
SERVE = (
    "\n\nif __name__ == '__main__':\n    app.run(port={port}, debug={debug}, use_reloader=False)\n"
)


def made(code: str, tmp_path: Path) -> dash.Dash:
    """Run a module and return its app."""
    file = tmp_path / "example.py"
    file.write_text(code)
    app = runpy.run_path(str(file))["app"]
    assert isinstance(app, dash.Dash)
    app.server.testing = False
    app._setup_server()  # type: ignore[no-untyped-call]
    return app


def call(app: dash.Dash, *values: object, states: tuple[object, ...] = (), of: int = 0) -> Any:
    """Call one of an app's callbacks as the browser does; return the status and the answer."""
    name, described = list(app.callback_map.items())[of]

    def given(entries: list[dict[str, str]], data: tuple[object, ...]) -> list[dict[str, object]]:
        return [{**entry, "value": value} for entry, value in zip(entries, data, strict=True)]

    parts = [part.rsplit(".", 1) for part in name.strip(".").split("...")]
    outputs = [{"id": one, "property": wanted} for one, wanted in parts]
    answer = app.server.test_client().post(
        "/_dash-update-component",
        json={
            "output": name,
            "outputs": outputs if name.startswith("..") else outputs[0],
            "inputs": given(described["inputs"], values),
            "state": given(described["state"], states),
            "changedPropIds": ["{id}.{property}".format(**described["inputs"][0])],
        },
    )
    return answer.status_code, answer.get_json(silent=True)


@contextmanager
def served(code: str, tmp_path: Path, debug: bool = False) -> Iterator[str]:
    """Serve a module's app, and return its address."""
    port = free_port()
    file = tmp_path / "served.py"
    file.write_text(code + SERVE.format(port=port, debug=debug))
    with running(
        [sys.executable, str(file)],
        log=tmp_path / "log",
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        port=port,
        health="/",
    ):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def shown(browser: Browser, address: str) -> Iterator[tuple[Page, list[str]]]:
    """Show an app when its first callbacks have run, and return what the console says."""
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    page.wait_for_selector("#react-entry-point > *")
    page.wait_for_load_state("networkidle")
    yield page, said
    page.close()


def hear(page: Page, said: list[str], words: str) -> None:
    """Wait until the console says something; it may do so long after the page is there."""
    until = time.monotonic() + PATIENCE
    while not any(words in line for line in said):
        assert time.monotonic() < until, f"{words!r} not within {PATIENCE} s, but {said}"
        page.wait_for_timeout(50)


def test_an_unknown_id_keeps_a_callback_from_running(browser: Browser, tmp_path: Path) -> None:
    rule = RULE["unknown-id"]
    for code, expected in ((rule.good, "Hello Ada"), (rule.bad, "")):
        with served(code, tmp_path) as address, shown(browser, address) as (page, said):
            if expected:
                page.fill("#name", "Ada")
                page.wait_for_selector(f"#greeting >> text={expected}")
                assert not any("ID not found in layout" in line for line in said)
            else:
                hear(page, said, "ID not found in layout")
                page.fill("#name", "Ada")
                page.wait_for_timeout(500)
                assert page.inner_text("#greeting") == ""


def test_a_component_refuses_an_unknown_property() -> None:
    for component in (html.Div, dcc.Dropdown):
        with pytest.raises(TypeError, match="unexpected keyword argument: `colour`"):
            component(colour="red")


def test_a_callback_on_an_unknown_property_is_invalid(browser: Browser, tmp_path: Path) -> None:
    with (
        served(RULE["unknown-property"].bad, tmp_path) as address,
        shown(browser, address) as (page, said),
    ):
        hear(page, said, "Invalid prop for this component")


@pytest.mark.parametrize("name", ["argument-count", "return-count"])
def test_a_wrong_number_of_arguments_or_values_is_an_error(name: str, tmp_path: Path) -> None:
    values = {"argument-count": ((1,), ("Ada",)), "return-count": (("",), ())}
    inputs, states = values[name]
    assert call(made(RULE[name].bad, tmp_path), *inputs, states=states)[0] == 500
    assert call(made(RULE[name].good, tmp_path), *inputs, states=states)[0] == 200


@pytest.mark.parametrize(
    "value", ["''", "'ab'", "f'{name}'", "{'a': 1, 'b': 2}", "html.P()", "None"]
)
def test_one_value_is_not_taken_for_several_outputs(value: str, tmp_path: Path) -> None:
    code = RULE["return-count"].good.replace('"", ""', value)
    assert call(made(code, tmp_path), "")[0] == 500


def test_one_value_is_not_taken_for_a_list_of_one_output(tmp_path: Path) -> None:
    code = (
        RULE["unknown-id"]
        .good.replace('Output("greeting", "children")', "[{}]")
        .format('Output("greeting", "children")', name="{name}")
    )
    assert call(made(code, tmp_path), "Ada")[0] == 500


def test_no_update_stands_for_all_outputs(tmp_path: Path) -> None:
    code = RULE["return-count"].good.replace('"", ""', "dash.no_update")
    assert call(made(f"import dash\n{code}", tmp_path), "")[0] == 200


def test_of_two_callbacks_with_one_output_the_last_answers_for_both(
    browser: Browser, tmp_path: Path
) -> None:
    bad = RULE["duplicate-output"].bad
    with served(bad, tmp_path) as address, shown(browser, address) as (page, _):
        with page.expect_response("**/_dash-update-component*"):
            page.click("#add")
        page.wait_for_timeout(300)
        assert page.inner_text("#text") == "no item"
    with served(bad, tmp_path, debug=True) as address, shown(browser, address) as (page, said):
        hear(page, said, "Duplicate callback outputs")
        page.click("#clear")
        page.wait_for_timeout(500)
        assert page.inner_text("#text") == ""


def test_a_duplicate_that_runs_at_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(exceptions.DuplicateCallback, match="requires prevent_initial_call"):
        made(RULE["duplicate-at-start"].bad, tmp_path)
    made(RULE["duplicate-at-start"].good, tmp_path)


@pytest.mark.parametrize(("kind", "waits"), [("bad", False), ("good", True)])
def test_an_unknown_option_is_ignored(kind: str, waits: bool, tmp_path: Path) -> None:
    app = made(getattr(RULE["unknown-option"], kind), tmp_path)
    described = app.server.test_client().get("/_dash-dependencies").get_json()
    assert [bool(one["prevent_initial_call"]) for one in described] == [waits]


def test_circular_callbacks_overwrite_what_is_entered(browser: Browser, tmp_path: Path) -> None:
    code = RULE["circular-callbacks"].bad.replace("* 5 / 9", "* 5 / 9 + 1")
    with served(code, tmp_path) as address, shown(browser, address) as (page, _):
        page.fill("#celsius", "5")
        page.wait_for_function("document.querySelector('#celsius').value === '6'")
    with served(code, tmp_path, debug=True) as address, shown(browser, address) as (page, said):
        hear(page, said, "Circular Dependencies")


@pytest.mark.parametrize(("kind", "callbacks"), [("bad", 0), ("good", 1)])
def test_a_callback_below_run_is_not_served(kind: str, callbacks: int, tmp_path: Path) -> None:
    port = free_port()
    file = tmp_path / "script.py"
    file.write_text(
        getattr(RULE["callback-after-run"], kind).replace(".run()", f".run(port={port})")
    )
    with (
        running([sys.executable, str(file)], log=tmp_path / "log", port=port, health="/"),
        urlopen(f"http://127.0.0.1:{port}/_dash-dependencies") as answer,
    ):
        assert len(json.load(answer)) == callbacks


def test_a_data_frame_is_no_json_but_arrays_and_series_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"x": [1]}).to_csv("a.csv")
    rule = RULE["data-frame-returned"]
    assert call(made(rule.bad, tmp_path), "a")[0] == 500
    assert call(made(rule.good, tmp_path), "a")[0] == 200
    for taken in ('frame["x"]', 'frame["x"].to_numpy()'):
        code = rule.bad.replace("return frame", f"return {taken}")
        assert call(made(code, tmp_path), "a")[0] == 200


def test_a_background_callback_without_a_manager_fails(tmp_path: Path) -> None:
    app = made(RULE["background-without-manager"].bad, tmp_path)
    app.server.testing = True
    with pytest.raises(exceptions.MissingLongCallbackManagerError):
        call(app, 1)


@pytest.mark.parametrize("name", ["run_server", "long_callback"])
def test_removed_methods_raise(name: str) -> None:
    with pytest.raises(exceptions.ObsoleteAttributeException):
        getattr(dash.Dash(), name)


@pytest.mark.parametrize(
    "name",
    ["dash_html_components", "dash_core_components", "dash_table", "dash.long_callback"],
)
def test_removed_packages_are_not_installed(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        import_module(name)


def test_module_state_is_shared_by_all_users(tmp_path: Path) -> None:
    app = made(RULE["module-state-written"].bad, tmp_path)
    answers = [call(app, 1)[1]["response"]["text"]["children"] for _ in ("Ada", "Grace")]
    assert answers == ["1 items", "2 items"]


def test_a_frame_that_is_changed_in_place_gives_another_result(tmp_path: Path) -> None:
    rule: Rule = RULE["module-frame-changed"]
    for code, same in ((rule.bad, False), (rule.good, True)):
        app = made(code, tmp_path)
        first, second = (call(app, 2)[1]["response"]["text"]["children"] for _ in range(2))
        assert (first == second) is same
