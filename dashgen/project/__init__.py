"""A project on the disk: its recorded answers, its repository, and writing."""
