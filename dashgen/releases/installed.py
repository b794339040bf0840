"""The template versions on this machine: dashgen's own, and those of the user's home folder.

A wheel holds its versions in a bundle, and a checkout has its files and tags. Each dashgen adds its
own versions to the bundle in the home folder, from which plain Copier updates.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from dashgen import system
from dashgen.errors import TemplateSourceError
from dashgen.files import Files
from dashgen.releases import build
from dashgen.releases.bundle import PACKED as PACKED_PATH
from dashgen.releases.bundle import Bundle, DamagedBundleError, read_tags
from dashgen.template.questions import Template, read

DISTRIBUTION = "dashgen-cli"
UNINSTALLED_VERSION = "0.1.0.dev0"
# Valid on every machine of a team, unlike a path inside site-packages.
RECORDED_SOURCE = "~/.local/share/dashgen/template.bundle"
PACKAGE = Path(__file__).resolve().parent.parent
PACKED = PACKAGE / PACKED_PATH
CHECKOUT = PACKAGE.parent


@cache
def version() -> str:
    """Return the version of dashgen, which is also the template's."""
    # Imported here: the half of the time that --help takes.
    from importlib import metadata

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return UNINSTALLED_VERSION


def is_packed() -> bool:
    """Say whether the template is the one that a build packed, rather than a checkout's files."""
    return PACKED.is_file()


def origin() -> Path:
    """Return where dashgen's own template is: the packed bundle, or the checkout."""
    return PACKED if is_packed() else CHECKOUT


@cache
def index() -> Bundle:
    """Return dashgen's own versions without costly work: their content, or asking git for tags.

    Raises:
        TemplateSourceError: The packed bundle is damaged.
    """
    if not is_packed():
        return build.of_content(CHECKOUT, version())
    with _undamaged():
        return read_tags(PACKED)


@cache
def own() -> Bundle:
    """Return all versions that this dashgen has: the content of its wheel, or its checkout's tags.

    Raises:
        TemplateSourceError: The packed bundle is damaged.
    """
    if not is_packed():
        return build.of_checkout(CHECKOUT, version())
    with _undamaged():
        return Bundle.read(PACKED)


def own_tag() -> str:
    """Return the tag of dashgen's own template.

    It is the version of a release. Between two releases the content's hash is part of it, so that a
    project records its real template.
    """
    return index().current


@cache
def own_files() -> Files:
    """Return the files of dashgen's own template, as of this version."""
    if not is_packed():
        return build.template_files(CHECKOUT)
    return own().files(own().current)


@cache
def own_template() -> Template:
    """Return the questions of dashgen's own template."""
    return read(own_files())


def shared_bundle() -> Path:
    """Return the path of the home folder's bundle.

    Raises:
        RuntimeError: The user has no home folder.
    """
    return Path(RECORDED_SOURCE).expanduser()


def everything() -> Bundle:
    """Return all versions on this machine. If both have a tag, dashgen's own counts.

    Raises:
        TemplateSourceError: The packed bundle is damaged.
    """
    bundle = Bundle()
    with suppress(OSError, RuntimeError, DamagedBundleError):
        bundle = Bundle.read(shared_bundle())
    bundle.include(own())
    bundle.current = own().current
    return bundle


def share() -> str:
    """Make sure that the home folder's bundle has dashgen's own versions.

    Returns:
        The failure, in one line, or empty after a success.

    Raises:
        TemplateSourceError: The packed bundle is damaged.
    """
    try:
        path = shared_bundle()
        if _has_own(path):
            return ""
        path.parent.mkdir(parents=True, exist_ok=True)
        # Imported here, because a command rarely comes to this.
        from filelock import FileLock

        with FileLock(path.with_suffix(".lock")):
            return _add_own(path)
    except (OSError, RuntimeError) as error:
        return (
            f"{RECORDED_SOURCE} cannot be written ({system.reason(error)}). dashgen update "
            "works without it, copier update does not"
        )


def _has_own(path: Path) -> bool:
    """Say whether the bundle has dashgen's own versions, with the same content."""
    try:
        return index().tags.items() <= read_tags(path).tags.items()
    except (FileNotFoundError, DamagedBundleError):
        return False


def _add_own(path: Path) -> str:
    # Imported here, because a command rarely comes to this.
    from packaging.version import Version

    warning = ""
    merged = Bundle()
    try:
        merged = Bundle.read(path)
    except FileNotFoundError:
        pass
    except DamagedBundleError as error:
        warning = f"{RECORDED_SOURCE} was damaged ({error}) and is written again"
    merged.include(own())
    # A clone begins with the newest, whichever dashgen wrote last: never an older one.
    merged.current = max(merged.tags, key=Version)
    # As a whole, because Copier takes no lock.
    system.write_whole(path, merged.to_bytes(), 0o644)
    return warning


@contextmanager
def _undamaged() -> Iterator[None]:
    try:
        yield
    except (OSError, DamagedBundleError) as error:
        raise TemplateSourceError(
            f"the template history of dashgen {version()} is damaged ({PACKED}): {error}",
            f"install {DISTRIBUTION} again",
        ) from error
