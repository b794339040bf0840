"""The Reports page: one folder, with all that belongs to it."""
