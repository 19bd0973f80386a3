"""The comparison of one payment at Stripe with the same payment at the payment-service."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.kit.currencies import money, money_at_stripe
from simulators.kit.json_types import Json
from simulators.world.world import World

# Stripe's metadata, and the names under which a saga shows the same.
KEYS = {"paymentId": "paymentId", "sagaId": "sagaId", "paymentContext": "context", "contextId": "contextId"}


@dataclass(frozen=True)
class Row:
    """One fact on both sides; `agree` is None where there is nothing to compare."""

    what: str
    theirs: str
    ours: str
    agree: bool | None = None

    def __str__(self) -> str:
        sign = {True: "✓", False: "✗", None: " "}[self.agree]
        return f"{self.what:<16}{self.theirs:<36}{self.ours:<36}{sign}".rstrip()


HEAD = Row("", "at Stripe", "at the payment-service")


def compare(world: World, saga_id: str) -> list[Row]:
    """Return the facts about a saga's payment, compared."""
    intent, saga = world.stripe.intents(saga_id)[0], world.payment.find_saga(saga_id) or {}
    payment = saga.get("payment") or {}
    ours = {key: str((payment if key == "paymentId" else saga).get(name)) for key, name in KEYS.items()}
    refunds = world.stripe.refunds(intent["id"])
    price = payment.get("price")  # None of a payment that the service itself cannot read.
    ours_in_money = money(**price) if price else "unreadable"
    return [
        *(_same(key, intent["metadata"].get(key, ""), ours[key]) for key in KEYS),
        _same("amount", money_at_stripe(intent["amount"], intent["currency"]), ours_in_money),
        Row("status", _status(intent, refunds), f"{payment['status']}, saga {saga['outcome']}"),
    ]


def _same(what: str, theirs: str, ours: str) -> Row:
    return Row(what, theirs, ours, agree=theirs == ours)


def _status(intent: Json, refunds: list[Json]) -> str:
    return ", ".join([str(intent["status"]), *(f"refund {each['status']}" for each in refunds)])
