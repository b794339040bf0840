"""A page of a file of the user's: its facts for ``new`` and ``add page``."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashgen.data.address import Address
from dashgen.data.describe import Description, refuse_doubts
from dashgen.errors import DataError
from dashgen.releases import installed

LONGEST = 24  # letters of a page's name


@dataclass(frozen=True)
class DataPage:
    """A page of a file, before it is written.

    Args:
        entry: The page's entry in the answer ``pages``.
        files: The files that go into the project with it, by path.
        description: The content of the file.
    """

    entry: Mapping[str, Any]
    files: Mapping[str, bytes]
    description: Description


def data_page(
    description: Description,
    project: Path,
    entry: Mapping[str, Any],
    *,
    copy: bool | None = None,
    settled: bool = True,
) -> DataPage:
    """Return the page that a file gives.

    Args:
        description: The content of the file.
        project: The project's folder, which need not be there yet.
        entry: The page's name and the user's other answers about it.
        copy: Whether the file is copied into the project. None copies a file that is not large and
            holds nothing that looks like a secret or a person.
        settled: Refuse doubts that would change figures.

    Raises:
        DataError: There is a doubt, or the project has another file of that name.
    """
    if settled:
        refuse_doubts(description.path, description.open_doubts)
    path, content = description.placed(project, copy)
    if content is not None and _differs(project / path, content):
        raise DataError(description.path, f"the project has another {path}", "rename the file")
    files = {} if content is None else {path: content}
    return DataPage({**entry, **description.entry(path)}, files, description)


def name_of(file: Path | Address) -> str:
    """Return the name of a page from that of its file or table."""
    stem = file.name.partition(".")[0] if isinstance(file, Path) else file.table.rpartition(".")[2]
    plain = unicodedata.normalize("NFKD", stem.casefold()).encode("ascii", "ignore").decode()
    words = re.sub("[^a-z0-9]+", "_", plain).strip("_")
    name = (words if words[:1].isalpha() else f"data_{words}")[:LONGEST].strip("_")
    return f"{name}_data" if name in _reserved() else name


def _reserved() -> list[str]:
    questions = installed.own_template().questions
    return next(str(q.default).split() for q in questions if q.name == "reserved_pages")


def _differs(place: Path, content: bytes) -> bool:
    try:
        return place.read_bytes() != content
    except FileNotFoundError:
        return False
    except OSError:
        return True
