"""The command line: it parses, calls a command, prints, and sets the exit code.

One module per command. Help and completion are to be fast. So each function imports the command
that it calls, and the prompts, by itself.
"""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code, see ``dashgen.cli.app.main``."""
    try:
        # Imported here, because Ctrl-C may come before the imports have ended.
        from dashgen.cli.app import main as run

        return run(words)
    except KeyboardInterrupt:
        from dashgen.errors import ExitCode

        print("cancelled", file=sys.stderr)
        return ExitCode.INTERRUPTED
