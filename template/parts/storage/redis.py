"""Records in Redis: each is one hash, which the server forgets by itself."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from ..settings import settings
from .records import RENDERER_HOOKS, Sent, ServerRecord, install, log, milliseconds
from .settings import APP, refusing

__all__ = ["RENDERER_HOOKS", "Record", "install", "ping"]

# Redis runs a script as one step. For each field the hash holds its value and its writer. The
# writer is the number of the request and the page, in one text. `saved` is the writer of the whole
# record.
WRITE = """
local key, page, number, first, ttl, replace = KEYS[1], unpack(ARGV, 1, 5)
local mark = number .. ' ' .. page

local function newer(entry)
    local by, from = string.match(redis.call('HGET', key, entry) or '', '^(%d+) (.*)$')
    return from == page and tonumber(by) > tonumber(number)
end

redis.call('HSETNX', key, 'revision', first - 1)
local revision = redis.call('HINCRBY', key, 'revision', 1)
redis.call('EXPIRE', key, ttl)
if newer('saved') then
    return revision
end
if replace == '1' then
    redis.call('HSET', key, 'saved', mark)
    for _, entry in ipairs(redis.call('HKEYS', key)) do
        local name = string.match(entry, '^by:(.*)$')
        if name and not newer(entry) then
            redis.call('HDEL', key, entry, 'value:' .. name)
        end
    end
end
for i = 6, #ARGV, 2 do
    if not newer('by:' .. ARGV[i]) then
        redis.call('HSET', key, 'by:' .. ARGV[i], mark, 'value:' .. ARGV[i], ARGV[i + 1])
    end
end
return revision
"""

with refusing("storage_url"):
    client = Redis.from_url(
        settings.storage_url,
        socket_connect_timeout=min(4, settings.storage_timeout),
        socket_timeout=settings.storage_timeout,
        max_connections=settings.web_threads,
        retry=Retry(NoBackoff(), 0),
    )
write_fields = client.register_script(WRITE)


def ping() -> None:
    """Raise unless the server answers."""
    client.ping()


class Record(ServerRecord):
    """A record in Redis."""

    url = settings.storage_url
    unavailable = (RedisError,)

    def read(self, record_id: str, fields: Sequence[str] | None) -> Mapping[str, str | bytes]:
        """Return the JSON of the fields asked for, or of all."""
        key = redis_key(record_id)
        try:
            if fields is None:
                entries = cast("dict[bytes, bytes]", client.hgetall(key))
                return {
                    entry.decode().removeprefix("value:"): text
                    for entry, text in entries.items()
                    if entry.startswith(b"value:")
                }
            texts = client.hmget(key, [f"value:{field}" for field in fields]) if fields else []
        except ResponseError as error:
            remove_foreign(key, error)
            return {}
        pairs = zip(fields, texts, strict=True)
        return {field: text for field, text in pairs if text is not None}

    def write(self, record_id: str, fields: dict[str, str], by: Sent, *, replace: bool) -> int:
        """Write fields by a script, which refuses to go back in time."""
        key = redis_key(record_id)
        options = (by.page, by.number, milliseconds(), settings.storage_ttl, int(replace))
        arguments: list[str | int] = [*options, *chain.from_iterable(fields.items())]
        try:
            return int(write_fields(keys=[key], args=arguments))
        except ResponseError as error:
            remove_foreign(key, error)
        return int(write_fields(keys=[key], args=arguments))


def redis_key(record_id: str) -> str:
    """Return the key of a record. Apps may share a database, hence the app's name."""
    return f"{APP}:record:{record_id}"


def remove_foreign(key: str, error: ResponseError) -> None:
    """Delete a value that is no hash, which only an error can have left under this key."""
    if not str(error).startswith("WRONGTYPE"):
        raise error
    log.warning("Key %s is damaged and treated as absent", key)
    client.delete(key)
