"""The faults that struck one saga, as one sees them from outside: by what was said, and by what never arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from simulators.diagram.sequence import STUDENT, Numbered, title_of
from simulators.judge.fault_model import FAULTS
from simulators.kit.json_types import Json
from simulators.world.recorder import Exchange
from simulators.world.topology import STRIPE

LOST, DOUBLED, UNORDERED, TIMEOUT, ERROR, LIMITED, BROKEN, REPEATED, DROPPED, FORGED, UNHEARD = (
    *(1, 2, 4, 8, 9, 10, 11, 14, 15, 27, 36),
)
NAMES = {each.number: each.name for each in FAULTS}
IGNORED = "IgnoredAnswer"  # What a sender notes that does not hear the answer.
REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED)
LATE = timedelta(seconds=1)


@dataclass(frozen=True)
class Strike:
    """One fault of the fault model, when and at what it struck: an exchange, or one of Stripe's events."""

    fault: int
    at: str
    said: str
    exchange: int | None = None
    event: str | None = None
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the name that the fault model gives."""
        object.__setattr__(self, "name", NAMES[self.fault])


def strikes(exchanges: list[Numbered], deliveries: list[Json]) -> list[Strike]:
    """Return the faults that struck, the first one first; `deliveries` are the saga's."""
    found = [*_of_exchanges(exchanges), *_of_deliveries(deliveries)]
    return sorted(found, key=lambda each: datetime.fromisoformat(each.at))


def _of_exchanges(exchanges: list[Numbered]) -> Iterator[Strike]:
    arrived: set[str] = set()
    for number, each in exchanges:
        if each.caller != STUDENT and each.answer and (fault := _fault(each, arrived)):
            yield Strike(fault, each.at, title_of(each), number)
        if each.message_id and each.is_accepted:
            arrived.add(each.message_id)


def _fault(each: Exchange, arrived: set[str]) -> int | None:
    of_stripe = each.caller == STRIPE
    if each.is_accepted:
        return (DOUBLED if of_stripe else REPEATED) if each.message_id in arrived else None
    if each.status is None:
        return TIMEOUT if each.answer == "timeout" else BROKEN
    if each.status == HTTPStatus.TOO_MANY_REQUESTS:
        return LIMITED
    if each.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ERROR
    return FORGED if of_stripe and each.status in REFUSED else None


def _of_deliveries(deliveries: list[Json]) -> Iterator[Strike]:
    for each in deliveries:
        about = {"said": each["event"], "event": each.get("about")}
        if each["status"] == "LOST":
            yield Strike(LOST if each["sender"] == STRIPE else DROPPED, each["created"], **about)
        for attempt in each["attempts"]:
            if attempt["error"] == IGNORED:
                yield Strike(UNHEARD, attempt["at"], **about)
        if _is_overtaken(each, deliveries):
            yield Strike(UNORDERED, each["attempts"][0]["at"], **about)


def _is_overtaken(late: Json, deliveries: list[Json]) -> bool:
    """Whether it was tried so late for the first time that a younger message of its sender was there before it."""
    if not late["attempts"]:
        return False
    first, created = (datetime.fromisoformat(each) for each in (late["attempts"][0]["at"], late["created"]))
    younger = [
        datetime.fromisoformat(each["attempts"][-1]["at"])
        for each in deliveries
        if each["sender"] == late["sender"] and each["status"] == "DELIVERED" and each["created"] > late["created"]
    ]
    return first - created >= LATE and any(each < first for each in younger)
