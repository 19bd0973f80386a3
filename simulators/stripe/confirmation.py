"""What happens when an intent is confirmed: the one place where money moves in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe.account import fetched, table
from simulators.stripe.charges import charge
from simulators.stripe.errors import CardError, RefusedError, StripeError
from simulators.stripe.events import emit
from simulators.stripe.payment_methods import card_of, method_given
from simulators.stripe.sight import as_seen

if TYPE_CHECKING:
    from simulators.kit.shelf import Json
    from simulators.stripe.cards import Decline

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def confirmed(intent: Json, asked: Json) -> Json:
    """Charge the card; return the paid intent, or raise CardError with the intent that waits for another card."""
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, _why_not(intent))
    given = method_given(asked)
    method_id = given["id"] if given else intent["payment_method"]
    if method_id is None:
        why = "it's missing a payment method. Confirm it again directly with a payment method."
        raise _unexpected(intent, f"You cannot confirm this PaymentIntent because {why}")
    card = card_of(method_id)
    attempt = charge(intent, method_id, card)
    if card.decline:
        raise _declined(intent, attempt, card.decline)
    return _paid(intent, attempt)


def require_method_fits(asked: Json, intent: Json, *, confirm: bool) -> None:
    """Let a server's confirm pass only if the student cannot be sent elsewhere, or we know where they return to."""
    automatic = intent["automatic_payment_methods"] or {}
    if confirm and automatic.get("allow_redirects") == "always" and "return_url" not in asked:
        raise StripeError(
            "This PaymentIntent is configured to accept payment methods that may redirect the customer. "
            "Provide a `return_url`, or set `automatic_payment_methods[allow_redirects]` to `never`."
        )


def _paid(intent: Json, attempt: Json) -> Json:
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": attempt["id"],
        "payment_method": attempt["payment_method"],
        "status": "succeeded",
    }
    table("payment_intents").put(intent)
    emit("charge.succeeded", attempt)
    emit("payment_intent.succeeded", intent)
    return intent


def _declined(intent: Json, attempt: Json, decline: Decline) -> CardError:
    """Leave the intent open for another card, and return the error that says so."""
    told = {
        "advice_code": decline.advice,
        "charge": attempt["id"],
        "decline_code": decline.reason,
        "payment_method": fetched("payment_methods", attempt["payment_method"]),
    }
    error = CardError(decline.message, code=decline.code, **told)
    intent |= {
        "last_payment_error": {k: v for k, v in error.body()["error"].items() if k != "request_log_url"},
        "latest_charge": attempt["id"],
        "payment_method": None,
        "status": "requires_payment_method",
    }
    table("payment_intents").put(intent)
    emit("charge.failed", attempt)
    emit("payment_intent.payment_failed", intent)
    return CardError(decline.message, code=decline.code, payment_intent=as_seen(intent), **told)


def _why_not(intent: Json) -> str:
    if intent["status"] == "succeeded":
        return "This PaymentIntent's status is succeeded: it already succeeded after being previously confirmed."
    status = intent["status"]
    return f"You cannot confirm this PaymentIntent because it has a status of {status}."


def _unexpected(intent: Json, message: str) -> RefusedError:
    return RefusedError(message, code="payment_intent_unexpected_state", payment_intent=as_seen(intent))
