"""The linter for Dash apps. Nothing of a checked project is imported or run."""
