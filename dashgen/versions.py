"""The template versions that this dashgen has, and what a project records of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from dashgen import checkout
from dashgen.errors import TemplateSourceError
from dashgen.history import DamagedHistoryError, History, read_tags
from dashgen.source import DISTRIBUTION, template_root, version

# Valid on every machine of a team, unlike a path inside site-packages.
RECORDED_SOURCE = "~/.local/share/dashgen/template.bundle"


@cache
def index() -> History:
    """Return dashgen's own versions without what is costly: their content, or asking git for tags.

    Raises:
        TemplateSourceError: The wheel's history is damaged.
    """
    packed = _packed_history()
    if not packed.is_file():
        return checkout.of_content(template_root(), version())
    with _undamaged(packed):
        return read_tags(packed)


def template_version() -> str:
    """Return the tag of dashgen's own template.

    The version of a release; for everything between two releases the content's hash is part of it,
    so that a project records what it was really made from.
    """
    return index().current


@cache
def history() -> History:
    """Return all versions that this dashgen has: what its wheel holds, or its checkout's tags.

    Raises:
        TemplateSourceError: The wheel's history is damaged.
    """
    packed = _packed_history()
    if not packed.is_file():
        return checkout.of_checkout(template_root(), version())
    with _undamaged(packed):
        return History.read(packed)


def release() -> dict[str, str]:
    """Return what a project records to be updated from."""
    return {"_commit": template_version(), "_src_path": RECORDED_SOURCE}


def _packed_history() -> Path:
    return Path(__file__).resolve().parent / checkout.PACKED


@contextmanager
def _undamaged(packed: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, DamagedHistoryError) as error:
        raise TemplateSourceError(
            f"the template history of dashgen {version()} is damaged ({packed}): {error}",
            f"install {DISTRIBUTION} again",
        ) from error
