"""What a record can hold: values that are JSON."""

import json
from typing import Any

# Every record of the app by its name; the shell holds their stores, so that they outlive a page.
RECORDS: dict[str, Any] = {}


def to_json(key: str, value: Any) -> str:
    """Return `value` as JSON, in ASCII, so that its length is its size in bytes.

    Raises:
        TypeError: the value is not JSON; the text names its type and the key.
    """
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{key!r} cannot be stored: {type(value).__name__} ({error})") from None
