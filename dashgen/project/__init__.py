"""A project on the disk: what it remembers of its making, its repository, and how it is written."""
