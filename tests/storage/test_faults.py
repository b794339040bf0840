"""What happens when the server of the storage is away, hangs, or refuses."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from ..support.process import free_port
from ..support.servers import Server
from ..support.services import SERVER_OF, STORAGE_SERVERS
from .apps import App, RefusedError, Visitor
from .conftest import Start

pytestmark = pytest.mark.parametrize("choice", STORAGE_SERVERS)

JOURNAL = 0.3
"""MongoDB answers up to a tenth of a second before a write is safe from a crash."""
MESSAGE = "StorageUnavailableError: The storage is not available at the moment"


def refused(ask: Callable[[], Any]) -> None:
    """Check that the app answers with the message for the user."""
    with pytest.raises(RefusedError, match=MESSAGE) as caught:
        ask()
    assert caught.value.for_user


def place(url: str) -> str:
    """Return a URL as the log should show it."""
    return re.sub("//[^/]*@", "//", url).partition("?")[0]


def test_the_app_starts_before_its_server(start: Start, server: Server) -> None:
    server.stop()
    visitor = Visitor(start())
    assert visitor.app.call("health") == ["OK", "200 OK"]
    assert visitor.app.log == []
    refused(lambda: visitor.update({"a": 1}))
    refused(visitor.load)
    (line,) = visitor.app.log
    assert line.startswith(f"ERROR Storage at {place(server.url)}: ")
    assert "refused" in line
    server.start()
    visitor.update({"a": 2})
    assert visitor.load() == {"a": 2}
    assert visitor.app.log[1:] == [f"WARNING Storage at {place(server.url)} is back"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_server_goes_and_comes_back(
    app: App, server: Server, end: str, said: Callable[[str], None], choice: str
) -> None:
    visitor = Visitor(app)
    visitor.update({"a": 1})
    app.call("hammer", owner=visitor.owner, process=0, threads=4, updates=2)  # fills the pool
    time.sleep(JOURNAL)
    getattr(server, end)()
    refused(lambda: visitor.update({"a": 2}))
    assert app.seconds < 6
    said(f"{choice}: noticed in {app.seconds:.2f} s")
    assert app.call("hammer", owner=visitor.owner, process=1, threads=4, updates=1) == 4
    lines = [line for line in app.log if "p1t" not in line and "StorageUnavailable" not in line]
    assert len(lines) == 1, app.log
    assert place(server.url) in lines[0]
    server.start()
    visitor.update({"a": 1})  # one caller at a time finds out that it is back
    assert app.call("hammer", owner=visitor.owner, process=2, threads=4, updates=2) == 0
    assert app.log[-1].endswith("is back")
    assert visitor.load(["a", "p2t3n1"]) == {"a": 1, "p2t3n1": 1}


def test_a_restart_between_two_requests_is_not_noticed(app: App, server: Server) -> None:
    visitor = Visitor(app)
    visitor.update({"a": 1})
    app.call("hammer", owner=visitor.owner, process=0, threads=4, updates=2)
    time.sleep(JOURNAL)
    server.kill()
    server.start()
    assert app.call("hammer", owner=visitor.owner, process=1, threads=4, updates=2) == 0
    assert visitor.load(["a"]) == {"a": 1}
    assert app.log == []


def test_a_server_that_hangs_is_given_up(
    start: Start, server: Server, said: Callable[[str], None], choice: str
) -> None:
    used, new = Visitor(start(APP_STORAGE_TIMEOUT="3")), Visitor(start(APP_STORAGE_TIMEOUT="3"))
    used.update({"a": 1})
    server.pause()
    with ThreadPoolExecutor() as both:
        answer = both.submit(refused, lambda: used.update({"a": 2}))
        refused(new.load)
        answer.result()
    said(f"{choice}: gave up after {used.app.seconds:.1f} s and {new.app.seconds:.1f} s")
    assert used.app.seconds < 5
    assert new.app.seconds < 5
    assert len(used.app.log) == len(new.app.log) == 1
    server.resume()
    used.update({"a": 3})
    assert used.load() == {"a": 3}
    assert new.load() == {}
    assert [app.log[-1].endswith("is back") for app in (used.app, new.app)] == [True, True]


ODD = "p@ss/w:rd?#%2F$+&=é"
# What to change in a URL to be refused for a reason, and what the log should then say.
REFUSALS = {
    "Redis": [
        ("s3cret", "wr0ng", "invalid username-password pair"),
        ("/0$", "/99", "DB index is out of range"),
    ],
    "PostgreSQL": [
        ("s3cret", "wr0ng", 'password authentication failed for user "app"'),
        ("/postgres$", "/missing", 'database "missing" does not exist'),
    ],
    "MongoDB": [
        ("s3cret", "wr0ng", "Authentication failed"),
        ("=admin$", "=missing", "Authentication failed"),
    ],
}


def test_what_the_server_refuses_is_in_the_log(choice: str, start: Start) -> None:
    with STORAGE_SERVERS[choice](password="s3cret/p@ss") as server:
        for old, new, says in REFUSALS[SERVER_OF[choice]]:
            url = re.sub(old, new, server.url)
            assert url != server.url
            visitor = Visitor(start(APP_STORAGE_URL=url))
            refused(partial(visitor.update, {"a": 1}))
            refused(visitor.load)
            (line,) = visitor.app.log
            assert says in line
            assert place(url) in line
            assert "p%40ss" not in line
            assert "p@ss" not in line
        right = Visitor(start(APP_STORAGE_URL=server.url))
        right.update({"a": 1})
        assert right.load() == {"a": 1}


def test_a_password_of_its_own_may_have_any_characters(choice: str, start: Start) -> None:
    """As compose gives it: in a setting, and not in the address."""
    with STORAGE_SERVERS[choice](password=ODD) as server:
        login = f":{quote(ODD, safe='')}@"
        assert login in server.url
        without = server.url.replace(login, "@").replace("//@", "//")
        visitor = Visitor(start(APP_STORAGE_URL=without, APP_STORAGE_PASSWORD=ODD))
        visitor.update({"a": 1})
        assert visitor.load() == {"a": 1}
        assert visitor.app.log == []


def test_nothing_listens_there(start: Start, server: Server) -> None:
    port = free_port()
    visitor = Visitor(start(APP_STORAGE_URL=server.url.replace(str(server.port), str(port))))
    begin = time.monotonic()
    refused(visitor.load)
    assert time.monotonic() - begin < 6
    assert f"127.0.0.1:{port}" in visitor.app.log[0]


@pytest.mark.parametrize("address", ["nonsense://", "http://user:s3cret@127.0.0.1/0"])
def test_a_malformed_address_ends_the_start_with_one_line(start: Start, address: str) -> None:
    with pytest.raises(RefusedError) as caught:
        start(APP_STORAGE_URL=address)
    assert re.fullmatch(r"ends with 3: Settings: APP_STORAGE_URL: .*UR[LI].*\n", caught.value.text)
    assert "s3cret" not in caught.value.text
