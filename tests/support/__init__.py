"""What the tests need to run: real servers and app processes."""
