"""The generated project as a repository of its own."""
