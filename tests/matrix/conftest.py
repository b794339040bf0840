"""A shelf of rendered projects, and what boots them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.children import asking
from tests.support.projects import Variant, environment, render
from tests.support.services import Services

ROOT = Path(__file__).parents[2]

Boot = Callable[..., str]


class Shelf:
    """Rendered projects; they stay for whoever wants to look at them."""

    def __init__(self, folder: Path) -> None:
        """Keep them in a folder."""
        self.folder = folder
        self.project = cache(self._render)

    def _render(self, variant: Variant) -> Path:
        place = self.folder / str(variant)
        place.mkdir()
        return render(place, variant)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return the shelf of this process."""
    return Shelf(tmp_path_factory.mktemp("variants"))


@contextmanager
def booting() -> Iterator[Boot]:
    """Return what boots a project and says what is wrong with it: nothing where all is well."""
    with asking("tests.matrix.boot") as ask:

        def boot(
            project: Path,
            env: Mapping[str, str],
            shows: Iterable[str] = (),
            pages: Iterable[str] | None = None,
        ) -> str:
            package = next(project.glob("*/theme.py")).parent.name
            settings = environment(0, env)
            order: dict[str, Any] = {"project": str(project), "package": package, "env": settings}
            order |= {"shows": list(shows), "pages": None if pages is None else list(pages)}
            return ask(order)

        yield boot


@pytest.fixture(scope="session")
def boot() -> Iterator[Boot]:
    """Return what boots projects in this process of the tests."""
    with booting() as boots:
        yield boots


@pytest.fixture
def project(variant: Variant, shelf: Shelf) -> Path:
    """Return the rendered project of the variant."""
    return shelf.project(variant)


@pytest.fixture
def env(variant: Variant, services: Services) -> Mapping[str, str]:
    """Return the settings by which the variant finds its servers."""
    return services.env(variant)
