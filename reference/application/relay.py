"""Says what the outbox holds, at its own pace, until somebody has heard it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Protocol

from reference.application.ports import Clock, Errand, Gateway, RefusedError, UnavailableError, UnitOfWork
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


class Relay:
    """Performs errands through the gateways; what the world answers goes back in through the service."""

    def __init__(
        self,
        service: PaymentService,
        units: Callable[[], UnitOfWork],
        gateways: Mapping[str, Gateway],
        clock: Clock,
        randomness: Randomness,
        lease: timedelta,
    ) -> None:
        self._service, self._units, self._gateways = service, units, gateways
        self._clock, self._randomness, self._lease = clock, randomness, lease
        self._at_hand: SimpleQueue[Errand | None] = SimpleQueue()  # None lets go whoever waits for an errand.

    def hand(self, errands: Sequence[Errand]) -> None:
        """Take errands that this process has just stored, under a lease of its own: no need to look for them."""
        for errand in errands:
            self._at_hand.put(errand)

    def claim(self) -> int:
        """Take stored errands that are due, such as those of a process that died; return how many."""
        now = self._clock.now()
        with self._units() as unit:
            claimed = unit.outbox.claim(now, now + self._lease, BATCH)
            unit.commit()
        self.hand(claimed)
        return len(claimed)

    def pump(self, *, wait: bool = False) -> bool:
        """Perform one errand at hand; False when there is none, or who waited for one was let go."""
        try:
            errand = self._at_hand.get(block=wait)
        except Empty:
            return False
        if errand:
            self._perform(errand)
        return errand is not None

    def let_go(self, many: int) -> None:
        """Let so many of those who wait for an errand go on without one."""
        for _ in range(many):
            self._at_hand.put(None)

    def _perform(self, errand: Errand) -> None:
        if isinstance(errand.message, Unreadable):
            self._service.refused(errand, "this version of the service cannot read it")
            return
        try:
            answers = self._gateways[errand.to].perform(errand)
        except UnavailableError as trouble:
            self._retry(errand, str(trouble))
        except RefusedError as refusal:
            self._service.refused(errand, str(refusal))
        else:
            self._service.answered(errand, answers)

    def _retry(self, errand: Errand, reason: str) -> None:
        now = self._clock.now()
        if now - errand.asked_at > GIVE_UP:
            self._service.refused(errand, reason)
            return
        log.info("%s has to be said again: %s", errand.key, reason)
        with self._units() as unit:
            unit.outbox.retry_at(errand.key, now + self._pause(errand.attempts))
            unit.commit()

    def _pause(self, attempts: int) -> timedelta:
        longest = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), SLOWEST_RETRY)
        return longest * (0.5 + self._randomness.random() / 2)
