"""Background jobs in Celery workers, on this machine or on others. All share one Redis."""

import json
import logging
import socket
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from queue import Empty
from typing import Any
from urllib.parse import urlsplit

from celery import Celery, Task, bootsteps, signals
from celery.exceptions import SoftTimeLimitExceeded
from celery.worker.state import active_requests
from dash import CeleryManager
from kombu.exceptions import OperationalError
from kombu.transport.redis import Channel, QoS, Transport
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnectionError
from redis.retry import Retry

from ..settings import settings
from . import jobs
from .breaker import Breaker, BusyError
from .errors import UserError
from .jobs import KEEP_SECONDS, PolledManager, install
from .settings import APP, refusing

__all__ = ["install", "job", "manager", "ping", "queue", "start"]

log = logging.getLogger(__name__)

WORKERS = f"{APP}-workers"
QUEUE_SECONDS = 3600  # a job that has not begun by then is given up
BEAT_SECONDS = 5
LOST_SECONDS = 20  # without a beat: so long a page waits for a job whose worker is gone
OUTAGE_SECONDS = 10  # of Redis: so long a page waits for its return
TRIES = 2  # a job that kills its process must not kill them all

# Each job has a key of its own, with the number of tries left. A cancelled job has none left.
# While the job runs, the key goes after LOST_SECONDS unless the worker keeps it alive.
with refusing("celery_result_backend"):
    states = Redis.from_url(
        settings.celery_result_backend,
        socket_connect_timeout=2,
        socket_timeout=2,
        # Once more at once: the connection may date from before a restart of Redis.
        retry=Retry(NoBackoff(), 1, supported_errors=(LostConnectionError,)),
        decode_responses=True,
    )


def state(job: str) -> str:
    """Return the key of a job's state."""
    return f"{APP}-job-{job}"


class Job(Task):  # type: ignore[misc]
    """A task that runs only while somebody wants it, and not more than `TRIES` times."""

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Run the job, unless it was cancelled or given up while it was in the queue."""
        key = state(self.request.id)
        left = self.backend.ensure(states.decr, (key,))
        if left > 0:
            states.expire(key, LOST_SECONDS)
            self.run(*args, **kwargs)
        if left >= 0:
            states.delete(key)
        else:
            states.expire(key, LOST_SECONDS)


class Beat(bootsteps.StartStopStep):  # type: ignore[misc]
    """Tells, from the worker's main process, that the worker and its jobs are alive."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Beat now and from now on. Celery calls this again when it has reconnected."""
        self.beat()
        self.timer = consumer.timer.call_repeatedly(BEAT_SECONDS, self.beat)

    def stop(self, _consumer: Any) -> None:
        """Beat no more."""
        self.timer.cancel()

    def beat(self) -> None:
        """Keep the keys alive."""
        with suppress(RedisError):
            states.set(WORKERS, "alive", ex=LOST_SECONDS)
            for request in list(active_requests):
                states.expire(state(request.id), LOST_SECONDS)


class Receipts(QoS):
    """Gives up the receipts of a lost connection. Kombu 5.7 would end the worker.

    Redis hands such a message out again after the visibility timeout, and `Job` ignores it.
    """

    def lost(self) -> bool:
        """Return whether the connection by which the messages came is no more."""
        connection = self.channel.connection
        return connection is None or connection.client is None

    def ack(self, delivery_tag: str) -> None:
        """Take a message that is done with out of the queue."""
        if not self.lost():
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Put a message back into the queue, or throw it away."""
        if not self.lost():
            super().reject(delivery_tag, requeue)

    def restore_unacked_once(self, stderr: Any = None) -> None:
        """Put all messages back into the queue, when the worker shuts down."""
        if not self.lost():
            super().restore_unacked_once(stderr)


class Inbox(Channel):
    """Drops entries that are no jobs.

    Celery would lose its connection over one, or end the worker.
    """

    QoS = Receipts

    def basic_consume(self, queue: str, *args: Any, **kwargs: Any) -> None:
        """Look at each message of the jobs' queue before Celery does."""
        super().basic_consume(queue, *args, **kwargs)
        if queue == APP:
            deliver = self.connection._callbacks[queue]
            self.connection._callbacks[queue] = lambda message: deliver(checked(message))

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except (TypeError, ValueError):
            log.warning("An entry in the queue is no job and was thrown away")
            raise Empty from None


def checked(message: Any) -> Any:
    """Return a message if Celery can read it.

    Raises:
        ValueError: it cannot.
    """
    match message:
        case {
            "body": str(),
            "headers": {"task": str(), "id": str()},
            "properties": {"delivery_tag": str(), "delivery_info": {"routing_key": str()}},
        }:
            return message
    raise ValueError(message)


queue = Celery(APP, broker=settings.celery_broker_url, task_cls=Job)
queue.steps["consumer"].add(Beat)
Transport.Channel = Inbox
signals.setup_logging.connect(lambda **_: None, weak=False)  # workers log as the app does
queue.conf.update(
    result_backend=settings.celery_result_backend,
    task_default_queue=APP,  # apps that share a Redis do not take each other's jobs
    task_acks_late=True,  # a job leaves the queue when it is done, not when it begins …
    task_reject_on_worker_lost=True,  # … so it goes back there when its process dies
    worker_prefetch_multiplier=1,  # a worker that is busy holds no other jobs back
    worker_cancel_long_running_tasks_on_connection_loss=False,  # Redis may be back in time
    # First an exception that becomes a message. Then SIGKILL for a job that ignores it.
    task_soft_time_limit=settings.background_seconds,
    task_time_limit=settings.background_seconds + 15,
    task_ignore_result=True,  # Dash keeps the results, under keys of its own …
    result_expires=KEEP_SECONDS,  # … that go by themselves where no page asks for them
    broker_connection_retry_on_startup=True,  # workers wait for Redis for as long as it takes;
    broker_connection_max_retries=None,  # the web app tells its users instead
    broker_connection_timeout=3,
    broker_transport_options={
        # After so long Redis hands out again the jobs that a dead worker had taken. Longer than any
        # job: one that is still at work would be run twice.
        "visibility_timeout": settings.background_seconds + 60,
        "socket_connect_timeout": 3,
        "socket_timeout": 5,
        "socket_keepalive": True,
    },
    redis_socket_connect_timeout=3,
    redis_socket_timeout=5,
    # A job that has something to tell waits half a minute for a Redis that is away.
    result_backend_transport_options={"retry_policy": {"max_retries": 60, "timeout": 30.0}},
)


class QueueManager(PolledManager, CeleryManager):
    """Dash's manager, for workers that die and a Redis that goes away."""

    not_started = "The job queue is not available at the moment. Please try again in a minute."
    lost = "The job's worker is gone, or none is running. Please try again in a minute."
    _breaker = Breaker()
    _down = 0.0
    _next_try = 0.0

    def start(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Put the job into the queue and return its number."""
        job = str(uuid.uuid4())
        with self._watch():
            states.set(state(job), TRIES + 1, ex=QUEUE_SECONDS)
            job_fn.apply_async(
                (key, self._make_progress_key(key), args, context),
                task_id=job,
                retry_policy={"max_retries": 1, "interval_start": 0.1},
            )
        return job

    def at_work(self, job: str) -> bool | None:
        """Return whether the job waits for a worker or has one, or None if it was cancelled."""
        with self._watch():
            left, workers = states.mget(state(job), WORKERS)
            if left is not None and int(left) <= 0:
                return None
            if left is not None and workers is None:
                states.set(state(job), 0, ex=QUEUE_SECONDS)  # or it would run when one comes
        return left is not None and workers is not None

    def take(self, key: str, default: Any = None) -> Any:
        """Return and forget the value that the job has left under `key`, or `default`."""
        with self._watch():
            text = states.getdel(key)
        return default if text is None else json.loads(text)

    def get_result(self, key: str, job: str) -> Any:
        """Return the result. A short outage of Redis is not the end of a job."""
        try:
            return super().get_result(key, job)
        except UserError as error:
            if not self._down or time.monotonic() - self._down < OUTAGE_SECONDS:
                return self.keep_waiting()
            return self.give_up(str(error))

    def cancel(self, job: str) -> None:
        """Take the job out of the queue, or end the process that runs it."""
        with self._watch():
            states.set(state(job), 0, ex=QUEUE_SECONDS)
            queue.control.terminate(job)

    @contextmanager
    def _watch(self) -> Iterator[None]:
        """Turn an outage into one line in the log, and each failure into a message."""
        if time.monotonic() < self._next_try:  # one request asks several times
            raise UserError(self.not_started)
        try:
            with self._breaker.turn():
                yield
        except BusyError:
            raise UserError(self.not_started) from None
        except (RedisError, OperationalError, OSError) as error:
            if self._breaker.turns(True):
                self._down = time.monotonic()
                log.error("Job queue at %s: %s", address(), type(error).__name__)
            self._next_try = time.monotonic() + 1
            raise UserError(self.not_started) from error
        if self._breaker.turns(False):
            log.warning("Job queue at %s is back", address())
            self._down = 0.0


def address() -> str:
    """Return where the queue is, without user and password."""
    urls = [urlsplit(url) for url in (settings.celery_broker_url, settings.celery_result_backend)]
    return " and ".join(
        f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}" for url in dict.fromkeys(urls)
    )


manager = QueueManager(queue)
job = partial(jobs.job, SoftTimeLimitExceeded)


def start(_inherited: Sequence[socket.socket] = ()) -> None:
    """Do nothing: workers start by themselves."""


def ping() -> None:
    """Raise unless both the queue and the results can be reached. Workers may come later."""
    states.ping()
    with queue.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
