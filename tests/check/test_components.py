"""The table of components is what the packages say."""

from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

from dashgen.check.components import DISTRIBUTIONS, collect, components, has, place, versions
from dashgen.check.components.collect import Signature, compact, components_of

LIBRARIES = ["dash.html", "dash.dcc", "dash.dash_table", "dash_mantine_components"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_table_agrees_with_what_is_installed(library: str) -> None:
    installed = Version(version(DISTRIBUTIONS[library]))
    known = next(v for v in versions(library) if Version(v).major == installed.major)
    package = import_module(library.partition(".")[0])
    assert package.__file__
    folder = Path(package.__file__).parent
    modules = sorted(folder.rglob("*.py"))
    texts = [(p.relative_to(folder.parent).as_posix(), p.read_text("utf-8")) for p in modules]
    read = components_of(texts)[library]
    table = components(library, known)
    # A later minor version may have more, but the rules need all that the table lacks.
    assert {name: set(read[name].properties) - table[name] for name in table if name in read} == {
        name: set() for name in table if name in read
    }
    assert set(read) >= set(table)
    if known == str(installed):
        assert {name: read[name].place for name in table} == {
            name: place(library, known, name) for name in table
        }


def test_without_wheels_the_table_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "TABLE", tmp_path / "table.json")
    with pytest.raises(SystemExit, match="name the wheels"):
        collect.main([])
    assert not any(tmp_path.iterdir())


def test_ag_grid_is_there() -> None:
    assert "rowData" in components("dash_ag_grid", versions("dash_ag_grid")[-1])["AgGrid"]


def test_wildcards_are_properties() -> None:
    div = components("dash.html", versions("dash.html")[-1])["Div"]
    assert has(div, "data-name")
    assert has(div, "aria-label")
    assert not has(div, "datum")


def test_a_compact_library_keeps_every_property() -> None:
    library = {
        "A": Signature(["id", "style", "x"], 0),
        "B": Signature(["id", "style"], 1),
        "C": Signature(["id"]),
    }
    assert compact(library) == {
        "shared": "id style",
        "places": "B:1 C:",
        "components": {"A": "x", "B": "", "C": "!style"},
    }
