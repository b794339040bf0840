"""The place of a user's data: a file, or the address of a table."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from dashgen.errors import DataError

URL = re.compile(r"[a-z][\w+.-]+:/", re.IGNORECASE)  # a drive of Windows has one letter
WEB = re.compile(r"(https?|ftps?|s3|gs):/", re.IGNORECASE)
# SQLAlchemy's addresses name a driver, and those of the storage's settings may do so, too.
POSTGRESQL = re.compile(r"postgres(ql)?(\+\w+)?://", re.IGNORECASE)
SETTINGS = re.compile(r"\s*\w+\s*=.*", re.DOTALL)  # libpq's other form, such as `host=db user=app`
SECRET = re.compile(r"(password\s*=\s*)('(?:\\.|[^'\\])*'?|\S+)", re.IGNORECASE | re.DOTALL)
HOST = r"(?:\[[^\]:@/?#]*(?::[^\]@/?#]*)?\]|[^\[\],:@/?#]*)(?::\d*)?"
SHAPE = re.compile(
    rf"(?P<user>[\w+.-]+://(?:[^:@/?#]*(?=[:@]))?)(?P<password>:[^:@/?#]*(?=@))?"
    rf"(?P<rest>@?{HOST}(?:,{HOST})*(?:/[^?#]*)?)(?P<options>\?[^#]*)?(?P<table>#.*)?",
    re.DOTALL,
)
START = re.compile(r"[\w+.-]+:/*[^:]*")


@dataclass(frozen=True)
class Address:
    """An address. Its text for people and for files has no password.

    Args:
        whole: The address with its password.
    """

    whole: str = field(repr=False)

    def __str__(self) -> str:
        """Return the address without its password, even if it is not well formed."""
        if not URL.match(self.whole):
            return SECRET.sub(r"\1…", self.whole)
        if not (found := SHAPE.fullmatch(self.whole)):
            # Any sign may be the end of the password.
            start = START.match(self.whole)
            return f"{start[0]}:…" if start and start[0] != self.whole else self.whole
        kept = "&".join(one for one in self._options if not _is_secret(one))
        kept = f"?{kept}" if kept and self.is_table else ""
        return f"{found['user']}{found['rest']}{kept}{found['table'] or ''}"

    @property
    def name(self) -> str:
        """The last part of the address."""
        return str(self).rpartition("/")[2]

    @property
    def table(self) -> str:
        """The name of the table, with that of its schema."""
        return self.whole.partition("#")[2]

    @property
    def is_table(self) -> bool:
        """Whether it is an address of PostgreSQL, if it is well formed."""
        return POSTGRESQL.match(self.whole) is not None

    @property
    def _options(self) -> list[str]:
        return self.whole.partition("#")[0].partition("?")[2].split("&")

    def plain(self) -> "Address":
        """Return the address of a table as libpq reads it, which knows no drivers.

        Raises:
            DataError: It is no such address. Or a password is where it cannot be left out.
        """
        form = "write postgresql://USER@HOST/DATABASE#TABLE"
        if WEB.match(self.whole):
            raise DataError(self, "this is an address, and no file", "download it first")
        if URL.match(self.whole) and not re.match("postgres(ql)?[:+]", self.whole, re.IGNORECASE):
            raise DataError(self, "of databases, only PostgreSQL is read", "export the table")
        if not self.is_table:
            raise DataError(self, "this is no address of a table", form)
        if not SHAPE.fullmatch(self.whole):
            raise DataError(self, "the address is not well formed", f"{form}, with %40 for an @")
        if any(map(_is_secret, self._options)):
            raise DataError(self, "an option of the address is a password", "set PGPASSWORD")
        return Address(POSTGRESQL.sub("postgresql://", self.whole, count=1))


def place(text: str) -> Path | Address:
    """Return the place that a user names."""
    is_address = URL.match(text) or (SETTINGS.match(text) and SECRET.search(text))
    return Address(text) if is_address else Path(text)


def readable(place: Path | Address) -> Path:
    """Return the path of a file. The reader of tables takes the address from the source."""
    return place if isinstance(place, Path) else Path(place.table)


def _is_secret(option: str) -> bool:
    return unquote(option.partition("=")[0]).casefold().strip().endswith("password")
