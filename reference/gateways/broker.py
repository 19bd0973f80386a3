"""A message broker: RabbitMQ, Redis or Amazon SQS, by kombu. The envelopes are those that travel over HTTP."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from reference.application.ports import Clock, Gateway, InboxMessage, OutboxMessage, UnavailableError
from reference.domain.messages import Event, Message, Request, Unreadable
from reference.gateways.timeouts import TIMEOUT
from reference.wire import CONTENT_TYPE, unwrap, wrap

log = logging.getLogger(__name__)
SECURE = {  # A certificate must be good, and of the host's name: by default neither library asks for both.
    "amqps": {"server_hostname": None},
    "rediss": {"ssl_cert_reqs": "required", "ssl_check_hostname": True},
}
OUR_QUEUE = "payment-service"  # Each service reads the queue of its name, and declares it.
DEAD_LETTERS = "dead-letters"  # RabbitMQ's exchange for what killed its consumer again and again.
DELIVERIES = 100  # So often RabbitMQ brings a message; what fails without killing us we count ourselves.
PREFETCH = 10
LOOK_SECONDS = 0.25  # The longest wait for messages: then what was not taken may be due again.
HEARTBEAT_SECONDS = 30
LONGEST_PAUSE = timedelta(seconds=30)  # Between two tries with a message that could not be taken.
LONGEST_BODY, LONGEST_REASON = 256 * 1024, 500  # Characters that are kept of what cannot be read.


def queue_of(partner: str) -> str:
    """Return the queue of a partner, by the name of its gateway: tutor-matching-service for tutor_matching."""
    return f"{partner.replace('_', '-')}-service"


class PartnerOverBroker:
    """A partner service that gets its messages by the broker; what is only looked up there still goes over HTTP."""

    def __init__(self, name: str, broker: KombuBroker, over_http: Gateway) -> None:
        self._queue, self._broker, self._http = queue_of(name), broker, over_http

    def send(self, outgoing: OutboxMessage) -> list[Message]:
        """Return once the broker keeps it, or with the answer to a look-up; UnavailableError or RefusedError."""
        if isinstance(outgoing.message, Request):
            return self._http.send(outgoing)
        self._broker.publish(self._queue, outgoing)
        return []


class KombuBroker:
    """One broker, by its URL; ImportError when what speaks its protocol is not installed.

    `visibility` is for how long Redis and SQS leave a message to the consumer that took it.
    """

    def __init__(self, url: str, visibility: timedelta, clock: Clock) -> None:
        self._url, self._clock, self._is_amqp = url, clock, url.startswith("amqp")
        import kombu  # noqa: PLC0415 - who has no broker need not have it

        self._kombu: Any = kombu
        self._options, self._secure = _options(url, visibility), SECURE.get(url.partition(":")[0], False)
        self._connection().transport  # noqa: B018 - it is imported when it is asked for
        if url.startswith("redis"):
            log.warning("Redis loses a message whose consumer is killed as it takes it; RabbitMQ and SQS do not")
        self._idle: list[_Publisher] = []  # No connection is used by two threads at once.

    def publish(self, to: str, outgoing: OutboxMessage) -> None:
        """Return once the broker keeps it for that service; UnavailableError when that is not known."""
        envelope = json.dumps(wrap(outgoing.message_id, outgoing.message, outgoing.enqueued_at, outgoing.trace))
        with _as_unavailable(f"publishing to {to}"):
            publisher = self._publisher()
            try:
                publisher.publish(to, outgoing.message_id, envelope)
            except BaseException:
                publisher.close()
                self.close()  # The others are as old.
                raise
            self._idle.append(publisher)

    def consume(self, take: Callable[[InboxMessage], bool], is_over: Callable[[], bool]) -> None:
        """Bring messages until it is over, and acknowledge what is taken; UnavailableError when the broker is gone."""
        held: list[_HeldMessage] = []
        with _as_unavailable("consuming"), self._connect(heartbeat=HEARTBEAT_SECONDS) as connection:
            consumer = connection.Consumer([self._declare(connection)])
            consumer.on_message = lambda each: held.append(_HeldMessage(each))
            consumer.qos(prefetch_count=PREFETCH)
            with consumer:
                while not is_over():
                    with suppress(TimeoutError):
                        connection.drain_events(timeout=LOOK_SECONDS)
                    connection.heartbeat_check()
                    self._hand_over(held, take)

    def close(self) -> None:
        """Let go of the connections by which nobody publishes now; the next message opens one anew."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _hand_over(self, held: list[_HeldMessage], take: Callable[[InboxMessage], bool]) -> None:
        """Have all that is due taken, up to the first that is not: it may have kept us, and the broker waits."""
        now = self._clock.now()
        for each in [each for each in held if each.due <= now]:
            if not each.is_done(take, now):
                break
            held.remove(each)

    def _publisher(self) -> _Publisher:
        try:
            return self._idle.pop()
        except IndexError:
            return _Publisher(self._connect())

    def _connect(self, **more: Any) -> Any:  # noqa: ANN401 - kombu's connection
        return self._connection(**more).ensure_connection(max_retries=1, interval_start=0, interval_step=0)

    def _connection(self, **more: Any) -> Any:  # noqa: ANN401 - kombu's, not opened yet
        connect, _ = TIMEOUT
        more |= {"connect_timeout": connect, "transport_options": self._options, "ssl": self._secure}
        return self._kombu.Connection(self._url, **more)

    def _declare(self, connection: Any) -> Any:  # noqa: ANN401 - kombu's
        """Return our queue, declared anew at each connection: a broker that crashed may have forgotten it."""
        queue, arguments = partial(self._kombu.Queue, channel=connection), {"x-queue-type": "quorum"}
        if not self._is_amqp:
            return queue(OUR_QUEUE)
        dead_letters = self._kombu.Exchange(DEAD_LETTERS, type="direct")
        queue(f"{OUR_QUEUE}.dead", dead_letters, OUR_QUEUE, queue_arguments=arguments).declare()
        arguments |= {"x-dead-letter-exchange": DEAD_LETTERS, "x-dead-letter-routing-key": OUR_QUEUE}
        arguments |= {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
        return queue(OUR_QUEUE, queue_arguments=arguments | {"x-delivery-limit": DELIVERIES})


class _Publisher:
    """A connection for one message at a time; with RabbitMQ it waits for the broker's confirmation."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - kombu's
        self._connection, self._producer = connection, connection.Producer()

    def publish(self, queue: str, message_id: str, envelope: str) -> None:
        """Return once it is kept; what RabbitMQ returns, since nobody has declared the queue, is raised as an error."""
        _, patience = TIMEOUT
        self._producer.publish(
            envelope,
            routing_key=queue,
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            message_id=message_id,
            mandatory=True,
            confirm_timeout=patience,
        )

    def close(self) -> None:
        """Let go of the connection, in whatever state it is."""
        with suppress(Exception):
            self._connection.release()


class _HeldMessage:
    """A message that the broker has brought, until it is taken: each try that fails doubles the pause."""

    def __init__(self, delivered: Any) -> None:  # noqa: ANN401 - kombu's message
        self._delivered, self._incoming = delivered, read(delivered.body)
        self._pause, self.due = timedelta(seconds=1), datetime.min.replace(tzinfo=UTC)

    def is_done(self, take: Callable[[InboxMessage], bool], now: datetime) -> bool:
        """Try to have it taken, and tell whether it is acknowledged; else it is due again after a while."""
        if take(self._incoming):
            self._delivered.ack()
            return True
        self.due, self._pause = now + self._pause, min(self._pause * 2, LONGEST_PAUSE)
        return False


def read(body: str | bytes) -> InboxMessage:
    """Return what a broker brought; what cannot be read gets an id of its own: mended, it may come under the same."""
    sent = body.encode(errors="replace") if isinstance(body, str) else body
    try:
        envelope, event = unwrap(json.loads(sent), Event)
    except (ValueError, RecursionError) as reason:
        kept = Unreadable(stored_as="event", body=sent.decode(errors="replace").replace("\0", "")[:LONGEST_BODY])
        made = f"sha256:{hashlib.sha256(sent).hexdigest()}"
        return InboxMessage("broker", made, kept, unreadable=f"it cannot be read: {reason}"[:LONGEST_REASON])
    return InboxMessage(envelope.source, envelope.id, event, envelope.trace)


@contextmanager
def _as_unavailable(act: str) -> Iterator[None]:
    try:
        yield
    except Exception as trouble:  # Each transport has errors of its own, and none of them tells what the broker keeps.
        raise UnavailableError(f"{act}: {getattr(trouble, 'reply_text', None) or type(trouble).__name__}") from trouble


def _options(url: str, visibility: timedelta) -> dict[str, Any]:
    """Return what the transport of this URL is to do otherwise than by default."""
    connect, answer = TIMEOUT
    if url.startswith("amqp"):
        return {"confirm_publish": True, "read_timeout": answer, "write_timeout": answer}
    taken = {"visibility_timeout": int(visibility.total_seconds())}
    if url.startswith("redis"):
        return taken | {"unacked_restore_throttle": 1, "socket_connect_timeout": connect, "socket_timeout": answer}
    return taken | {"wait_time_seconds": 1, "polling_interval": 0}  # A request a second.
