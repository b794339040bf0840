"""The fields of the record, and the record itself: what outlives a callback."""

from ...core import Record

record = Record("profile")

FIELDS = ["first_name", "last_name", "age", "info"]
