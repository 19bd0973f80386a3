"""Rare things: what a search must have seen sometime, or it has not looked where accidents happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulators.check.purchases import PAID
from simulators.clients.stripe import INTENTS
from simulators.explore.sightings import AGAIN, CRASHED, REFUSED, WELL, SagaSightings, Sighting
from simulators.world.topology import STRIPE

REJECTIONS = ("EnrollmentRejected", "SessionRejected")
CREATED = f"POST {INTENTS}"


@dataclass(frozen=True)
class RareThing:
    """One of them: how it is seen in what was seen of one saga, and what a storm should have that is to see it."""

    name: str
    is_seen: Callable[[SagaSightings], bool]
    wishes: tuple[str, ...]


def _has(found: Callable[[Sighting], bool]) -> Callable[[SagaSightings], bool]:
    return lambda saga: any(map(found, saga.sightings))


def _after(first: Callable[[Sighting], bool], then: Callable[[Sighting], bool]) -> Callable[[SagaSightings], bool]:
    """See the second somewhere after the first."""

    def is_seen(saga: SagaSightings) -> bool:
        starts = [number for number, each in enumerate(saga.sightings) if first(each)]
        return bool(starts) and any(map(then, saga.sightings[starts[0] + 1 :]))

    return is_seen


def _news(name: str, *states: str) -> Callable[[Sighting], bool]:
    """See Stripe's news of this name accepted, in one of these states."""
    return lambda each: (
        (each.message, each.partner) == (name, STRIPE) and each.trouble in (WELL, AGAIN) and each.state in states
    )


def _is_crash(each: Sighting) -> bool:
    return each.trouble == CRASHED


def _is_parked(each: Sighting) -> bool:
    return each.state == "PARKED"


def _is_disputed(saga: SagaSightings) -> bool:
    return saga.purchase is not None and saga.purchase.way == "disputes"


RARE_THINGS = (
    RareThing(
        "paid while being cancelled", _has(_news(PAID, "CANCELING", "CANCELLED")),
        ("way=pays-and-cancels", "thing=sure", "fault=delayed_delivery@stripe"),
    ),
    RareThing(
        "paid while expiring", _has(_news(PAID, "EXPIRED", "CANCELING")),
        ("way=pays", "thing=sure", "fault=wrong_signature@stripe"),
    ),
    RareThing(
        "paid, told twice", _has(lambda each: each.message == PAID and each.trouble == AGAIN),
        ("way=pays", "thing=sure", "fault=duplicate_delivery@stripe"),
    ),
    RareThing(
        "died when Stripe had the payment", _has(lambda each: _is_crash(each) and each.message == CREATED),
        ("way=pays", "thing=sure", "fault=caller_crash@payment-service"),
    ),
    RareThing(
        "rejected after a crash", _after(_is_crash, lambda each: each.message in REJECTIONS),
        ("way=pays", "thing=fickle", "fault=caller_crash@payment-service"),
    ),
    RareThing(
        "refund failed after a crash", _after(_is_crash, _is_parked),
        ("way=cannot-be-refunded", "thing=fickle", "fault=caller_crash@payment-service"),
    ),
    RareThing(
        "parked for a dispute", lambda saga: _is_disputed(saga) and any(map(_is_parked, saga.sightings)),
        ("way=disputes", "thing=fickle"),
    ),
    RareThing(
        "a bank's money, days later", _after(_news("payment_intent.processing", "AWAITING_PAYMENT"),
                                             _news(PAID, "AWAITING_PAYMENT")),
        ("way=pays-from-an-account", "thing=sure"),
    ),
    RareThing(
        "forged news refused", _has(lambda each: each.partner == "forger" and each.trouble == REFUSED),
        ("way=forges-the-news", "thing=sure"),
    ),
)  # fmt: skip
