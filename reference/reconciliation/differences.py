"""The differences there can be between Stripe's books and ours, and how they are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reference.application.lists import UnreadablePayment
from reference.domain.money import Money
from reference.domain.payment import Payment
from reference.domain.payment_status import PaymentStatus, RefundState
from reference.reconciliation.ledger import Entry, EntryState


class DifferenceKind(StrEnum):
    """In what the books differ."""

    PAID_AT_STRIPE = "PAID_AT_STRIPE"
    PAID_HERE_ONLY = "PAID_HERE_ONLY"
    PAID_TWICE = "PAID_TWICE"
    MADE_TWICE = "MADE_TWICE"
    CANCELED_AT_STRIPE = "CANCELED_AT_STRIPE"
    OPEN_AT_STRIPE = "OPEN_AT_STRIPE"
    REFUNDED_THERE_ONLY = "REFUNDED_THERE_ONLY"
    REFUNDED_HERE_ONLY = "REFUNDED_HERE_ONLY"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    DISPUTE_DIFFERS = "DISPUTE_DIFFERS"
    CONTEXT_DIFFERS = "CONTEXT_DIFFERS"
    METADATA_BROKEN = "METADATA_BROKEN"
    UNKNOWN_HERE = "UNKNOWN_HERE"
    UNKNOWN_AT_STRIPE = "UNKNOWN_AT_STRIPE"
    UNREADABLE_HERE = "UNREADABLE_HERE"


K, E = DifferenceKind, EntryState
# These are differences only when they stay: a webhook takes its time.
TRAVELLING = {K.PAID_AT_STRIPE, K.CANCELED_AT_STRIPE, K.REFUNDED_THERE_ONLY, K.REFUNDED_HERE_ONLY, K.DISPUTE_DIFFERS}
# What a webhook could have told, and telling it again mends.
MENDED_BY_NEWS = {*TRAVELLING, K.OPEN_AT_STRIPE}
# What no news can mend, but telling it makes a dead letter for a person to see.
SHOWN_BY_NEWS = {K.PAID_TWICE, K.UNKNOWN_HERE}


@dataclass(frozen=True)
class Difference:
    """One thing in which the books differ: what ours say of it, and what Stripe's."""

    kind: DifferenceKind
    payment_id: str
    saga_id: str
    intent_id: str
    here: str
    there: str


def differences(payment: Payment, own: Entry | None, others: Iterable[Entry] = ()) -> list[Difference]:
    """Compare a payment with its own entry, and with `others` that say they are for the same payment."""
    found = list(_of_own(payment, own)) if own else _missing(payment)
    is_paid = payment.received is not None or (own is not None and own.state == E.PAID)
    for each in others:
        found += _of_other(payment, each, is_paid=is_paid)
        is_paid = is_paid or each.is_kept
    return found


def unknown_here(entry: Entry) -> Difference:
    """Stripe holds a payment that says it is ours, and is not."""
    return Difference(K.UNKNOWN_HERE, entry.payment_id, entry.saga_id, entry.intent_id, "nothing", str(entry))


def unreadable_here(payment: UnreadablePayment) -> Difference:
    """Return the difference that a payment of ours cannot be read, and so not be compared."""
    ids = (payment.payment_id, payment.saga_id, payment.intent_id or "")
    return Difference(K.UNREADABLE_HERE, *ids, payment.reason, "not compared")


def _missing(payment: Payment) -> list[Difference]:
    if payment.intent_id is None:
        return []  # We know of none, either.
    return [_difference(K.UNKNOWN_AT_STRIPE, payment, payment.intent_id, payment.status, "nothing")]


def _of_own(payment: Payment, own: Entry) -> Iterator[Difference]:
    for kind, here, there in (*_of_terms(payment, own), *_of_money(payment, own), *_of_disputes(payment, own)):
        yield _difference(kind, payment, own.intent_id, here, there)


def _of_terms(payment: Payment, own: Entry) -> Iterator[tuple[DifferenceKind, object, object]]:
    ids = (payment.payment_id, payment.saga_id)
    if (own.payment_id, own.saga_id) != ids or not (own.context and own.context_id):
        stated = (own.payment_id, own.saga_id, own.context, own.context_id)
        yield K.METADATA_BROKEN, " ".join(ids), " ".join(each or "?" for each in stated)
    if own.context not in ("", payment.context) or own.context_id not in ("", payment.context_id):
        yield K.CONTEXT_DIFFERS, f"{payment.context} {payment.context_id}", f"{own.context} {own.context_id}"
    if own.price != payment.price:
        yield K.AMOUNT_DIFFERS, payment.price, own.price
    elif payment.received and own.received and own.received != payment.received:
        yield K.AMOUNT_DIFFERS, f"{payment.received} received", f"{own.received} received"


def _of_money(payment: Payment, own: Entry) -> Iterator[tuple[DifferenceKind, object, object]]:
    if bool(payment.received) != (own.state == E.PAID):
        yield (K.PAID_HERE_ONLY if payment.received else K.PAID_AT_STRIPE), payment.status, own
    elif kind := _ENDED.get((payment.status, own.state)):
        yield kind, payment.status, own
    elif payment.received and _given_back(payment) != own.given_back:
        ours = _given_back(payment)
        kind = K.REFUNDED_THERE_ONLY if own.given_back > ours else K.REFUNDED_HERE_ONLY
        yield kind, f"{payment.status}, {Money(ours, payment.received.currency)} given back", own


_ENDED = {
    (PaymentStatus.PENDING, E.CANCELED): K.CANCELED_AT_STRIPE,
    (PaymentStatus.PROCESSING, E.CANCELED): K.CANCELED_AT_STRIPE,
    (PaymentStatus.CANCELED, E.OPEN): K.OPEN_AT_STRIPE,  # Somebody could still pay.
}


def _of_disputes(payment: Payment, own: Entry) -> Iterator[tuple[DifferenceKind, object, object]]:
    if own.is_disputed and (payment.disputes != own.disputes or not own.disputes):
        here, there = (
            ", ".join(f"{id_} {status}" for id_, status in sorted(each.items())) or "no dispute"
            for each in (payment.disputes, own.disputes)
        )
        yield K.DISPUTE_DIFFERS, here, there


def _of_other(payment: Payment, other: Entry, *, is_paid: bool) -> list[Difference]:
    if other.is_kept:
        kind = K.PAID_TWICE if is_paid else K.PAID_AT_STRIPE
    elif other.state == E.OPEN:
        kind = K.MADE_TWICE
    else:
        return []  # Nobody can pay it any more, or it went back whole.
    return [_difference(kind, payment, other.intent_id, f"{payment.status} by {payment.intent_id}", other)]


def _given_back(payment: Payment) -> int:
    return sum(refund.amount for refund in payment.refunds.values() if refund.state != RefundState.FAILED)


def _difference(kind: DifferenceKind, payment: Payment, intent_id: str, here: object, there: object) -> Difference:
    return Difference(kind, payment.payment_id, payment.saga_id, intent_id, str(here), str(there))
