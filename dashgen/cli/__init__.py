"""The command line: it parses, calls a command, prints, and sets the exit code.

One module per command, imported when that command is called and not before.
"""

from dashgen.cli.app import main

__all__ = ["main"]
