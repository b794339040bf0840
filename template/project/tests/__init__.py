"""The tests: `core/` has those of the machinery, `pages/` one file for each page."""
