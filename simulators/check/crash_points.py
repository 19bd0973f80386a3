"""Where a service may die: at a call that it makes, or after it has answered a delivery; counted as people would."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from simulators.clients.payments import BOOKINGS
from simulators.kit.faults.links import CallerCrash
from simulators.world.inside import Inside
from simulators.world.recorder import Exchange
from simulators.world.topology import PAYMENT
from simulators.world.world import World

AN_ID = re.compile(r"(?=[^/]*\d)[^/]{8,}")
BOOKING = f"POST {BOOKINGS}"
ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}


class Moment(StrEnum):
    """When it dies, as a person would say it."""

    ARRIVES = "arrived"
    DONE = "done"
    ANSWERED = "answered"
    REPEATED = "repeated"

    @property
    def description(self) -> str:
        """What has happened by then."""
        return {
            "arrived": "as it arrives, and nothing is done",
            "done": "once it is done, and before its answer",
            "answered": "once the service has answered it",
            "repeated": "once the service has answered it, and then it is sent again",
        }[self.value]


@dataclass(frozen=True)
class CrashPoint:
    """The nth (from 1) call or delivery of its kind in one purchase, and the moment in it."""

    moment: Moment
    what: str
    nth: int = 1

    def __str__(self) -> str:
        return f"the {ORDINALS.get(self.nth, f'{self.nth}th')} {self.what}, {self.moment.description}"

    @property
    def id(self) -> str:
        """A word for it, which `parse` reads: `done:POST:/v1/refunds:2`."""
        return f"{self.moment}:{self.what.replace(' ', ':')}:{self.nth}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the point of this id; ValueError if it is none."""
        moment, _, rest = text.partition(":")
        what, _, nth = rest.rpartition(":")
        return cls(Moment(moment), what.replace(":", " "), int(nth))


class CrashWatch:
    """Hears what the payment-service says and answers, and kills it at the points that are planned."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.plan(())
        world.recorder.watch(self._hear)

    def plan(self, points: Iterable[CrashPoint]) -> None:
        """Count from now on, and let the service die at these points."""
        self._counts = Counter[tuple[Moment, str]]()
        self._planned, self._deadly = set(points), set[int]()
        self.passed: list[CrashPoint] = []
        self.struck: list[CrashPoint] = []

    def note_booking(self) -> None:
        """Count the booking that a student has just made: over sockets nobody else can see its answer."""
        self._end(BOOKING)

    def _hear(self, number: int, exchange: Exchange) -> None:
        if exchange.caller == PAYMENT and not exchange.answer:
            self._begin(number, exchange)
        elif number in self._deadly:
            self._deadly.remove(number)
            self._world.take_down(PAYMENT)
        elif self._is_answered_delivery(exchange):
            self._end(label_of_exchange(exchange))

    def _begin(self, number: int, exchange: Exchange) -> None:
        what = label_of_exchange(exchange)
        arrives, is_done = (self._is_due(moment, what) for moment in (Moment.ARRIVES, Moment.DONE))
        if not (arrives or is_done):
            return
        if isinstance(self._world, Inside):  # where a call is ours to carry, and there is no socket to break
            self._world.network.faults.add(CallerCrash(caller=PAYMENT, times=1, after=is_done))
        elif arrives:
            self._world.take_down(PAYMENT)
            where = {"method": exchange.method, "path": exchange.path}
            self._world.plant_fault(exchange.callee, "dropped_request", **where)
        else:
            self._deadly.add(number)

    def _end(self, what: str) -> None:
        is_last, is_repeated = (self._is_due(moment, what) for moment in (Moment.ANSWERED, Moment.REPEATED))
        if is_last or is_repeated:
            self._world.take_down(PAYMENT)

    def _is_answered_delivery(self, exchange: Exchange) -> bool:
        is_delivery = exchange.callee == PAYMENT and exchange.caller in self._world.topology.simulators
        return is_delivery and exchange.is_accepted

    def _is_due(self, moment: Moment, what: str) -> bool:
        self._counts[moment, what] += 1
        point = CrashPoint(moment, what, self._counts[moment, what])
        self.passed.append(point)
        if point not in self._planned:
            return False
        self.struck.append(point)
        return True


def label_of_exchange(exchange: Exchange) -> str:
    """Name what was said so that another purchase says the same: a message, or a method and a path without ids."""
    return exchange.message or f"{exchange.method} {AN_ID.sub('…', exchange.path)}"
