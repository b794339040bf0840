"""A git identity, a home folder and an empty folder to work in, as for the command line's tests."""

from tests.cli.conftest import git_configuration, home, signal_handlers, user_folders, work

__all__ = ["git_configuration", "home", "signal_handlers", "user_folders", "work"]
