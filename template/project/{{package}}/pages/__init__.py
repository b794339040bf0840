"""The pages: each file registers itself, so adding a page is adding a file."""
