"""The rendered projects, the servers and the processes of the apps; started once, when needed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from ..support.projects import Variant, choices, render
from ..support.servers import Server
from ..support.services import STORAGE_SERVERS
from .apps import App, Visitor, driver

IN_BROWSER = ("memory", "session", "local")
ON_SERVER = tuple(choice for choice in choices("storage") if choice not in IN_BROWSER)

Start = Callable[..., App]


class Shop:
    """What the tests of one session share."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.server = cache(lambda choice: stack.enter_context(STORAGE_SERVERS[choice]()))
        self.project = cache(
            lambda choice: render(folder / choice, Variant(storage=choice, background="none"))
        )
        self.app = cache(lambda choice: self.start(choice))
        self.pair = cache(lambda choice: [self.start(choice), self.start(choice)])
        self._stack = stack
        self._driver = stack.enter_context(driver(folder))

    def url(self, choice: str) -> str:
        if choice == "sqlite":
            return f"sqlite:///{self.folder}/storage.db"
        return self.server(choice).url if choice in STORAGE_SERVERS else ""

    def start(self, choice: str, **env: str) -> App:
        url = self.url(choice)
        app = App(
            self._driver, self.project(choice), {**({"APP_STORAGE_URL": url} if url else {}), **env}
        )
        self._stack.callback(app.close)
        return app


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with ExitStack() as stack:
        yield Shop(tmp_path_factory.mktemp("storage"), stack)


@pytest.fixture(params=choices("storage"))
def choice(request: pytest.FixtureRequest) -> str:
    """Each storage strategy; `pytest.mark.parametrize` narrows it."""
    return str(request.param)


@pytest.fixture
def app(shop: Shop, choice: str) -> App:
    """A process of the app that tests share; its log is empty."""
    app = shop.app(choice)
    app.log.clear()
    return app


@pytest.fixture
def visitor(app: App) -> Visitor:
    """A visitor that the app has not seen before."""
    return Visitor(app)


@pytest.fixture
def pair(shop: Shop, choice: str) -> list[App]:
    """Two more processes of the app that tests share, as a web server has them."""
    return shop.pair(choice)


@pytest.fixture
def url(shop: Shop, choice: str) -> str:
    """The address of the store."""
    return shop.url(choice)


@pytest.fixture
def start(shop: Shop, choice: str) -> Iterator[Start]:
    """Start another process of the app, with settings of its own."""
    started: list[App] = []

    def start_app(**env: str) -> App:
        started.append(shop.start(choice, **env))
        return started[-1]

    yield start_app
    for app in started:
        app.close()


@pytest.fixture
def server(shop: Shop, choice: str) -> Iterator[Server]:
    """The server that keeps the records, running again afterwards."""
    server = shop.server(choice)
    yield server
    server.resume()
    server.start()
