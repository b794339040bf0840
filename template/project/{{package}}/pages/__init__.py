"""The pages: each file or folder registers itself, so adding a page is adding a file."""
