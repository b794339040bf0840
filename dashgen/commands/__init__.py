"""One module per command, each usable without the command line."""
