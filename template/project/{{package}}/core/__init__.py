"""The machinery, kept current by `dashgen update`. Pages use the names below.

Pages of your own data also use its modules for data.

- `Record(name)`: values that stay between callbacks, for each visitor: `load`, `save`, `update`.
- `job(...)`: `dash.callback` for work that takes seconds. It runs in the background.
- `keep(store, …)`: components that stay when the visitor goes to another page.
- `heading(title, lead)`: the head of a page.
- `cards()`: a card for each page of the app, as Home shows them.
- `csv(table, filename)`: a data frame as a download that is safe to open in a spreadsheet.
- `notify(title, message, color)`: a message in the corner, from inside a callback.
- `UserError(message)`: raise it in a callback, and the user reads the message.
- `settings`: the settings of `settings.py`.
- `DATA`: the folder `data/`, for files that pages read. It is in git and in the image.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..settings import settings
    from .background import job
    from .errors import UserError, notify
    from .exports import csv
    from .frame import cards, heading, keep
    from .settings import DATA
    from .storage import Record

__all__ = [
    "DATA",
    "Record",
    "UserError",
    "cards",
    "csv",
    "heading",
    "job",
    "keep",
    "notify",
    "settings",
]

# Looked up at first use: the settings extend a class of this package, and are needed by most of it.
HOMES = {
    "DATA": ".settings",
    "Record": ".storage",
    "UserError": ".errors",
    "cards": ".frame",
    "csv": ".exports",
    "heading": ".frame",
    "job": ".background",
    "keep": ".frame",
    "notify": ".errors",
    "settings": "..settings",
}


def __getattr__(name: str) -> Any:
    """Return one of the names above."""
    if name not in HOMES:
        raise AttributeError(f"{__name__} has no {name!r} for pages. It has {', '.join(__all__)}")
    return getattr(import_module(HOMES[name], __name__), name)
