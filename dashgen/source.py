"""Where the template is, and its version; light enough for every command to import."""

from functools import cache
from pathlib import Path

DISTRIBUTION = "dashgen-cli"
UNINSTALLED_VERSION = "0.1.0.dev0"


def template_root() -> Path:
    """Return the folder with ``copier.yml``: the wheel's own copy, or the checkout."""
    package = Path(__file__).resolve().parent
    packed = package / "_template"
    return packed if packed.is_dir() else package.parent


@cache
def version() -> str:
    """Return the version of dashgen, which is also the template's."""
    # Imported here: the half of the time that --help takes.
    from importlib import metadata

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return UNINSTALLED_VERSION
