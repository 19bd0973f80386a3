"""Who works next, and when: the only order of events that a world without threads has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from simulators.kit.seams import Clock

ENOUGH = 10_000  # Pieces of work, or moments, after which a world that is still busy is busy for ever.


class Worker(Protocol):
    """What is scheduled: a service of the world."""

    name: str

    def pump(self) -> bool:
        """Do one due piece of work; False when nothing is due."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the next piece falls due; None when nothing is pending."""
        ...


class NeverQuiet(Exception):  # noqa: N818 - reads as what happened
    """Work breeds work without end; the message names who is at it."""


class Scheduler:
    """Pumps all services on a paused clock: in a fixed order, or in one drawn from the seed."""

    def __init__(self, clock: Clock, services: Sequence[Worker], randomness: Random | None = None) -> None:
        self._clock, self._services, self._randomness = clock, services, randomness

    def settle(self) -> None:
        """Let everybody work until nothing is due at this instant."""
        for _ in range(ENOUGH):
            if not self._step():
                return
        raise NeverQuiet(f"after {ENOUGH} pieces of work {self._busy()} still had something due at once")

    def pass_time(self, by: timedelta) -> None:
        """Move time ahead, stopping at each moment at which something falls due."""
        pass_time(self._clock, by, self.next_due, self.settle)

    def next_due(self) -> datetime | None:
        """Return the next moment at which any service has work; None when all are done."""
        return min(filter(None, (each.next_due() for each in self._services)), default=None)

    def _step(self) -> bool:
        """Let one service do one piece of work."""
        order = list(self._services)
        if self._randomness:
            self._randomness.shuffle(order)
        return any(each.pump() for each in order)

    def _busy(self) -> str:
        return ", ".join(each.name for each in self._services if each.next_due()) or "somebody"


def pass_time(clock: Clock, by: timedelta, next_due: Callable[[], datetime | None], settle: Callable[[], None]) -> None:
    """Move the clock to each moment at which something falls due, let it happen, and so on to the end."""
    end = clock.now() + by
    settle()
    for _ in range(ENOUGH):
        if (due := next_due()) is None or due > end:
            break
        _move(clock, due)
        settle()
    else:
        raise NeverQuiet(f"something was due at {ENOUGH} moments before {end}; the last was {next_due()}")
    _move(clock, end)
    settle()


def _move(clock: Clock, moment: datetime) -> None:
    clock.advance(max(moment - clock.now(), timedelta(0)))
