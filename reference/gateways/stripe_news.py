"""Translates Stripe's objects and webhook events into facts in our own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from reference.domain.money import Money
from reference.domain.payment_news import (
    AttemptDeclined,
    AttemptProcessing,
    DisputeReported,
    IntentCanceled,
    IntentCreated,
    MoneyReceived,
    PaymentNews,
    RefundReported,
)
from reference.domain.payment_status import RefundState
from reference.wire import validate

Fact = TypeVar("Fact", bound=PaymentNews)

# Stripe counts these without decimals in the books, but wants two in its API.
TWO_DECIMALS_AT_STRIPE = {"ISK", "UGX"}
# And this without, though the books have two: what cannot be said exactly is not charged.
NOT_CHARGED = {"MGA"}
# The bank debit that moves a currency.
DEBITS = {"EUR": "sepa_debit", "USD": "us_bank_account"}
# A thief should not learn that the card was reported.
CONCEALED = {"lost_card", "stolen_card", "fraudulent", "pickup_card", "restricted_card"}
REFUND_STATES = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}


def amount_at_stripe(price: Money) -> int:
    """Return the amount as Stripe counts it."""
    return price.amount * 100 if price.currency in TWO_DECIMALS_AT_STRIPE else price.amount


def money(amount: int, currency: str) -> Money:
    """Return what Stripe counted, as we count it."""
    code = currency.upper()
    return Money(amount // 100 if code in TWO_DECIMALS_AT_STRIPE else amount, code)


def instant(seconds: int) -> datetime:
    """Return a time of Stripe's, which has whole seconds; ValueError for one beyond the calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as odd:
        raise ValueError(f"{seconds} is no time") from odd


def read_intent(intent: Mapping[str, Any]) -> IntentCreated:
    """Return the fact that Stripe holds this intent."""
    return _valid(IntentCreated(**_ids(intent), client_secret=intent["client_secret"]))


def read_payment(intent: Mapping[str, Any], at: int, *, confirmed: bool = False) -> MoneyReceived:
    """Return the fact that money came in."""
    received = money(intent["amount_received"], intent["currency"])
    return _valid(MoneyReceived(**_ids(intent), received=received, paid_at=instant(at), confirmed=confirmed))


def read_confirmed_payment(intent: Mapping[str, Any]) -> MoneyReceived:
    """Return the same as Stripe's books have it: they know when the student paid, and when the money came."""
    charge = intent["latest_charge"]
    booked = charge.get("balance_transaction")
    payment = read_payment(intent, charge["created"], confirmed=True)
    return _valid(replace(payment, arrived_at=instant(booked["created"]) if booked else None))


def read_processing(intent: Mapping[str, Any], at: int) -> AttemptProcessing:
    """Return the fact that a bank was asked."""
    charge = intent["latest_charge"]
    attempt = charge if isinstance(charge, str) else charge["id"]
    return _valid(AttemptProcessing(**_ids(intent), attempt=attempt, paid_at=instant(at)))


def read_cancellation(intent: Mapping[str, Any]) -> IntentCanceled:
    """Return the fact that nobody can pay this intent any more."""
    return _valid(IntentCanceled(**_ids(intent)))


def read_decline(intent: Mapping[str, Any]) -> AttemptDeclined:
    """Return the fact that a card was declined."""
    error = intent["last_payment_error"] or {}
    attempt = error.get("charge") or intent["latest_charge"] or intent["id"]
    return _decline(intent, attempt, error.get("code"), error.get("decline_code"))


def read_failed_charge(intent: Mapping[str, Any], charge: Mapping[str, Any]) -> AttemptDeclined:
    """Return the same of a charge in Stripe's books."""
    is_card = charge["failure_code"] == "card_declined"
    return _decline(
        intent, charge["id"], charge["failure_code"], (charge["outcome"] or {}).get("reason") if is_card else None
    )


def _decline(intent: Mapping[str, Any], attempt: str, code: str | None, decline_code: str | None) -> AttemptDeclined:
    public_code = "generic_decline" if decline_code in CONCEALED else decline_code
    why: dict[str, Any] = {"reason": public_code or code or "card_declined", "decline_code": public_code}
    return _valid(AttemptDeclined(**_ids(intent), attempt=attempt, **why))


def read_refund(refund: Mapping[str, Any], *, confirmed: bool = False) -> RefundReported:
    """Return how far a refund is; it names its intent, but has none of the intent's metadata."""
    report = RefundReported(
        intent_id=refund["payment_intent"],
        refund_id=refund["id"],
        amount=money(refund["amount"], refund["currency"]).amount,
        state=REFUND_STATES.get(refund["status"], RefundState.PENDING),
        reason=refund.get("failure_reason") or "",
        confirmed=confirmed,
    )
    return _valid(report)


def read_dispute(dispute: Mapping[str, Any], *, confirmed: bool = False) -> DisputeReported:
    """Return how far a dispute is; it may be about a part of what was paid."""
    report = DisputeReported(
        intent_id=dispute["payment_intent"],
        dispute_id=dispute["id"],
        status=dispute["status"],
        amount=money(dispute["amount"], dispute["currency"]),
        confirmed=confirmed,
    )
    return _valid(report)


def _valid(fact: Fact) -> Fact:
    """Return a fact if we could store it: what Stripe sends is checked like what other services send."""
    validate(fact)
    return fact


def _ids(intent: Mapping[str, Any]) -> dict[str, Any]:
    metadata = intent["metadata"]
    ids = {"payment_id": metadata.get("paymentId"), "saga_id": metadata.get("sagaId") or ""}
    return ids | {"intent_id": intent["id"]}


Translation = Callable[[dict[str, Any], int], PaymentNews]  # Takes the event's object, and when the event was made.
INTENT_EVENTS: dict[str, Translation] = {
    "payment_intent.created": lambda intent, _: read_intent(intent),
    "payment_intent.processing": read_processing,
    "payment_intent.succeeded": read_payment,
    "payment_intent.payment_failed": lambda intent, _: read_decline(intent),
    "payment_intent.canceled": lambda intent, _: read_cancellation(intent),
}
REFUND_EVENTS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
DISPUTE_EVENTS = tuple(
    f"charge.dispute.{step}" for step in ("created", "updated", "funds_withdrawn", "funds_reinstated", "closed")
)
EVENTS: dict[str, Translation] = {
    **INTENT_EVENTS,
    **dict.fromkeys(REFUND_EVENTS, lambda refund, _: read_refund(refund)),
    **dict.fromkeys(DISPUTE_EVENTS, lambda dispute, _: read_dispute(dispute)),
}


def read_event(event_type: str, thing: dict[str, Any], created: int) -> PaymentNews | None:
    """Return the fact that a webhook event of a known type tells; None if it is about no payment of ours."""
    is_ours = thing["metadata"].get("paymentId") if event_type in INTENT_EVENTS else thing["payment_intent"]
    return EVENTS[event_type](thing, created) if is_ours else None
