"""A reverse proxy that hands the requests it gets to several servers in turn.

    with round_robin([8001, 8002]) as port:
        urlopen(f"http://127.0.0.1:{port}/")

With a TLS context it speaks HTTPS and says so to the servers, as a proxy in front of a team's apps
does. A target that refuses the connection is left out for that request; when all do, the answer is
502.
"""

from __future__ import annotations

import http.client
import itertools
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_OWN = {"connection", "keep-alive", "transfer-encoding", "content-length"}  # of one connection each


@contextmanager
def round_robin(
    ports: Sequence[int], *, tls: ssl.SSLContext | None = None, strip: str = ""
) -> Iterator[int]:
    """Serve on a free port of 127.0.0.1 while the block runs, in front of servers on `ports`.

    The servers do not see the prefix `strip` of a path.
    """
    turn = itertools.cycle(range(len(ports)))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length) if length else None
            headers = {key: value for key, value in self.headers.items() if key.lower() not in _OWN}
            if tls:
                headers |= {
                    "X-Forwarded-For": self.client_address[0],
                    "X-Forwarded-Proto": "https",
                    "X-Forwarded-Host": headers.get("Host", ""),
                }
            path = "/" + self.path.removeprefix(strip).lstrip("/")
            with lock:
                first = next(turn)
            for step in range(len(ports)):
                port = ports[(first + step) % len(ports)]
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
                try:
                    connection.request(self.command, path, body, headers)
                    answer = connection.getresponse()
                    content = answer.read()
                except ConnectionRefusedError:
                    continue
                except (OSError, http.client.HTTPException):
                    break  # it may have acted on the request, so nobody else gets it
                finally:
                    connection.close()
                self.answer(answer.status, answer.getheaders(), content)
                return
            self.answer(502, [], b"no server answers")

        def answer(self, status: int, headers: Sequence[tuple[str, str]], content: bytes) -> None:
            self.send_response_only(status)
            for key, value in headers:
                if key.lower() not in _OWN:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_HEAD = forward  # noqa: N815, the names are given

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
