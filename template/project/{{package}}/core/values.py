"""Values that are JSON: those of records, and the results of jobs."""

import json
import re
from typing import Any

from plotly.io.json import to_json_plotly

# Every record of the app by its name. The shell holds their stores, so they stay between pages.
RECORDS: dict[str, Any] = {}


def to_json(key: str, value: Any) -> str:
    """Return `value` as JSON, in ASCII, so that its length is its size in bytes.

    Raises:
        TypeError: the value is not JSON, or the key is no name of a field. The text names the key
            and the type.
    """
    if not is_name(key):
        raise TypeError(f"{str(key)[:50]!r} is no name of a field: text of up to 200 letters")
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{key!r} cannot be stored: {type(value).__name__} ({error})") from None


def plain(value: Any) -> Any:
    """Return the JSON form of `value` as Python values.

    Raises:
        TypeError: it is not JSON. The text names the type.
    """
    return json.loads(to_json_plotly(value))


def is_name(key: Any) -> bool:
    """Tell whether every storage can have a field of this name."""
    return isinstance(key, str) and len(key) <= 200 and not re.search("[\0\ud800-\udfff]", key)
