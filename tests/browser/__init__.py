"""The contract of the generated app, driven in a browser."""
