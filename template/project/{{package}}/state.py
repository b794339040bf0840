"""The records of the app: what outlives a callback. A line here makes another one."""

from . import storage

profile = storage.Record("profile")

RECORDS = [profile]
