"""What a shell offers when the Tab key is pressed: Typer's completion, made quick."""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from dashgen.errors import ExitCode

VARIABLE = "_DASHGEN_COMPLETE"


def answer(group: Any) -> int:
    """Print what fits at the cursor, as the environment states it, and return the exit code.

    Args:
        group: The command line.
    """
    # With Rich there, Typer sends every meaning through it, which takes longer than the rest.
    rich = sys.modules.get("rich")
    sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        if os.environ[VARIABLE] == "complete_bash":
            _join_equals()
        group.main([], prog_name="dashgen", complete_var=VARIABLE, standalone_mode=False)
    except SystemExit as end:
        return int(end.code or 0)
    except Exception:
        # Nothing that goes wrong may end up in the line that somebody is typing.
        return ExitCode.FAILED
    finally:
        del sys.modules["rich"]
        if rich:
            sys.modules["rich"] = rich
    return ExitCode.DONE


def _join_equals() -> None:
    """Put together again what bash takes apart at equals signs; Typer does not."""
    words = os.environ["COMP_WORDS"].split("\n")[: int(os.environ["COMP_CWORD"]) + 1]
    joined = list(_joined(words))
    os.environ |= {"COMP_WORDS": "\n".join(joined), "COMP_CWORD": str(len(joined) - 1)}


def _joined(words: Sequence[str]) -> Iterator[str]:
    whole = ""
    for word in words:
        if whole.startswith("--") and (word == "=" or whole.endswith("=")):
            whole += word
            continue
        if whole:
            yield whole
        whole = word
    yield whole
