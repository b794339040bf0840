"""Asking a server whether it is there, in its own protocol and without its driver."""

import os
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import closing
from hashlib import md5
from urllib.parse import SplitResult, unquote, urlsplit

PORTS = {"redis": 6379, "postgresql": 5432, "mongodb": 27017}
SECURE = {"rediss": "redis"}
# An authentication request of PostgreSQL: its number, and what it asks for.
AUTHENTICATED, CLEARTEXT, HASHED, SASL = 0, 3, 5, 10


class NoAnswerError(Exception):
    """A server that does not answer, or refuses; the message says which."""


class UnknownServerError(Exception):
    """A kind of server that cannot be asked here."""


def ping(url: str, seconds: float = 3.0) -> str:
    """Ask the server at a URL whether it is there.

    Args:
        url: As SQLAlchemy, redis-py, Celery or PyMongo take it.
        seconds: To wait for each answer.

    Returns:
        What it said about itself, or about what could not be tried; may be empty.

    Raises:
        NoAnswerError: It does not answer, or it refuses the user or the database.
        UnknownServerError: The URL is of a kind that is not known here.
    """
    kind, parts = family(url), split(url)
    if kind not in PINGS or parts.scheme == "mongodb+srv":
        raise UnknownServerError(parts.scheme)
    try:
        address = (parts.hostname or "localhost", parts.port or PORTS[kind])
    except ValueError as error:
        raise NoAnswerError("has a port that is not a number") from error
    try:
        with closing(socket.create_connection(address, seconds)) as plain:
            connection: socket.socket = plain
            if parts.scheme in SECURE:
                context = ssl.create_default_context()
                connection = context.wrap_socket(plain, server_hostname=address[0])
            return PINGS[kind](connection, parts)
    except TimeoutError as error:
        raise NoAnswerError(f"does not answer within {seconds:.0f} seconds") from error
    except ssl.SSLError as error:
        raise NoAnswerError(f"has no valid certificate ({error.reason})") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NoAnswerError(f"does not answer ({reason})") from error
    except (struct.error, ValueError, IndexError) as error:
        raise NoAnswerError(f"answers, but not as {kind} does") from error


def family(url: str) -> str:
    """Return the kind of server that a URL means, whatever driver or encryption it names."""
    scheme = split(url).scheme
    return SECURE.get(scheme, scheme.partition("+")[0])


def split(url: str) -> SplitResult:
    """Return the parts of a URL; those of the first server where it names several.

    Raises:
        NoAnswerError: It is no URL.
    """
    try:
        parts = urlsplit(url)
        user, at, hosts = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}{at}{hosts.partition(',')[0]}")
    except ValueError as error:
        raise NoAnswerError("is not a URL") from error


def without_password(url: str) -> str:
    """Return a URL as it may be shown."""
    try:
        parts = split(url)
    except NoAnswerError:
        return "…"
    if parts.password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}:…@{host}", query="").geturl()


def _redis(connection: socket.socket, parts: SplitResult) -> str:
    stream = connection.makefile("rwb")

    def say(*words: str) -> str:
        encoded = [word.encode() for word in words]
        stream.write(b"*%d\r\n" % len(encoded))
        for word in encoded:
            stream.write(b"$%d\r\n%b\r\n" % (len(word), word))
        stream.flush()
        line = stream.readline().decode(errors="replace").strip()
        if line.startswith("-"):
            raise NoAnswerError(f"refuses: {line[1:]}")
        if not line.startswith("+"):
            raise ValueError(line)
        return line

    if parts.password:
        user = [unquote(parts.username)] if parts.username else []
        say("AUTH", *user, unquote(parts.password))
    say("PING")
    return ""


def _postgresql(connection: socket.socket, parts: SplitResult) -> str:
    user = unquote(parts.username or os.environ.get("USER", "postgres"))
    database = unquote(parts.path.lstrip("/")) or user
    words = b"".join(word.encode() + b"\0" for word in ("user", user, "database", database, ""))
    connection.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
    stream = connection.makefile("rb")
    while True:
        kind, length = struct.unpack("!ci", stream.read(5))
        body = stream.read(length - 4)
        if kind == b"E":
            fields = {field[:1]: field[1:] for field in body.split(b"\0") if field}
            raise NoAnswerError(f"refuses: {fields.get(b'M', b'').decode(errors='replace')}")
        if kind == b"Z":
            return ""
        if kind == b"R":
            (wanted,) = struct.unpack("!i", body[:4])
            if wanted == SASL:
                return "the password was not tried"
            if wanted in {CLEARTEXT, HASHED}:
                secret = unquote(parts.password or "").encode()
                if wanted == HASHED:
                    inner = md5(secret + user.encode()).hexdigest().encode()
                    secret = b"md5" + md5(inner + body[4:8]).hexdigest().encode()
                connection.sendall(b"p" + struct.pack("!i", len(secret) + 5) + secret + b"\0")
            elif wanted != AUTHENTICATED:
                return "the password was not tried"
        elif kind not in {b"S", b"K", b"N"}:
            raise ValueError(kind)


def _mongodb(connection: socket.socket, parts: SplitResult) -> str:
    # {hello: 1, $db: "admin"} as BSON, in a message of the kind OP_MSG.
    fields = (
        b"\x10hello\0" + struct.pack("<i", 1) + b"\x02$db\0" + struct.pack("<i", 6) + b"admin\0"
    )
    document = struct.pack("<i", len(fields) + 5) + fields + b"\0"
    body = struct.pack("<iii", 1, 0, 2013) + struct.pack("<I", 0) + b"\0" + document
    connection.sendall(struct.pack("<i", len(body) + 4) + body)
    stream = connection.makefile("rb")
    length, _, _, kind = struct.unpack("<iiii", stream.read(16))
    answer = stream.read(min(length, 1 << 20) - 16)
    if kind != 2013 or b"\x01ok\0" not in answer:
        raise ValueError(kind)
    return "the password was not tried" if parts.password else ""


PINGS: dict[str, Callable[[socket.socket, SplitResult], str]] = {
    "redis": _redis,
    "postgresql": _postgresql,
    "mongodb": _mongodb,
}
