"""Records in MongoDB: a document says which fields a record has, others hold their values."""

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pymongo import MongoClient, ReturnDocument
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from ..settings import settings
from .records import RENDERER_HOOKS, Sent, ServerRecord, install, log, milliseconds
from .settings import APP, refusing

__all__ = ["RENDERER_HOOKS", "Record", "install", "ping"]

Document = dict[str, Any]
# A document holds at most 16 MB, so a larger value takes several.
PART = 8_000_000
TTL = timedelta(seconds=settings.storage_ttl)
# Values stay up to so long after their record, so that a write need not prolong all of them.
SPARE = TTL / 8


@cache
def client(_process: int) -> MongoClient[Document]:
    """Return the client of a process, which connects at first use. No fork can take it over."""
    return MongoClient(
        settings.storage_url,
        connect=False,
        serverSelectionTimeoutMS=min(3, settings.storage_timeout) * 1000,
        connectTimeoutMS=min(3, settings.storage_timeout) * 1000,
        socketTimeoutMS=settings.storage_timeout * 1000,
        maxPoolSize=settings.web_threads,
        retryReads=False,  # `ServerRecord` does that, if there is time
        retryWrites=False,
    )


with refusing("storage_url"):
    client(os.getpid())  # a malformed URL shows at the start


def collections() -> tuple[Collection[Document], Collection[Document]]:
    """Return where the records are, and their values.

    Values never change: a write adds new ones and then points the record to them in one step. So
    nobody reads half of one value and half of another.
    """
    database = client(os.getpid()).get_default_database(APP)
    return database[f"{APP}_records"], database[f"{APP}_record_values"]


def ping() -> None:
    """Raise unless the server answers."""
    client(os.getpid()).admin.command("ping")


class Record(ServerRecord):
    """A record in MongoDB."""

    url = settings.storage_url
    unavailable = (PyMongoError,)

    def read(self, record_id: str, fields: Sequence[str] | None) -> dict[str, str]:
        """Return the JSON of the fields asked for, or of all."""
        records, values = collections()
        before: dict[str, list[str]] | None = None
        while True:
            record = records.find_one({"_id": record_id, "expires": {"$gt": datetime.now(UTC)}})
            parts = parts_of(record.get("fields")) if record else {}
            if fields is not None:
                parts = {name: parts[name] for name in fields if name in parts}
            found = {part["_id"]: part["text"] for part in values.find(any_of(parts))}
            missing = {name for name, ids in parts.items() if not found.keys() >= set(ids)}
            if not missing or parts == before:
                return {
                    name: "" if name in missing else "".join(found[part] for part in ids)
                    for name, ids in parts.items()
                }
            before = parts  # a write has just replaced a value: read the new one

    def write(self, record_id: str, fields: dict[str, str], by: Sent, *, replace: bool) -> int:
        """Add the values, point the record to them, and remove those that it has no more."""
        records, values = collections()
        first, now = milliseconds(), datetime.now(UTC)
        given: Document = {}
        documents: list[Document] = []
        for name, text in fields.items():
            texts = [text[begin : begin + PART] for begin in range(0, len(text), PART)]
            field = {**by._asdict(), "version": secrets.token_hex(8), "parts": len(texts)}
            given[name] = field
            documents += (
                {"_id": part, "text": text, "expires": now + TTL + SPARE}
                for part, text in zip(ids_of(field), texts, strict=True)
            )
        if documents:
            values.insert_many(documents)
        record: Any = records.find_one_and_update(
            {"_id": record_id},
            change(given, by, replace=replace, first=first, now=now),
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        kept = parts_of(record["fields"])
        for dropped in (parts_of(record["before"]), parts_of(given)):
            gone = {name: ids for name, ids in dropped.items() if ids != kept.get(name)}
            if gone:
                values.delete_many(any_of(gone))
        ending = {**any_of(kept), "expires": {"$lt": now + TTL}}
        values.update_many(ending, {"$set": {"expires": now + TTL + SPARE}})
        if record["revision"] == first:
            for collection in (records, values):
                collection.create_index("expires", expireAfterSeconds=0)
        return int(record["revision"])


def change(
    given: Document, by: Sent, *, replace: bool, first: int, now: datetime
) -> list[Document]:
    """Return the steps that give a record new fields, unless this page has written them since."""

    def newer(mark: str) -> Document:
        same_page = {"$eq": [f"{mark}.page", {"$literal": by.page}]}
        return {"$and": [same_page, {"$gt": [f"{mark}.number", by.number]}]}

    sound = {"$eq": [{"$type": "$fields"}, "object"]}
    alive = {"$and": [sound, {"$gt": ["$expires", now]}]}
    pairs = {"$objectToArray": "$fields"}
    kept = {"$filter": {"input": pairs, "as": "field", "cond": newer("$$field.v")}}
    layers = [{} if replace else "$fields", {"$literal": given}, {"$arrayToObject": kept}]
    saved = {"$literal": by._asdict()} if replace else "$saved"
    counted = {"$add": ["$revision", 1]}
    return [
        {
            "$set": {
                "before": {"$cond": [sound, "$fields", {}]},
                "fields": {"$cond": [alive, "$fields", {}]},
            }
        },
        {
            "$set": {
                "fields": {"$cond": [newer("$saved"), "$fields", {"$mergeObjects": layers}]},
                "saved": {"$cond": [newer("$saved"), "$saved", saved]},
                "revision": {"$cond": [{"$isNumber": "$revision"}, counted, first]},
                "expires": now + TTL,
            }
        },
    ]


def parts_of(fields: Any) -> dict[str, list[str]]:
    """Return the ids of the documents that hold each field's value."""
    if not isinstance(fields, dict):
        log.warning("A record is damaged and treated as absent")
        return {}
    parts: dict[str, list[str]] = {}
    for name, field in fields.items():
        parts[name] = ids_of(field)
    return parts


def ids_of(field: Any) -> list[str]:
    """Return the ids of the documents that hold a field's value."""
    match field:
        case {"version": str(version), "parts": int(count)}:
            return [f"{version}/{number}" for number in range(count)]
    return ["damaged"]  # there is no such part, so the value is missing


def any_of(parts: dict[str, list[str]]) -> Document:
    """Return the query for the documents that hold the values of several fields."""
    return {"_id": {"$in": [part for ids in parts.values() for part in ids]}}
