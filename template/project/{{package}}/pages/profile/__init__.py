"""The Profile page: one folder, with all that belongs to it."""
