"""The dispatcher: sends outbox messages through the gateways, and hands their answers to the service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Protocol

from reference.application.ports import Clock, Gateway, OutboxMessage, RefusedError, UnavailableError, UnitOfWork
from reference.application.service import PaymentService
from reference.domain.messages import Unreadable

log = logging.getLogger(__name__)
FIRST_RETRY, SLOWEST_RETRY = timedelta(seconds=0.5), timedelta(minutes=5)
GIVE_UP = timedelta(days=3)  # As long as Stripe tries to deliver a webhook.
BATCH = 50


class Randomness(Protocol):
    """Where jitter comes from."""

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        ...


class DispatchQueue:
    """The outbox messages that this process has under its lease, waiting for a worker."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[OutboxMessage | None] = SimpleQueue()  # None wakes a worker without work.

    def enqueue(self, messages: Sequence[OutboxMessage]) -> None:
        """Add messages that this process has just stored or claimed."""
        for outgoing in messages:
            self._queue.put(outgoing)

    def wake(self, workers: int) -> None:
        """Let so many waiting workers go on without a message."""
        for _ in range(workers):
            self._queue.put(None)

    def take(self, *, wait: bool) -> OutboxMessage | None:
        """Return the next message; None when there is none, or when woken."""
        try:
            return self._queue.get(block=wait)
        except Empty:
            return None


class Dispatcher:
    """Sends outbox messages, again and again with a back-off until they are accepted, refused or given up."""

    def __init__(
        self,
        service: PaymentService,
        units: Callable[[], UnitOfWork],
        gateways: Mapping[str, Gateway],
        queue: DispatchQueue,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._service, self._units, self._gateways, self._queue = service, units, gateways, queue
        self._clock, self._randomness = clock, randomness

    def claim(self) -> int:
        """Enqueue stored messages that are due, such as those of a process that died; return how many."""
        with self._units() as unit:
            claimed = unit.outbox.claim(self._clock.now(), BATCH)
            unit.commit()
        self._queue.enqueue(claimed)
        return len(claimed)

    def pump(self, *, wait: bool = False) -> bool:
        """Send one message of the queue; False when there is none."""
        outgoing = self._queue.take(wait=wait)
        if outgoing:
            self._send(outgoing)
        return outgoing is not None

    def _send(self, outgoing: OutboxMessage) -> None:
        gateway = self._gateways.get(outgoing.to)
        if gateway is None or isinstance(outgoing.message, Unreadable):
            reason = "cannot read it" if gateway else f"knows no {outgoing.to}"
            self._service.give_up(outgoing, f"this version of the service {reason}")
            return
        try:
            answers = gateway.send(outgoing)
        except UnavailableError as trouble:
            self._retry(outgoing, str(trouble))
        except RefusedError as refusal:
            self._service.give_up(outgoing, str(refusal))
        except Exception as failure:
            log.exception("the gateway to %s failed at %s", outgoing.to, outgoing.key)
            self._retry(outgoing, f"{type(failure).__name__} in the gateway to {outgoing.to}")
        else:
            self._service.complete(outgoing, answers)

    def _retry(self, outgoing: OutboxMessage, reason: str) -> None:
        now = self._clock.now()
        if now - outgoing.enqueued_at > GIVE_UP:
            self._service.give_up(outgoing, reason)
            return
        log.info("%s has to be sent again: %s", outgoing.key, reason)
        with self._units() as unit:
            unit.outbox.retry_at(outgoing.key, now + self._back_off(outgoing.attempts))
            unit.commit()

    def _back_off(self, attempts: int) -> timedelta:
        longest = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), SLOWEST_RETRY)
        return longest * (0.5 + self._randomness.random() / 2)
