"""Looks into the stores from outside, past the app: what is in there, and what if it is damaged."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pymongo
import redis


@contextmanager
def sql(url: str) -> Iterator[Any]:
    """Give a connection whose statements are one transaction."""
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
            yield file
    else:
        with psycopg.connect(url) as connection:
            yield connection


def sql_count(url: str) -> int:
    query = (
        "SELECT (SELECT count(*) FROM myapp_records) + (SELECT count(*) FROM myapp_record_fields)"
    )
    with sql(url) as connection:
        ((count,),) = connection.execute(query)
        return int(count)


def sql_damage(url: str, record: str, field: str) -> None:
    own = f"record_id = '{record}' AND name = '{field}'"
    with sql(url) as connection:
        change = f"UPDATE myapp_record_fields SET value = '{{half' WHERE {own}"
        assert connection.execute(change).rowcount == 1


def redis_count(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return sum(int(client.hlen(key)) for key in client.scan_iter("myapp:*"))


def redis_damage(url: str, record: str, field: str) -> None:
    with redis.Redis.from_url(url) as client:
        assert client.hset(f"myapp:record:{record}", f"value:{field}", b'"half\xff') == 0


@contextmanager
def mongodb(url: str) -> Iterator[Any]:
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        yield client.get_default_database()


def mongodb_count(url: str) -> int:
    with mongodb(url) as database:
        return sum(
            database[name].count_documents({})
            for name in database.list_collection_names()
            if name.startswith("myapp_")
        )


def mongodb_damage(url: str, record: str, field: str) -> None:
    with mongodb(url) as database:
        entry = database.myapp_records.find_one({"_id": record})["fields"][field]
        database.myapp_record_values.delete_one({"_id": f"{entry['version']}/0"})


@dataclass(frozen=True)
class Inside:
    """How to look into a store."""

    count: Callable[[str], int]
    """How many rows, fields or documents the app has there."""
    damage: Callable[[str, str, str], None]
    """Make the value of a record's field unreadable."""


# By the scheme of an address.
INSIDE = {
    "sqlite": Inside(sql_count, sql_damage),
    "postgresql": Inside(sql_count, sql_damage),
    "redis": Inside(redis_count, redis_damage),
    "mongodb": Inside(mongodb_count, mongodb_damage),
}


def inside(url: str) -> Inside:
    """Return how to look into the store at an address."""
    return INSIDE[url.partition(":")[0]]
