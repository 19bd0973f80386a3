"""Translates what Stripe says into our words; the only place, with its two siblings, that knows Stripe's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reference.domain.money import Money
from reference.domain.payment_news import (
    AttemptDeclined,
    DisputeReported,
    IntentCanceled,
    IntentCreated,
    MoneyReceived,
    RefundReported,
)
from reference.domain.payment_status import RefundState

# Stripe counts these without decimals in the books, but wants two in its API.
TWO_DECIMALS_AT_STRIPE = {"ISK", "UGX"}
# And this without, though the books have two: what cannot be said exactly is not charged.
NOT_CHARGED = {"MGA"}
# A thief should not learn that the card was reported.
NOT_TOLD = {"lost_card", "stolen_card", "fraudulent", "pickup_card", "restricted_card"}
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


def created(intent: Mapping[str, Any]) -> IntentCreated:
    """Stripe holds this intent."""
    return IntentCreated(**_ids(intent), client_secret=intent["client_secret"])


def paid(intent: Mapping[str, Any], at: int, *, confirmed: bool = False) -> MoneyReceived:
    """Money came in."""
    received = money(intent["amount_received"], intent["currency"])
    return MoneyReceived(**_ids(intent), received=received, paid_at=instant(at), confirmed=confirmed)


def canceled(intent: Mapping[str, Any]) -> IntentCanceled:
    """Nobody can pay this any more."""
    return IntentCanceled(**_ids(intent))


def declined(intent: Mapping[str, Any]) -> AttemptDeclined:
    """A card was refused."""
    error = intent["last_payment_error"] or {}
    code, decline_code = error.get("code") or "card_declined", error.get("decline_code")
    told = "generic_decline" if decline_code in NOT_TOLD else decline_code
    attempt = error.get("charge") or intent["latest_charge"] or intent["id"]
    return AttemptDeclined(**_ids(intent), attempt=attempt, reason=told or code, decline_code=told)


def refunded(refund: Mapping[str, Any], *, confirmed: bool = False) -> RefundReported:
    """Say how far a refund is; refunds carry no metadata of their intent, so it is known by the intent's id."""
    return RefundReported(
        intent_id=refund["payment_intent"],
        refund_id=refund["id"],
        amount=money(refund["amount"], refund["currency"]).amount,
        state=REFUND_STATES.get(refund["status"], RefundState.PENDING),
        reason=refund.get("failure_reason") or "",
        confirmed=confirmed,
    )


def disputed(dispute: Mapping[str, Any]) -> DisputeReported:
    """A bank wants the money back."""
    return DisputeReported(intent_id=dispute["payment_intent"], dispute_id=dispute["id"], status=dispute["status"])


def _ids(intent: Mapping[str, Any]) -> dict[str, Any]:
    metadata = intent["metadata"]
    ids = {"payment_id": metadata.get("paymentId"), "saga_id": metadata.get("sagaId") or ""}
    return ids | {"intent_id": intent["id"]}
