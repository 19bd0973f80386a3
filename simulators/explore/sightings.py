"""What is seen in a storm: in which state of its saga each message came or went, and what went wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from simulators.check.purchases import Purchase
from simulators.check.storms import Storm
from simulators.world.recorder import Exchange
from simulators.world.topology import PAYMENT
from simulators.world.world import World

WELL, AGAIN, REFUSED, LIMITED, ERROR, SILENT, LATE, CRASHED = (
    *("well", "again", "refused", "rate limited", "server error", "no answer", "timeout", "caller crashed"),
)
UNKNOWN = "-"  # The state of a saga that the payment-service does not know yet.
TROUBLES = (WELL, AGAIN, REFUSED, LIMITED, ERROR, SILENT, LATE, CRASHED)


@dataclass(frozen=True, order=True)
class Sighting:
    """One message of a saga: in which state, from (`is_heard`) or to which service, what became of it."""

    state: str
    message: str
    partner: str
    is_heard: bool
    trouble: str


@dataclass(frozen=True)
class SagaSightings:
    """All that was seen of one saga, in its order, and for which purchase it was."""

    purchase: Purchase | None
    sightings: tuple[Sighting, ...]


class Lookout:
    """Watches the exchanges of a world, and looks up the saga's state whenever one begins."""

    def __init__(self, world: World, storm: Storm) -> None:
        self._world, self._buyers = world, {each.student: each for each in reversed(storm.purchases)}
        self._states: dict[int, str] = {}
        self._sagas: dict[str, Purchase | None] = {}
        self._sightings: dict[str, list[Sighting]] = {}
        self._troubles = TroubleReader()
        world.recorder.watch(self._look)

    def report(self) -> tuple[SagaSightings, ...]:
        """Return what was seen so far."""
        return tuple(SagaSightings(self._sagas.get(id_), tuple(seen)) for id_, seen in self._sightings.items())

    def _look(self, number: int, exchange: Exchange) -> None:
        saga_id, is_heard = exchange.saga_id, exchange.callee == PAYMENT
        if not saga_id or not (is_heard or exchange.caller == PAYMENT):
            return
        if not exchange.answer:
            self._states[number] = self._state(saga_id)
            return
        partner = exchange.caller if is_heard else exchange.callee
        seen = Sighting(self._states.pop(number), exchange.subject, partner, is_heard, self._troubles.read(exchange))
        self._sightings.setdefault(saga_id, []).append(seen)

    def _state(self, saga_id: str) -> str:
        saga = self._world.payment.find_saga(saga_id)
        if saga and saga_id not in self._sagas:
            self._sagas[saga_id] = self._buyers.get(saga["studentId"])
        return str(saga["state"]) if saga else UNKNOWN


class TroubleReader:
    """Says what went wrong with each exchange, one after the other: what is accepted twice has come again."""

    def __init__(self) -> None:
        self._accepted: set[str] = set()

    def read(self, exchange: Exchange) -> str:
        """Return one of TROUBLES, or in the transport's words why there was no answer."""
        if exchange.is_accepted:
            is_again = exchange.message_id in self._accepted
            self._accepted |= {exchange.message_id} if exchange.message_id else set()
            return AGAIN if is_again else WELL
        if exchange.status is None:
            return exchange.answer
        if exchange.status == HTTPStatus.TOO_MANY_REQUESTS:
            return LIMITED
        return ERROR if exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR else REFUSED
