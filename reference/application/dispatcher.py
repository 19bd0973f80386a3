"""The dispatcher: sends outbox messages through the gateways, and hands their answers to the service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from reference.application.circuit import Circuit, CircuitState
from reference.application.dispatch_queue import DispatchQueue
from reference.application.ports import Clock, Gateway, OutboxMessage, RefusedError, UnavailableError, UnitOfWork
from reference.application.service import PaymentService
from reference.domain.messages import Unreadable
from reference.tracing import Activity, active

log = logging.getLogger(__name__)
FIRST_RETRY, SLOWEST_RETRY = timedelta(seconds=0.5), timedelta(minutes=5)
GIVE_UP = timedelta(days=3)  # As long as Stripe tries to deliver a webhook.
BATCH = 50


class Randomness(Protocol):
    """Where jitter comes from."""

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        ...


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
        longest_call: timedelta,
    ) -> None:
        self._service, self._units, self._gateways, self._queue = service, units, gateways, queue
        self._clock, self._randomness, self._longest_call = clock, randomness, longest_call
        self.circuits = {to: Circuit() for to in gateways}
        self._sent: list[str] = []  # The keys of messages that were accepted, and are still stored.

    def claim(self) -> int:
        """Enqueue stored messages that are due, such as those of a process that died; return how many."""
        self.delete_sent()  # Else they would be sent again.
        with self._units() as unit:
            claimed = unit.outbox.claim(self._clock.now(), BATCH, besides=self._queue.full_lanes())
            unit.commit()
        self._queue.hold(claimed)
        return len(claimed)

    def pump(self, *, wait: bool = False) -> bool:
        """Send one message of the queue; False when there is none."""
        outgoing = self._queue.take(wait=wait)
        if outgoing is None:
            return False
        try:
            with active(_activity(outgoing)):
                if self._is_still_ours(outgoing):
                    self._send(outgoing)
        finally:
            self._queue.finish(outgoing)
        return True

    def give_back(self) -> bool:
        """Let others send what waits here at once, instead of when its leases end; False when there is nothing."""
        now = self._clock.now()
        unsent = [(outgoing, now) for outgoing in self._queue.clear()]
        if unsent:
            with self._units() as unit:
                unit.outbox.give_back(unsent)
                unit.commit()
        return bool(unsent)

    def delete_sent(self) -> bool:
        """Delete what was accepted, all of it in one transaction; False when there is nothing."""
        count = len(self._sent)  # Others add to it meanwhile.
        if count:
            with self._units() as unit:
                unit.outbox.delete(self._sent[:count])
                unit.commit()
            del self._sent[:count]
        return count > 0

    def _is_still_ours(self, outgoing: OutboxMessage) -> bool:
        """Renew a lease that could end during the call; what another process has taken meanwhile is left to it."""
        now = self._clock.now()
        if outgoing.leased_until - now >= self._longest_call:
            return True
        with self._units() as unit:
            is_ours = unit.outbox.renew(outgoing, now)
            unit.commit()
        if not is_ours:
            self._service.observer.count_lost_lease()
        return is_ours

    def _send(self, outgoing: OutboxMessage) -> None:
        gateway = self._gateways.get(outgoing.to)
        if gateway is None or isinstance(outgoing.message, Unreadable):
            reason = "cannot read it" if gateway else f"knows no {outgoing.to}"
            self._service.give_up(outgoing, f"this version of the service {reason}")
        elif self.circuits[outgoing.to].allows(self._clock.now()):
            self._call(gateway, outgoing)
        else:
            self._retry(outgoing, f"{outgoing.to} answers nobody", self._queue.clear(outgoing.to))

    def _call(self, gateway: Gateway, outgoing: OutboxMessage) -> None:
        try:
            answers = gateway.send(outgoing)
        except UnavailableError as trouble:
            self._record(outgoing, is_answer=False)
            self._retry(outgoing, str(trouble))
        except RefusedError as refusal:
            self._record(outgoing, is_answer=True)
            self._service.give_up(outgoing, str(refusal))
        except Exception as failure:
            log.exception("the gateway to %s failed at %s", outgoing.to, outgoing.key)
            self._retry(outgoing, f"{type(failure).__name__} in the gateway to {outgoing.to}")
        else:
            self._record(outgoing, is_answer=True)
            if answers:
                self._service.complete(outgoing, answers)
            else:
                self._sent.append(outgoing.key)

    def _record(self, outgoing: OutboxMessage, *, is_answer: bool) -> None:
        circuit, now = self.circuits[outgoing.to], self._clock.now()
        if is_answer:
            circuit.record_answer()
        else:
            circuit.record_failure(outgoing.key, now)
        self._service.observer.show_circuit(outgoing.to, is_open=circuit.state(now) != CircuitState.CLOSED)

    def _retry(self, outgoing: OutboxMessage, reason: str, others: Sequence[OutboxMessage] = ()) -> None:
        """Send it again later, and others that wait here for the same receiver: all of them in one transaction."""
        now = self._clock.now()
        ours = [outgoing, *(each for each in others if each.leased_until > now)]
        for spent in (each for each in ours if now - each.enqueued_at > GIVE_UP):
            self._service.give_up(spent, reason)
        log.info("%s has to be sent again, and %d besides: %s", outgoing.key, len(others), reason)
        with self._units() as unit:
            unit.outbox.retry_at(outgoing, now + self._back_off(outgoing.attempts))
            unit.outbox.give_back([(each, now + self._back_off(each.attempts)) for each in others])
            unit.commit()

    def _back_off(self, attempts: int) -> timedelta:
        longest = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), SLOWEST_RETRY)
        return longest * (0.5 + self._randomness.random() / 2)


def _activity(outgoing: OutboxMessage) -> Activity:
    """Return what a worker is about that sends a message: each attempt has a place of its own in the trace."""
    activity = Activity(outgoing.trace.child(outgoing.key, str(outgoing.attempts)) if outgoing.trace else None)
    activity.concern(outgoing.message_id, vars(outgoing.message))
    return activity
