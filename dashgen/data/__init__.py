"""A file of the user's: what it holds, what is sure of it, and what has to be asked."""
