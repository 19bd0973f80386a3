"""Two sets of books from outside: what Stripe shows of payments, and what a service lists at `GET /payments`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulators.judge.evidence import saga_of
from simulators.kit.currencies import amount_at_stripe, money, money_at_stripe
from simulators.kit.json_types import Json

LIVE = ("pending", "requires_action", "succeeded")
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")
PAID_HERE = ("SUCCEEDED", "REFUND_PENDING", "REFUNDED", "REFUND_FAILED")
# Stripe's metadata, and the names under which a service lists the same.
NAMES = {"paymentId": "paymentId", "sagaId": "sagaId", "paymentContext": "context", "contextId": "contextId"}


@dataclass(frozen=True)
class BookDifference:
    """One thing in which the books differ, by the kinds of the reference's own reconciliation."""

    kind: str
    payment_id: str
    saga_id: str
    intent_id: str
    here: str
    there: str


def book_differences(
    intents: Iterable[Json], refunds: Iterable[Json], payments: Iterable[Json]
) -> Iterator[BookDifference]:
    """Yield what differs, both ways; an intent that says nothing of a payment is not this service's."""
    back: dict[str, int] = defaultdict(int)
    for each in refunds:
        back[each["payment_intent"]] += each["amount"] if each["status"] in LIVE else 0
    theirs: dict[str, list[Json]] = defaultdict(list)
    for each in intents:
        if each["metadata"].get("paymentId"):
            theirs[each["metadata"]["paymentId"]].append(each)
    for payment in payments:
        yield from _of_payment(payment, theirs.pop(payment["paymentId"], []), back)
    for left in theirs.values():
        for each in left:
            about = (each["metadata"]["paymentId"], saga_of(each), each["id"])
            yield BookDifference("UNKNOWN_HERE", *about, "nothing", _describe(each, back))


def _of_payment(payment: Json, intents: list[Json], back: dict[str, int]) -> Iterator[BookDifference]:
    about, status = (payment["paymentId"], payment["sagaId"]), payment["status"]
    if not intents and status in PAID_HERE:
        yield BookDifference("UNKNOWN_AT_STRIPE", *about, "", status, "nothing")
    paid = [each for each in intents if each["status"] == "succeeded"]
    if len(paid) > 1 or (len(intents) > 1 and any(each["status"] in OPEN for each in intents)):
        kind = "PAID_TWICE" if len(paid) > 1 else "MADE_TWICE"
        yield BookDifference(
            kind, *about, intents[0]["id"], status, "; ".join(_describe(each, back) for each in intents)
        )
        return
    for intent in (paid or intents)[:1]:
        for kind, here, there in (*_of_terms(payment, intent), *_of_money(status, intent, back)):
            yield BookDifference(kind, *about, intent["id"], here, there)


def _of_terms(payment: Json, intent: Json) -> Iterator[tuple[str, str, str]]:
    metadata, price = intent["metadata"], payment["price"]
    if missing := [key for key in NAMES if not metadata.get(key)]:
        yield "METADATA_BROKEN", "paymentId sagaId paymentContext contextId", f"lacks {', '.join(missing)}"
    else:
        differ = [key for key, name in NAMES.items() if metadata[key] != payment[name]]
        for key in differ[:1]:
            yield "CONTEXT_DIFFERS", f"{key} {payment[NAMES[key]]}", f"{key} {metadata[key]}"
    agreed = (amount_at_stripe(price["amount"], price["currency"]), price["currency"].upper())
    taken = (intent["amount_received"] or intent["amount"], intent["currency"].upper())
    if taken != agreed:
        yield "AMOUNT_DIFFERS", money(**price), money_at_stripe(*taken)


def _of_money(status: str, intent: Json, back: dict[str, int]) -> Iterator[tuple[str, str, str]]:
    """Yield in what the status differs, as far as a status tells: refunds only as a whole."""
    is_paid, is_back = intent["status"] == "succeeded", 0 < intent["amount_received"] <= back[intent["id"]]
    kinds = {
        "PAID_AT_STRIPE": is_paid and status not in PAID_HERE,
        "PAID_HERE_ONLY": not is_paid and status in PAID_HERE,
        "CANCELED_AT_STRIPE": intent["status"] == "canceled" and status in ("PENDING", "PROCESSING"),
        "OPEN_AT_STRIPE": intent["status"] in OPEN and status == "CANCELED",
        "REFUNDED_THERE_ONLY": is_back and status == "SUCCEEDED",
        "REFUNDED_HERE_ONLY": is_paid and not is_back and status == "REFUNDED",
    }
    yield from ((kind, status, _describe(intent, back)) for kind, is_so in kinds.items() if is_so)


def _describe(intent: Json, back: dict[str, int]) -> str:
    sum_ = money_at_stripe(intent["amount_received"] or intent["amount"], intent["currency"])
    given = back[intent["id"]]
    return f"{intent['status']} {sum_}" + (f", {money_at_stripe(given, intent['currency'])} back" if given else "")
